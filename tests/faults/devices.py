"""Devices without a screen: they record, send until all is settled, and keep their own log to compare with."""

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from checkin.demo.people import generate_people
from eventsync.sync.client.messages import CHECKSUM_MODULUS, record_checksum
from eventsync.sync.wire import write_time

PATIENCE = 60  # seconds until everything is settled
TIMEOUT = 20  # seconds that a phone waits for an answer
PEOPLE = 200
EPOCH = "X-EventSync-Epoch"

Operation = dict[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A whole answer of a server of ours."""

    status: int
    headers: http.client.HTTPMessage  # whose keys know no case
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(port: int, method: str, path: str, *, token: str = "", body: object = None) -> Answer | None:
    """None when there was no whole answer: not connected, cut off, too late."""
    headers = {"Content-Type": "application/json", "Connection": "close"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


@dataclass
class Device:
    """Who talks to the servers at `ports`, and complains of every answer that the protocol does not have."""

    ports: Sequence[int]
    code: str
    dice: random.Random
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    token: str = ""
    streams: list[str] = field(default_factory=list)
    epoch: str = ""
    complaints: list[str] = field(default_factory=list)
    sent_away: int = 0  # how often a server said that it cannot
    last: Answer | None = None  # to the last question; None: there was none

    def enrol(self) -> None:
        asked = {"code": self.code, "device": self.id, "name": "Phone", "app_version": "test", "protocol": 1}
        answer = ask(self.ports[0], "POST", "enrol", body=asked)
        assert answer is not None, "no answer to enrol"
        assert answer.status == 201, answer
        said = answer.json()
        self.token, self.streams, self.epoch = said["token"], said["streams"], said["epoch"]

    def until(self, done: Callable[[], bool], what: str) -> None:
        """Tries until it is done. Less patient between tries than a phone, so that tests end."""
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < deadline, f"{what} does not come, but {self.last}, after {self.complaints[:3]}"
            time.sleep(0.1)

    def attendance(self) -> list[str]:
        return sorted(stream for stream in self.streams if stream.startswith("attendance:"))

    def talk(self, method: str, path: str, *, body: object = None, port: int | None = None) -> Answer | None:
        """An answer that may be acted on; None means: later, again."""
        answer = self.last = ask(port or self.dice.choice(self.ports), method, path, token=self.token, body=body)
        if answer is None:
            return None
        if answer.headers.get(EPOCH) != self.epoch:
            self.complaints.append(f"without our mark: {answer}")
            return None
        if answer.status == 200:
            return answer
        self.sent_away += 1
        error = answer.json().get("error", {}) if answer.body.startswith(b"{") else {}
        later = (answer.status, error.get("code")) in {(503, "unavailable"), (429, "slow_down")}
        if not later or "Retry-After" not in answer.headers:
            self.complaints.append(f"neither verdicts nor a clear “later”: {answer}")
        return None


@dataclass
class Writer(Device):
    """Records what happens at some doors. `first` is its log of what was acknowledged, and how."""

    doors: Sequence[str] = ()
    recorded: list[Operation] = field(default_factory=list)
    first: dict[str, Result] = field(default_factory=dict)
    applied: set[str] = field(default_factory=set)  # acknowledged as new, which can happen once
    batches: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, number: int) -> list[Operation]:
        """So many more things happened: arrivals of people and of unknown codes, and some undone again."""
        for _ in range(number):
            self.recorded.append(self._happening())
        return self.recorded[-number:]

    def _happening(self) -> Operation:
        door = self.dice.choice(self.doors)
        chance, payload, refers_to = self.dice.random(), {"checkpoint": door}, None
        arrivals = [each for each in self.recorded[-50:] if each["kind"] == "checkin.arrive"]
        if chance < 0.1 and arrivals:
            target = self.dice.choice(arrivals)
            return self._operation("checkin.void", {"checkpoint": target["payload"]["checkpoint"]}, target["id"])
        if chance < 0.2:
            payload["credential"] = f"{self.dice.randrange(1000):022}"
        else:
            payload["person"] = self.dice.choice(PERSONS)
        return self._operation("checkin.arrive", payload | {"method": "scan"}, refers_to)

    def _operation(self, kind: str, payload: dict[str, Any], refers_to: str | None) -> Operation:
        return {
            "id": str(uuid.UUID(int=self.dice.getrandbits(128), version=4)),
            "kind": kind,
            "seq": len(self.recorded) + 1,
            "occurred_at": write_time(datetime.now(UTC)),
            "offset_ms": 0,
            "refers_to": refers_to,
            "payload": payload,
        }

    def push(self, operations: Sequence[Operation], *, port: int | None = None) -> bool:
        """Sends a batch; whether it was answered with verdicts."""
        answer = self.talk("POST", "push", body={"protocol": 1, "operations": operations}, port=port)
        if answer is None:
            return False
        results = answer.json()["results"]
        if [each["id"] for each in results] != [each["id"] for each in operations]:
            self.complaints.append(f"results do not match the batch: {answer}")
        with self.lock:
            self.batches += 1
            for result in results:
                self._learn(result)
        return True

    def _learn(self, result: Result) -> None:
        id, new = result["id"], not result["replayed"]
        said = {name: value for name, value in result.items() if name != "replayed"}
        if said["verdict"] not in {"accepted", "flagged"}:
            self.complaints.append(f"a fact was not recorded: {result}")
        if self.first.setdefault(id, said) != said:
            self.complaints.append(f"first {self.first[id]}, and now {said}")
        if new and id in self.applied:
            self.complaints.append(f"applied twice: {result}")
        if new:
            self.applied.add(id)

    def unsettled(self) -> list[Operation]:
        return [each for each in self.recorded if each["id"] not in self.first]

    def work(self, done: threading.Event, *, batch: int = 200, pause: float = 0) -> None:
        """Records and sends, again and again; now and then something that was settled before."""
        while not done.is_set():
            if len(self.unsettled()) < batch:
                self.record(self.dice.randint(1, batch))
            again = self.dice.sample(self.recorded, min(len(self.recorded), self.dice.randint(0, 5)))
            if not self.push([*self.unsettled()[: batch - len(again)], *again]):
                time.sleep(0.1)
            time.sleep(pause)

    def settle(self) -> None:
        """Sends what is left until it has a verdict."""
        while left := self.unsettled():
            self.until(partial(self.push, left[:500]), "a verdict")

    def repeat_all(self) -> None:
        """Sends everything once more: each answer must be the first one."""
        for start in range(0, len(self.recorded), 500):
            self.until(partial(self.push, self.recorded[start : start + 500]), "a repeat")


@dataclass
class Reader(Device):
    """Follows streams by its cursors, never starting again, and compares count and checksum wherever it may."""

    cursors: dict[str, int] = field(default_factory=dict)
    bases: dict[str, int] = field(default_factory=dict)
    records: dict[str, dict[tuple[str, str], tuple[int, Any]]] = field(default_factory=dict)
    pages: int = 0

    def follow(self, done: threading.Event, *, pause: float = 0.02) -> None:
        while not done.is_set():
            for stream in self.attendance():
                self.complete(stream)
            time.sleep(pause)

    def catch_up(self) -> None:
        for stream in self.attendance():
            self.until(partial(self.complete, stream), "the end of a stream")

    def complete(self, stream: str) -> bool:
        """Pulls one page; whether it was the last one."""
        after, base = self.cursors.get(stream, 0), self.bases.get(stream, 0)
        query = f"after={after}&limit=100" + (f"&base={base}" if base else "")
        answer = self.talk("GET", f"streams/{stream}/changes?{query}")
        if answer is None:
            return False
        header, *changes = map(json.loads, answer.body.splitlines())
        records = self.records.setdefault(stream, {})
        for change in changes:
            self._take(records, change, after)
        self.pages += 1
        if not header["complete"]:
            self.cursors[stream], self.bases[stream] = changes[-1]["seq"], header["base"]
            return False
        self.cursors[stream], self.bases[stream] = header["head"], 0
        self._compare(stream, header)
        return True

    def _take(self, records: dict[tuple[str, str], tuple[int, Any]], change: dict[str, Any], after: int) -> None:
        if change["seq"] <= after:
            self.complaints.append(f"at or below the cursor {after}: {change}")
        key = (change["kind"], change["key"])
        if change["deleted"]:
            records.pop(key, None)
        else:
            records[key] = (change["seq"], change["body"])

    def _compare(self, stream: str, header: dict[str, Any]) -> None:
        records = self.records[stream]
        mine = len(records), sum(record_checksum(*key, seq) for key, (seq, _) in records.items()) % CHECKSUM_MODULUS
        if mine != (header["count"], header["checksum"]):
            self.complaints.append(f"{stream}: count and checksum are {mine} here, and there {header}")

    def headcount(self) -> dict[str, tuple[int, int, int]]:
        """Present, unidentified and voided at each door where something happened."""
        return {
            body["checkpoint"]: (body["present"], body["unidentified"], body["voided"])
            for records in self.records.values()
            for (kind, _), (_, body) in records.items()
            if kind == "headcount"
        }

    def doors(self) -> list[str]:
        """The doors that admit once, one in each venue."""
        return sorted(
            body["id"]
            for records in self.records.values()
            for (kind, _), (_, body) in records.items()
            if kind == "checkpoint" and body["policy"] == "once"
        )


def headcount_of(operations: Sequence[Operation]) -> dict[str, tuple[int, int, int]]:
    """What the devices' logs say, at doors that admit once: present, unidentified and voided."""
    voided = {each["refers_to"] for each in operations if each["kind"] == "checkin.void"}
    arrivals = [each for each in operations if each["kind"] == "checkin.arrive"]

    def there(door: str, who: str) -> Iterator[str]:
        for each in arrivals:
            payload = each["payload"]
            if payload["checkpoint"] == door and who in payload and each["id"] not in voided:
                yield payload[who]

    def undone(door: str) -> int:
        return sum(each["payload"]["checkpoint"] == door and each["id"] in voided for each in arrivals)

    def counts(door: str) -> tuple[int, int, int]:
        return len(set(there(door, "person"))), len(set(there(door, "credential"))), undone(door)

    return {door: counts(door) for door in {each["payload"]["checkpoint"] for each in arrivals}}


PERSONS = [str(person.id) for person in generate_people(PEOPLE)]

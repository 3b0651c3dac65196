"""Stories that Hypothesis invents: what people recorded, two ways in which it arrives, and what must come of it."""

import json
import uuid
from collections import ChainMap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from unittest import mock

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st

from checkin import audit, roster, rules
from checkin.conflicts import sweeping
from checkin.models import AttendanceRecord, ConflictAct, Headcount, HoldRecord, ListRecord
from eventsync.sync import audit as streams
from eventsync.sync.marker import keeper
from eventsync.sync.models import Device
from eventsync.sync.snapshots import shelf
from tests.cast import NOON, Games, Phone, give_code, make_games, make_phone
from tests.convergence import lists
from tests.convergence.acts import FOUND, VERBS, WHO, said
from tests.convergence.lists import Who

Operation = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One batch on its way: which operations, carried by which phone; or the moment when the code finds its owner."""

    operations: tuple[int, ...]
    carrier: int
    attach: bool = False


@st.composite
def recordings(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What people did: abstract operations, so that Hypothesis can shrink them."""
    count = draw(st.integers(1, 12))
    act = st.fixed_dictionaries(
        {
            "author": st.integers(0, 2),
            "verb": st.sampled_from(VERBS),
            "door": st.sampled_from(["door", "gate", "lunch", "daily", "pool_door"]),
            "who": st.sampled_from(WHO),
            "minute": st.sampled_from([0, 0, 1, 2, 90, 24 * 60]),
            "target": st.integers(0, count - 1),
        }
    )
    return draw(st.lists(act, min_size=count, max_size=count))


@st.composite
def deliveries(draw: st.DrawFn, count: int) -> list[Delivery]:
    """Every operation at least once, in any order and grouping, and the attachment somewhere among them."""
    order = draw(st.permutations(range(count)))
    again = draw(st.lists(st.integers(0, count - 1), max_size=count))
    queue, batches = [*order, *again], []
    while queue:
        size = draw(st.integers(1, len(queue)))
        batches.append(Delivery(tuple(queue[:size]), draw(st.integers(0, 2))))
        queue = queue[size:]
    batches.insert(draw(st.integers(0, len(batches))), Delivery((), 0, attach=True))
    return batches


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[Delivery], list[Delivery]]:
    acts = draw(recordings())
    return acts, draw(deliveries(len(acts))), draw(deliveries(len(acts)))


def recorded(acts: list[dict[str, Any]], games: Games, phones: list[Phone]) -> list[Operation]:
    """The operations as the phones would have stored them, with ids that are the same on every run."""
    sequences = [0, 0, 0]
    operations: list[Operation] = []
    for index, act in enumerate(acts):
        sequences[act["author"]] += 1
        payload = said(act, games)
        operations.append(
            {
                "id": str(uuid.UUID(int=index + 1)),
                "kind": f"checkin.{act['verb']}",
                "seq": sequences[act["author"]],
                "occurred_at": (NOON + timedelta(minutes=act["minute"])).isoformat(),
                "offset_ms": 0,
                "actor": f"Volunteer {act['author']}",
                "refers_to": str(uuid.UUID(int=act["target"] + 1)) if act["verb"] == "void" else None,
                "device": phones[act["author"]].id,
                "payload": payload,
            }
        )
    return operations


@contextmanager
def another_life() -> Iterator[None]:
    """Whatever happens inside never happened. The marker, which outlives a database, does not hear of it."""
    point = transaction.savepoint()
    shelf.clear()  # a kept page is named by its head, and another life has other records at the same head
    try:
        with mock.patch.object(keeper, "keep_up"):
            yield
    finally:
        transaction.savepoint_rollback(point)
        transaction.savepoint_commit(point)  # or hundreds of them pile up


@dataclass
class Reader:
    """A device that follows one stream by its cursor and never begins anew."""

    phone: Phone
    stream: str
    cursor: int = 0
    records: dict[tuple[str, str], str] = field(default_factory=dict)

    def follow(self) -> None:
        """Pulls what is new. Snapshot and feed are the snapshot: what it holds is what a newcomer would get."""
        self.cursor, self.records = self._pulled(self.cursor, self.records)
        assert (self.cursor, self.records) == self._pulled(0, {})

    def _pulled(self, after: int, records: dict[tuple[str, str], str]) -> tuple[int, dict[tuple[str, str], str]]:
        header, changes = self.phone.pull(self.stream, after)
        assert header["complete"]
        held = dict(records)
        for change in changes:
            name = (change["kind"], change["key"])
            if change["deleted"]:
                held.pop(name, None)
            else:
                held[name] = json.dumps([change["seq"], change["body"]])
        assert header["count"] == len(held)
        return header["head"], held


def deliver(games: Games, phones: list[Phone], operations: list[Operation], batches: list[Delivery]) -> None:
    """Delivers everything; a flag that was given stays as it was."""
    flags: dict[str, list[str]] = {}
    reader = Reader(phones[0], f"attendance:{games.hall.id}")
    for batch in batches:
        reader.follow()
        if batch.attach:
            with roster.changing(games.event.id) as change:
                give_code(games.people[1], FOUND, change)
            continue
        for result in phones[batch.carrier].push(*(operations[index] for index in batch.operations)):
            assert result["verdict"] in {"accepted", "flagged"}, result
            assert flags.setdefault(result["id"], result["flags"]) == result["flags"]
    sweeping.sweep(timezone.now())
    reader.follow()


def seen(phone: Phone, games: Games) -> dict[str, bytes]:
    """Every live record of the attendance stream, its body byte for byte as it is sent."""
    return seen_in(phone, f"attendance:{games.hall.id}")


def seen_in(phone: Phone, stream: str) -> dict[str, bytes]:
    lines = phone.page(stream, after=0).content.splitlines()[1:]
    heads = [json.loads(line) for line in lines]
    return {
        f"{head['kind']} {head['key']}": line.partition(b',"body":')[2]
        for head, line in zip(heads, lines, strict=True)
        if not head["deleted"]
    }


def expected(games: Games, operations: list[Operation]) -> dict[tuple[str, str, str], rules.Presence]:
    """Presence from the recordings alone: each key folded over all of them at once."""
    who = who_is_who(games, operations)
    doors = {str(door.id): door for door in (games.door, games.gate, games.lunch, games.daily, games.pool_door)}
    passages = {each["id"]: each for each in operations if each["kind"] in {"checkin.arrive", "checkin.leave"}}
    voided = {
        each["refers_to"]
        for each in operations
        if each["kind"] == "checkin.void"
        and each["refers_to"] in passages
        and passages[each["refers_to"]]["payload"]["checkpoint"] == each["payload"]["checkpoint"]
    }
    labels = {str(device.id): device.label for device in Device.objects.all()}
    entries: dict[tuple[str, str, str], list[rules.Entry]] = {}
    for each in passages.values():
        payload, at = each["payload"], datetime.fromisoformat(each["occurred_at"])
        door = doors[payload["checkpoint"]]
        windows = [rules.Window(row.name, row.start, row.end) for row in door.windows.all()]
        window = rules.window_at(policy=cast(rules.Policy, door.policy), tz="UTC", windows=windows, at=at)
        verb, slot = each["kind"].removeprefix("checkin."), payload.get("slot", "")
        entry = rules.Entry(verb, at, each["seq"], each["id"], each["actor"], slot, labels[each["device"]])
        entries.setdefault((payload["checkpoint"], window, who.subject(payload)), []).append(entry)
    folded = {
        key: rules.fold(policy=cast(rules.Policy, doors[key[0]].policy), entries=found, voided=voided)
        for key, found in entries.items()
    }
    return {key: presence for key, presence in folded.items() if presence}


def who_is_who(games: Games, operations: list[Operation]) -> Who:
    codes = {games.digest(index): str(person.id) for index, person in enumerate(games.people)}
    codes[rules.credential_digest(str(games.event.id), FOUND)] = str(games.people[1].id)
    return Who(games, operations, codes)


def in_words(stream: dict[str, bytes]) -> dict[tuple[str, str, str], rules.Presence]:
    """The stream's presence records in the shape of `expected`."""
    bodies = [json.loads(body[:-1]) for name, body in stream.items() if name.startswith("presence ")]
    return {
        (
            body["checkpoint"],
            body["window"],
            f"p{uuid.UUID(body['person']).hex}" if "person" in body else f"c{body['credential']}",
        ): rules.Presence(
            body["state"],
            datetime.fromisoformat(body["since"]),
            body["by"],
            body["operation"],
            body["duplicates"],
            body.get("slot", ""),
            body.get("phone", ""),
        )
        for body in bodies
    }


def check_the_books(games: Games, operations: list[Operation], stream: dict[str, bytes]) -> None:
    presences = expected(games, operations)
    assert in_words(stream) == presences
    holding = [each for each in operations if each["kind"] in {"checkin.hold", "checkin.release"}]
    acting = [each for each in operations if each["kind"] in {"checkin.own", "checkin.resolve"}]
    listing, who = [each for each in operations if lists.is_listing(each)], who_is_who(games, operations)
    rest = len(operations) - len(holding) - len(acting) - len(listing)
    stored = [each.objects.count() for each in (HoldRecord, ConflictAct, ListRecord, AttendanceRecord)]
    assert stored == [len(holding), len(acting), len(listing), rest]
    assert lists.held() == lists.expected_holds(holding, who)
    people = {name[7:]: json.loads(body[:-1]) for name, body in stream.items() if name.startswith("person ")}
    lists.check_the_list(who, people)
    for row in Headcount.objects.filter(checkpoint__venue=games.hall):
        here = [
            who.is_listed(key[2])
            for key, presence in presences.items()
            if key[:2] == (str(row.checkpoint_id), row.window) and presence.state == "present"
        ]
        assert (row.present, row.unidentified) == (here.count(True), here.count(False))
    assert list(audit.differences(games.event)) == []
    assert list(streams.differences()) == []


def ends_the_same(acts: list[dict[str, Any]], ways: list[list[Delivery]]) -> None:
    """Delivers the same story in several ways, each in a world of its own; AssertionError when it matters."""
    with another_life():
        games = make_games(people=2)
        phones = [make_phone(games, profile="lead", name=f"Phone {number}") for number in range(3)]
        operations = recorded(acts, games, phones)
        outcomes = []
        for way in ways:
            with another_life():
                deliver(games, phones, operations, way)
                streams = (f"roster:{games.event.id}", f"conflicts:{games.event.id}", f"attendance:{games.pool.id}")
                outcomes.append(dict(ChainMap(seen(phones[0], games), *(seen_in(phones[0], name) for name in streams))))
                check_the_books(games, operations, outcomes[-1])
        assert outcomes[0] == outcomes[1]

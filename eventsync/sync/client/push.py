"""Sends what was recorded, in order, until nothing is left to send."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from eventsync.sync.client.clock import hear
from eventsync.sync.client.loop import Failed, Outcome, Rest
from eventsync.sync.client.messages import PROTOCOL, write_time
from eventsync.sync.client.outbox import Era, Outbox, Row, Settlement
from eventsync.sync.client.server import Answer, Offline, Refusal, Server

LARGEST_BATCH = 200
FAILURES_BEFORE_HALVING = 3
REST = 60.0  # seconds
_SETTLING = frozenset({"accepted", "flagged", "refused", "quarantined"})
_UNREADABLE = frozenset({"malformed", "too_large"})

Step = Literal["done", "retry", "epoch", "halve"]


@dataclass
class Push:
    """The push rounds of one device. Two of them over one outbox are two tabs: harmless."""

    server: Server
    outbox: Outbox
    now: Callable[[], datetime]
    says: Callable[[], Mapping[str, Any]] = dict  # heartbeat members for each envelope
    heard: Callable[[Mapping[str, Any]], None] = lambda said: None  # the server has heard these
    missed: Callable[[], None] = lambda: None  # nobody answered, or nobody who is our server
    batch: int = LARGEST_BATCH
    refused: Refusal | None = None  # the last no, until the next yes
    _size: int = field(init=False)
    _failures: int = 0
    _behind: int = 0  # the last that failed alone since the end of the queue was reached
    _waited: bool = False  # whether one failed alone when the server asked for time: the next round begins behind it
    _told: int | None = None

    def __post_init__(self) -> None:
        self._size = self.batch

    async def round(self) -> Outcome:
        token = self.outbox.recall("token")
        if token is None:
            return Rest(REST)
        resumed, self._waited = self._waited, False
        after, size, stumbled, retry, restarted = self._behind if resumed else 0, self._size, 0, False, False
        while (rows := self.outbox.queued(after=after, limit=size)) or resumed:
            if not rows:
                after, size, resumed, self._behind = 0, 1, False, 0
                continue
            last = rows[-1].number
            step = await self._send(token, rows)
            if isinstance(step, Failed):
                # One that fails alone keeps no other back; a second in the same round is taken for the network's doing.
                self._failed(rows)
                first = len(rows) == 1 and not stumbled and not resumed
                self._waited = first and step.retry_after is not None
                if not first or self._waited:
                    return step
                stumbled, after = last, self._behind
            elif step == "epoch":
                if restarted:
                    return Failed()
                after, restarted = 0, True
            elif step == "halve" and len(rows) > 1:
                self._size = size = len(rows) // 2
            elif step == "halve":
                self.outbox.set_aside(last, self.refused.message if self.refused else "")
                after = last
            else:
                after, retry, size = last, retry or step == "retry", min(self.batch, size * 2)
                self._size, self._failures = 1 if stumbled or resumed else size, 0
        self._behind = stumbled
        return Failed() if retry or stumbled else await self._heartbeat(token)

    async def _send(self, token: str, rows: Sequence[Row]) -> Step | Failed:
        era = self.outbox.era()
        envelope = self._envelope(rows, self.outbox.count_unsettled() - len(rows))
        reply = await self.server.push(token, envelope)
        if isinstance(reply, Offline):
            return self._nothing()
        if self.outbox.era() != era:
            return "epoch"
        if reply.epoch != era.epoch:
            self.outbox.begin_epoch(reply.epoch)
            return "epoch"
        if isinstance(reply, Refusal):
            self.refused = reply
            return "halve" if reply.code in _UNREADABLE else Failed(reply.retry_after)
        step = self._settle(reply, rows, era)
        if not isinstance(step, Failed):
            self._told = envelope["pending"]
            self.heard(envelope)
        return step

    def _settle(self, reply: Answer, rows: Sequence[Row], era: Era) -> Step | Failed:
        verdicts = read_verdicts(reply.json(), [row.operation["id"] for row in rows])
        if verdicts is None:
            return self._nothing()
        self.refused = None
        hear(self.outbox, reply)
        if not self.outbox.settle(verdicts, era=era):
            return "epoch"
        return "retry" if len(verdicts) < len(rows) else "done"

    def _nothing(self) -> Failed:
        """No answer, or none that makes sense."""
        self.missed()
        return Failed()

    def _failed(self, rows: Sequence[Row]) -> None:
        """A proxy or a bug may choke on one batch for ever: a smaller one gets around it."""
        if len(rows) == 1:
            self._behind = max(rows[0].number, self._behind)
            return
        self._failures += 1
        if self._failures % FAILURES_BEFORE_HALVING == 0:
            self._size = len(rows) // 2

    async def _heartbeat(self, token: str) -> Outcome:
        """Tells the server how much waits here, and which stream went wrong, when it has not heard that yet."""
        while self.outbox.count_unsettled() != self._told or "checksum_mismatch" in self.says():
            step = await self._send(token, [])
            if step == "epoch":
                return Failed()
            if step != "done":
                break
        return Rest(REST)

    def _envelope(self, rows: Sequence[Row], pending: int) -> dict[str, Any]:
        operations = [row.operation for row in rows]
        sent_at = write_time(self.now())
        return {"protocol": PROTOCOL, "sent_at": sent_at, "pending": pending, **self.says(), "operations": operations}


def read_verdicts(body: Any, ids: Sequence[str]) -> dict[str, Settlement] | None:
    """The verdicts on `ids`; one that is to be sent again is missing. None when the answer does not match."""
    results = body.get("results") if isinstance(body, dict) else None
    if not isinstance(results, list) or len(results) != len(ids) or not isinstance(body.get("server_time"), str):
        return None
    if any(not isinstance(result, dict) or result.get("id") != key for result, key in zip(results, ids, strict=True)):
        return None
    told = {"server_time": body["server_time"]}
    return {result["id"]: result | told for result in results if result.get("verdict") in _SETTLING}

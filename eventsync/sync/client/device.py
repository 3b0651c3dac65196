"""One device: what it records, and the loops that bring it to the server and the news back."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from eventsync.ids import uuid7
from eventsync.sync.client.clock import hear
from eventsync.sync.client.hearing import Hearing
from eventsync.sync.client.http import HttpTransport
from eventsync.sync.client.loop import Loop
from eventsync.sync.client.messages import PROTOCOL, write_time
from eventsync.sync.client.outbox import Operation, Outbox
from eventsync.sync.client.poke import Poke
from eventsync.sync.client.profile import erase_expired
from eventsync.sync.client.pull import Pull
from eventsync.sync.client.push import Push
from eventsync.sync.client.records import Records
from eventsync.sync.client.server import Answer, Refusal, Server, Transport

FIRST_PULL = 120.0  # seconds over which devices that nobody waits for spread their first pull (protocol 4.6)


class NotEnrolled(Exception):
    """The server refused the code, or did not answer; a sentence."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Device:
    """What must survive a restart is in `outbox` and `records`: a new Device over them goes on where the old one was.

    `now` is the device's own clock, right or wrong; `pace` scales all its waiting. `awaited` says that a person waits
    for its first pull.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        outbox: Outbox,
        records: Records,
        now: Callable[[], datetime] = utc_now,
        pace: float = 1.0,
        awaited: bool = True,
    ) -> None:
        self.outbox, self.records = outbox, records
        self._awaited = awaited
        self._transport, self._now, self._pace = transport, now, pace
        self._server, self._hearing = Server(transport, now), Hearing()
        self.push = Push(
            self._server,
            outbox,
            now,
            says=self._heartbeat,
            heard=self._pushed,
            missed=partial(self._hearing.missed, "push"),
        )
        self._pushing = Loop(self.push.round, pace=pace)
        self.pull = Pull(
            self._server,
            outbox,
            records,
            now,
            repush=self._pushing.kick,
            heard=self._pulled,
            missed=partial(self._hearing.missed, "pull"),
        )
        self._pulling = Loop(self.pull.round, pace=pace)
        self.id: str = outbox.recall_or_make("device", lambda: uuid7(now()))
        erase_expired(outbox, records, now())  # before it shows anything

    @property
    def unknown(self) -> bool:
        """The server does not know its token: a person must enrol it again. Who sends nothing hears so by a pull."""
        refusals = (self.push.refused, self.pull.refused)
        return any(refusal is not None and refusal.code == "unauthenticated" for refusal in refusals)

    async def enrol(self, code: str, *, name: str, app_version: str = "") -> None:
        """A code becomes a token. NotEnrolled when it does not; what is in the outbox stays in any case."""
        asked = {"code": code, "device": self.id, "name": name, "app_version": app_version, "protocol": PROTOCOL}
        reply = await self._server.enrol(asked)
        if isinstance(reply, Refusal):
            raise NotEnrolled(reply.message)
        said = reply.json() if isinstance(reply, Answer) else None
        if not isinstance(reply, Answer) or not isinstance(said, dict):
            raise NotEnrolled("The server does not answer.")
        self.push.refused = self.pull.refused = None
        self.outbox.begin_epoch(reply.epoch)
        profile, event = said["profile"], said["event"]
        heard_at = write_time(self._now())
        self.outbox.remember(token=said["token"], event=event, profile=profile, heard_at=heard_at)
        hear(self.outbox, reply)

    def record(self, kind: str, payload: Mapping[str, Any], *, refers_to: str | None = None) -> Operation:
        """Somebody did something. It is safely on this device when this returns; the push loop hears of it."""
        operation = self.outbox.append(kind, payload, refers_to=refers_to, now=self._now())
        self._pushing.kick()
        return operation

    async def run(self) -> None:
        """Pushes, pulls and listens until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pushing.run())
            begun = self._awaited or self.records.cursors()
            tasks.create_task(self._pulling.run(within=0 if begun else FIRST_PULL))
            if isinstance(self._transport, HttpTransport):
                tasks.create_task(self._poke(self._transport).run())

    def _poke(self, transport: HttpTransport) -> Poke:
        return Poke(transport, token=lambda: self.outbox.recall("token"), on_news=self._pulling.kick, pace=self._pace)

    def _heartbeat(self) -> Mapping[str, Any]:
        """What people see beside the device (protocol 3)."""
        oldest = self.outbox.oldest_unsettled()
        said: dict[str, Any] = {"oldest_unsent": oldest.get("occurred_at") if oldest else None}
        roster = [cursor.seq for cursor in self.records.cursors().values() if cursor.stream.startswith("roster:")]
        if roster:
            said["roster_version"] = roster[0]
        if self.pull.mismatched:
            said["checksum_mismatch"] = self.pull.mismatched[0]
        return said

    def _pushed(self, said: Mapping[str, Any]) -> None:
        """The server has heard this. What it made of it is news (protocol 5)."""
        self._hearing.heard("push")
        if said["operations"]:
            self._pulling.kick()
        if "checksum_mismatch" in said:
            self.pull.mismatched.remove(said["checksum_mismatch"])

    def _pulled(self) -> None:
        if self._hearing.heard("pull"):
            self._pushing.kick()

"""The devices of the machine: each with two tabs over its stores, a clock of its own, and rounds that may be stuck."""

from collections.abc import Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.utils import timezone

from eventsync.sync.client.device import Device
from eventsync.sync.client.loop import Outcome
from eventsync.sync.client.outbox import Operation, Outbox, Settlement
from eventsync.sync.client.records import Records
from eventsync.sync.client.server import NoAnswer
from tests.convergence.faults import Fate, FaultyNetwork

Verb = Literal["push", "pull"]
Loop = tuple[int, Verb]  # tab, verb
TABS = 2


@dataclass
class Handset:
    """`limits`: the largest batch, and the size of a page."""

    network: FaultyNetwork
    limits: tuple[int, int]
    outbox: Outbox = field(default_factory=Outbox)
    records: Records = field(default_factory=Records)
    skew: timedelta = timedelta()
    doubtful: bool = False  # an answer was shortened, or a restore kept secret: a checksum may be wrong
    excused: set[tuple[int, str, datetime]] = field(default_factory=set)  # doubts that had such a reason
    tabs: list[Device] = field(default_factory=list)
    known: dict[str, Settlement | None] = field(default_factory=dict)  # held after the last step, and their verdicts
    _stuck: dict[Loop, Coroutine[Any, Any, Outcome]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.outbox.recall("device"))

    def now(self) -> datetime:
        return timezone.now() + self.skew

    def copy_stores(self, source: Device) -> None:
        """Begins as a device that was enrolled before."""
        source.outbox._database.backup(self.outbox._database)
        source.records._database.backup(self.records._database)
        self.start()

    def start(self) -> None:
        """Switched on, again: whatever was under way is forgotten here, but not out there."""
        for work in self._stuck.values():
            work.close()
        self._stuck.clear()
        self.tabs = [Device(self.network, outbox=self.outbox, records=self.records, now=self.now) for _ in range(TABS)]
        for tab in self.tabs:
            tab.push.batch, tab.pull.page = self.limits
            tab.push._size = tab.push.batch

    def sync(self, tab: int, verb: Verb, fates: Iterable[Fate] = ()) -> Outcome | None:
        """One round, or the rest of the one that is stuck; None when it is stuck (again)."""
        self.network.fates.extend(fates)
        self.network.tampered = False
        loop = (tab, verb)
        work = self._stuck.pop(loop, None) or getattr(self.tabs[tab], verb).round()
        try:
            work.send(None)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        else:
            self._stuck[loop] = work
            return None
        finally:
            self.doubtful |= self.network.tampered
            self.network.fates.clear()

    def time_out(self) -> None:
        """What has been stuck longest is taken for lost, though its request may arrive yet."""
        if self._stuck:
            work = self._stuck.pop(next(iter(self._stuck)))
            with suppress(StopIteration):
                work.throw(NoAnswer("timed out"))

    def time_out_all(self) -> None:
        while self._stuck:
            self.time_out()

    def finish(self) -> None:
        """Whatever is stuck goes on."""
        while self._stuck:
            tab, verb = next(iter(self._stuck))
            self.sync(tab, verb)

    def record(self, tab: int, kind: str, payload: dict[str, Any], *, refers_to: str | None) -> Operation:
        return self.tabs[tab].record(kind, payload, refers_to=refers_to)

    def held(self) -> dict[str, Settlement | None]:
        """What is in the outbox, and the verdict on each."""
        verdicts = self.outbox.verdicts()
        return {operation["id"]: verdicts.get(operation["id"]) for operation in self.outbox.held()}

    def doubts(self) -> set[tuple[int, str, datetime]]:
        """The checksums that were found wrong: by which tab, of which stream, when."""
        return {(id(tab), stream, at) for tab in self.tabs for stream, at in tab.pull._doubted.items()}

    def close(self) -> None:
        for work in self._stuck.values():
            work.close()
        self.outbox.close()
        self.records.close()

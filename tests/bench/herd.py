"""Thundering herd: 200 devices with 500 queued operations each come back to one server at the same moment.

HERD_DEVICES and HERD_QUEUED make it another one. What it finds wrong is an error, unlike a figure.
"""

import asyncio
import io
import os
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
from django.core.management import call_command
from django.db import connection
from django.db.models import Model

from checkin.models import AttendanceRecord
from eventsync.sync.models import Operation, Quarantined
from tests.bench.devices import Reader, Sender, enrolled
from tests.bench.server import with_people
from tests.bench.web import Web, bench_database, load

DEVICES = int(os.environ.get("HERD_DEVICES", "200"))
QUEUED = int(os.environ.get("HERD_QUEUED", "500"))
PEOPLE = 20_000
WATCH_EVERY = 0.2  # seconds
CLEAN = "clean"
LONGEST = 900  # seconds until everything must be settled


def run() -> list[str]:
    """What was wrong, a sentence each."""
    with bench_database() as database, Web(database) as web:
        herd = gather(DEVICES, QUEUED, people=PEOPLE)
        print(f"\nHerd on {connection.vendor}: {DEVICES} devices × {QUEUED} operations to one daphne, load {load()}")
        before, start = web.cpu(), time.monotonic()
        with suppress(TimeoutError):
            asyncio.run(asyncio.wait_for(herd.come_back(web), LONGEST))
        took, cpu, audited = time.monotonic() - start, web.cpu() - before, audit()
        report(herd, web, took=took, cpu=cpu, audited=audited)
        return wrong(herd, audited)


@dataclass
class Herd:
    """Phones with full outboxes, and one that reads what they admit."""

    senders: list[Sender]
    reader: Reader
    recorded: list[str] = field(init=False)  # all ids
    threads: int = 0
    watched: int = 0
    idle: int = 0  # of the times that it was watched, those when nobody was sending

    def __post_init__(self) -> None:
        self.recorded = [operation["id"] for sender in self.senders for operation in sender.queue]

    async def come_back(self, web: Web) -> None:
        """All at once; ends when each has a verdict for all that it held, and the reader has read it."""
        done = asyncio.Event()
        start = time.monotonic()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            watching = asyncio.create_task(self._watch(web))
            reading = asyncio.create_task(self.reader.follow(session, web.url, done))
            await asyncio.gather(*(sender.push_all(session, web.url, start) for sender in self.senders))
            done.set()
            await reading
            watching.cancel()

    async def _watch(self, web: Web) -> None:
        while True:
            self.threads = max(self.threads, web.threads())
            self.watched += 1
            self.idle += not any(sender.sending for sender in self.senders)
            await asyncio.sleep(WATCH_EVERY)


def gather(devices: int, queued: int, *, people: int) -> Herd:
    games = with_people("herd", people)
    (_, token), *others = enrolled(games, devices + 1)
    senders = [Sender(*each) for each in others]
    for number, sender in enumerate(senders):
        sender.record(games, number * queued, queued)
    return Herd(senders, Reader(token, f"attendance:{games.hall.id}"))


def wrong(herd: Herd, audited: str) -> list[str]:
    """What must not be, whatever the figures are; a sentence each."""
    recorded = Counter(herd.recorded)
    statuses = {status for sender in herd.senders for status in sender.answers if status.isdecimal()}
    held = {
        "Not everything was settled.": Counter(id for sender in herd.senders for id in sender.settled) == recorded,
        "What is stored is not what was recorded, each once.": stored(Operation, "id") == recorded,
        "The ledger does not have each once.": stored(AttendanceRecord, "operation_id") == recorded,
        "Something is in quarantine.": not Quarantined.objects.exists(),
        "The reader does not hold what the server has.": herd.reader.agrees,
        "The audit finds differences.": audited == CLEAN,
        f"Some answers were neither verdicts nor “later”: {sorted(statuses)}.": statuses <= {"200", "429", "503"},
    }
    return [sentence for sentence, true in held.items() if not true]


def stored(model: type[Model], field: str) -> Counter[str]:
    return Counter(str(id) for id in model._default_manager.values_list(field, flat=True))


def report(herd: Herd, web: Web, *, took: float, cpu: float, audited: str) -> None:
    total = sum(len(sender.settled) for sender in herd.senders)
    done = sorted(sender.done for sender in herd.senders)
    answers: Counter[str] = sum((each.answers for each in herd.senders), Counter())
    waits: Counter[int] = sum((each.waits for each in herd.senders), Counter())
    slowest = max(each.slowest for each in herd.senders)
    print(f"  settled {total:,}, stored {Operation.objects.count():,}, in {took:.1f} s ({total / took:,.0f} a second)")
    print(f"  devices done: first {done[0]:.1f} s, half {done[len(done) // 2]:.1f} s, last {done[-1]:.1f} s")
    print(
        f"  answers {dict(answers)}, Retry-After {spread(waits)}; nobody was sending in {herd.idle / herd.watched:.0%}"
    )
    print(f"  slowest answer to a push {slowest:.1f} s, to the reader {herd.reader.slowest:.1f} s")
    print(
        f"  {cpu / total * 1e6:.0f} µs CPU per operation, peak {web.memory()[1]:.0f} MB, {herd.threads} threads at most"
    )
    print(f"  reader: {herd.reader.pages} pages; holds what the server has: {'yes' if herd.reader.agrees else 'NO'}")
    print(f"  audit: {audited}")


def spread(waits: Counter[int]) -> str:
    """The least, the middle and the most of the seconds that were asked for."""
    seconds = sorted(waits.elements())
    return f"{seconds[0]}, {seconds[len(seconds) // 2]}, {seconds[-1]} s (least, half, most)" if seconds else "none"


def audit() -> str:
    said = io.StringIO()
    try:
        call_command("audit", "--json", stdout=said)
    except SystemExit:
        return f"DIFFERENCES {said.getvalue()[:2000]}"
    return CLEAN

"""What erasing one person costs, and how much of it while phones must wait, beside 10,000 operations and many more."""

import json
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from django.db import connection

from checkin import roster
from checkin.models import Person
from checkin.privacy import erasing
from eventsync.sync.models import Operation
from tests.bench import growth, server
from tests.bench.web import bench_database, load
from tests.cast import NOON, Games, make_phone

PEOPLE, BATCH = 9_000, 500
OWN = 500  # operations about whoever is erased
OFTEN = 50  # of this many holds of others, one names them
COPIES = (0, 18)  # more of each arrival
NAME = "Adalynn Quartermain"


def run() -> None:
    for copies in COPIES:
        with bench_database():
            if copies == COPIES[0]:
                print(f"Erasing one person on {connection.vendor}, milliseconds of CPU, load {load()}")
                print(f"{'operations':>12} {'before locks':>14} {'under them':>12}")
            games = _games()
            _multiply(copies)
            count, person = Operation.objects.count(), Person.objects.get(pk=games.people[0].pk)
            before, locked = _measured(partial(erasing.erase, person))
            assert not Operation.objects.filter(body__contains=NAME).exists()
            print(f"{count:>12,} {before:>14.0f} {locked:>12.0f}", flush=True)


def _games() -> Games:
    """Everybody arrives; one goes in and out all day, and is named where others are held."""
    games = server.with_people("erasing", PEOPLE)
    phone, lead = make_phone(games), make_phone(games, profile="lead")
    for start in range(0, PEOPLE, BATCH):
        server.pushed(phone, json.dumps(server.body(games, phone, start, BATCH)).encode())
    Person.objects.filter(pk=games.people[0].pk).update(name=NAME, search=NAME.lower())
    passages = (phone.arrive, phone.leave)
    own = [
        passages[number % 2](games.digest(0), door=games.gate, at=NOON + timedelta(minutes=number))
        for number in range(OWN)
    ]
    held: list[dict[str, Any]] = []
    for number, guest in enumerate(games.people[1 : OWN + 1]):
        reason = f"With {NAME}, I think" if number % OFTEN == 0 else "Wants to wait"
        held.append(lead.record("checkin.hold", {"person": str(guest.pk), "desk": "medical", "reason": reason}))
    for device, operations in ((phone, own), (lead, held)):
        for start in range(0, OWN, 100):
            device.push(*operations[start : start + 100])
    Operation.objects.update(received_at=NOON)  # as on the days before
    return games


def _multiply(copies: int) -> None:
    """The database copies the arrivals under other ids: as much to look through."""
    columns = [each.column for each in Operation._meta.concrete_fields]
    key = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    names, values = (
        ", ".join(f'"{each}"' if each != "id" or plain else key for each in columns) for plain in (True, False)
    )
    with connection.cursor() as cursor:
        for _ in range(copies):
            cursor.execute(
                f"INSERT INTO sync_operation ({names}) SELECT {values} FROM sync_operation"
                f" WHERE kind = 'checkin.arrive' LIMIT {PEOPLE}"
            )
        cursor.execute("ANALYZE")


def _measured(erase: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of CPU, here and in PostgreSQL: before anything is locked, and from then to the commit."""
    changing, marks = roster.changing, [_spent()]

    @contextmanager
    def timed(event_id: Any) -> Any:
        marks.append(_spent())
        with changing(event_id) as change:
            yield change
        marks.append(_spent())

    roster.changing = timed
    try:
        erase()
    finally:
        roster.changing = changing
    before, locked = ((after - first) * 1e3 for first, after in pairwise(marks))
    return before, locked


def _spent() -> float:
    return time.process_time() + growth._database()

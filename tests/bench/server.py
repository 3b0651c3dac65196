"""Server CPU of pushes and pulls, over real HTTP handlers, beside the raw cost of the same rows."""

import json
import re
import statistics
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import zstandard
from django.db import connection, transaction
from django.test.utils import setup_test_environment, teardown_test_environment

from checkin import roster, rules
from checkin.models import AttendanceRecord, Checkpoint, Credential, Headcount, Person, Presence
from eventsync import threads
from eventsync.jobs.models import DomainEvent
from eventsync.rows import bulk
from eventsync.sync.models import Change, Operation, Quarantined
from tests.bench import growth, single
from tests.cast import Games, Phone, make_games, make_phone

ROUNDS = 5
Statement = tuple[str, Sequence[Any]]


def run(parts: Sequence[str]) -> None:
    setup_test_environment()
    name = connection.creation.create_test_db(verbosity=0)
    threads.spare_collections()  # as in a server
    print(f"Server CPU on {connection.vendor}, median of {ROUNDS} rounds")
    try:
        if "push" in parts:
            push()
            single.push()
        if "pull" in parts:
            pull()
        if "growth" in parts:
            growth.run()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        teardown_test_environment()


def with_people(slug: str, count: int) -> Games:
    """Games with a roster of `count`, each person with a credential."""
    games = make_games(slug, people=0)
    people = [
        Person(event=games.event, external_id=str(number), name=f"Guest {number}", search=f"guest {number}")
        for number in range(count)
    ]
    games.people[:] = people
    games.codes[:] = [f"TICKET-{slug}-{number}" for number in range(count)]
    credentials = [
        Credential(event=games.event, person=person, code=code, digest=games.digest(number))
        for number, (person, code) in enumerate(zip(people, games.codes, strict=True))
    ]
    with roster.changing(games.event.id) as change:
        Person.objects.bulk_create(people, batch_size=1_000)
        Credential.objects.bulk_create(credentials, batch_size=1_000)
        change.people.update(person.id for person in people)
    return games


# µs per operation on a quiet machine, by batch, for SQLite and PostgreSQL
TARGETS = {100: (100, 150), 500: (60, 90)}


def push() -> None:
    """Each operation admits another person by code, as a phone would send them: ids in order of time."""
    print(f"\n{'push, batch of':>16} {'µs per operation':>18} {'least':>6} {'executemany':>12} {'ratio':>6}   target")
    for batch in (1, 100, 500):
        rounds = max(ROUNDS, 20 if batch == 1 else 0)
        games = with_people(f"push-{batch}", batch * (rounds + 1))
        phone = make_phone(games)
        bodies = [json.dumps(body(games, phone, number * batch, batch)).encode() for number in range(rounds + 1)]
        phone.post(bodies[0])  # the first one warms up
        costs, raw = [], []
        for each in bodies[1:]:
            with recorded() as statements:
                costs.append(pushed(phone, each) / batch * 1e6)
            undo()
            raw.append(cpu(partial(replay, statements)) / batch * 1e6)
        ours, bare = statistics.median(costs), statistics.median(raw)
        target = TARGETS[batch][connection.vendor != "sqlite"] if batch in TARGETS else ""
        print(f"{batch:>16} {ours:>18.0f} {min(costs):>6.0f} {bare:>12.0f} {ours / bare:>6.1f}   {target}")


def pushed(phone: Phone, sent: bytes) -> float:
    """Seconds of CPU from the request to the answer. What the phone does with both is not in it."""
    start = time.process_time()
    answer = phone.post(sent)
    spent = time.process_time() - start
    results = answer.json()["results"]
    assert {result["verdict"] for result in results} == {"accepted"}, results[0]
    return spent


def body(games: Games, phone: Phone, start: int, count: int, door: Checkpoint | None = None) -> dict[str, Any]:
    operations = [phone.arrive(games.digest(start + number), id=uuid7(), door=door) for number in range(count)]
    return {"protocol": 1, "operations": operations}


def uuid7() -> str:
    random = uuid.uuid4().int & ((1 << 76) - 1)
    return str(uuid.UUID(int=(time.time_ns() // 1_000_000 << 80) | (7 << 76) | random))


def cpu(task: Callable[[], None]) -> float:
    start = time.process_time()
    task()
    return time.process_time() - start


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Collects the rows that are inserted inside, each kind with a bare statement for one of them."""
    statements: list[Statement] = []
    run = bulk.Statement.run

    def note(self: bulk.Statement, rows: Sequence[bulk.Row]) -> None:
        run(self, rows)
        if self.sql.text.startswith("INSERT"):
            marks = ", ".join(["%s"] * len(rows[0]))
            bare = re.sub(r"SELECT .* AS given\(.*\)(?= ON|$)", f"VALUES ({marks})", self.sql.text)
            statements.append((bare, self.adapted(rows) if connection.vendor == "sqlite" else rows))

    bulk.Statement.run = note  # type: ignore[method-assign]  # put back below
    try:
        yield statements
    finally:
        bulk.Statement.run = run  # type: ignore[method-assign]  # as it was


def undo() -> None:
    """Takes the last batch out again, so that its very rows can be written once more, bare."""
    for model in (AttendanceRecord, Presence, Headcount, Operation, Quarantined, DomainEvent):
        model.objects.all().delete()
    Change.objects.filter(kind__in=["presence", "headcount"]).delete()


def replay(statements: Sequence[Statement]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, rows in statements:
            cursor.executemany(sql, rows)


def pull() -> None:
    """Beside each page the raw limit: its lines by one statement, as one JSON text, packed by zlib (6) or zstd (3)."""
    limits = f"{'json + zlib':>12} {'or zstd':>8}"
    print(f"\n{'snapshot of':>16} {'first, ms':>12} {limits} {'stored, ms':>11} {'wire, kB':>10}", end="")
    print(f" {'100 changes, ms':>16} {limits}")
    for count in (10_000, 50_000):
        games = with_people(f"pull-{count}", count)
        phone = make_phone(games)
        stream = f"roster:{games.event.id}"
        headers = phone.headers | {"Accept-Encoding": "zstd"}
        url = f"/api/v1/streams/{stream}/changes?limit=50000"
        costs = [cpu(partial(get, phone, url, headers)) for _ in range(ROUNDS)]  # the first one makes the stored copy
        size = len(phone.client.get(url, headers=headers).content)
        head = phone.pull(stream)[0]["head"]
        rename(games, 100)
        few = f"/api/v1/streams/{stream}/changes?after={head}"
        changes = [cpu(partial(get, phone, few, headers)) for _ in range(ROUNDS)]
        raw = [1e3 * limit(stream, after, pack) for after in (0, head) for pack in (zlib.compress, zstandard.compress)]
        first, stored, few_ms = (1e3 * figure for figure in (costs[0], *map(statistics.median, (costs[1:], changes))))
        print(f"{count:>16} {first:>12.0f} {raw[0]:>12.0f} {raw[1]:>8.0f} {stored:>11.1f} {size / 1e3:>10.0f}", end="")
        print(f" {few_ms:>16.1f} {raw[2]:>12.1f} {raw[3]:>8.1f}")


def limit(stream: str, after: int, pack: Callable[[bytes], bytes]) -> float:
    """Seconds of CPU that the very rows of a page cost without us: the median of what is needed to send them at all."""
    sql = "SELECT seq, kind, key, deleted, body FROM sync_change WHERE stream = %s AND seq > %s ORDER BY seq"

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [stream, after])
            names = ("seq", "kind", "key", "deleted", "body")
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        pack(json.dumps([row | {"body": json.loads(row["body"] or "null")} for row in rows]).encode())

    return statistics.median(cpu(bare) for _ in range(ROUNDS))


def rename(games: Games, count: int) -> None:
    with roster.changing(games.event.id) as change:
        for person in games.people[:count]:
            Person.objects.filter(id=person.id).update(name="Renamed", search=rules.search_key("Renamed"))
            change.people.add(person.id)


def get(phone: Phone, url: str, headers: dict[str, str]) -> None:
    assert phone.client.get(url, headers=headers).status_code == 200

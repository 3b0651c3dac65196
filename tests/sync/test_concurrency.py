"""Several phones at the same moment: nothing lost, nothing doubled, nothing skipped by a reader."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from checkin.models import AttendanceRecord, Headcount, ReleaseTry
from eventsync.jobs.models import Alert
from eventsync.sync.models import Operation
from eventsync.sync.streams import lock
from tests.cast import NOON, Games, Phone, make_games, make_phone
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8


@pytest.fixture
def games(transactional_db: None) -> Games:
    return make_games(people=40)


def test_the_same_batch_eight_times_at_once_is_applied_once(games: Games) -> None:
    phone = make_phone(games)
    operations = [phone.arrive(person) for person in games.people[:20]]
    answers = together([lambda: phone.push(*operations)] * AT_ONCE)
    assert sorted(answer[0]["replayed"] for answer in answers) == [False] + [True] * (AT_ONCE - 1)
    assert {result["verdict"] for answer in answers for result in answer} == {"accepted"}
    assert (Operation.objects.count(), AttendanceRecord.objects.count()) == (20, 20)
    assert Headcount.objects.get().present == 20


def test_unapplied_operations_at_once_are_stored_once(games: Games) -> None:
    phone = make_phone(games)
    operation = phone.record("unknown.kind", {})
    answers = together([lambda: phone.push(operation)] * AT_ONCE)
    assert sorted(answer[0]["replayed"] for answer in answers) == [False] + [True] * (AT_ONCE - 1)
    assert Operation.objects.count() == 1


def test_two_bodies_under_one_id_at_two_venues_are_nobodys_fault(games: Games) -> None:
    """They lock different streams: only the id itself keeps them apart."""
    one, other = make_phone(games), make_phone(games)
    for person in games.people[:10]:
        first = one.arrive(person)
        second = other.arrive(person, door=games.pool_door, id=first["id"])
        answers = together([partial(one.push, first), partial(other.push, second)])
        assert sorted(result.get("code", "") for [result] in answers) == ["", "id_reused"]
    assert list(Alert.objects.values_list("kind", flat=True)) == []


def test_eight_phones_at_once_admit_each_person_once(games: Games) -> None:
    phones = [make_phone(games) for _ in range(AT_ONCE)]

    def shift(phone: Phone, minute: int) -> Callable[[], list[Any]]:
        operations = [phone.arrive(person, at=NOON + timedelta(minutes=minute)) for person in games.people]
        batches = [operations[start : start + 5] for start in range(0, len(operations), 5)]
        return lambda: [result for batch in batches for result in phone.push(*batch)]

    results = together([shift(phone, minute) for minute, phone in enumerate(phones)])
    flags = [flag for answer in results for result in answer for flag in result["flags"]]
    assert flags == ["second_admission"] * 40 * (AT_ONCE - 1)
    assert Headcount.objects.get().present == 40
    assert {presence["since"] for presence in phones[0].attendance("presence")} == {"2026-07-04T12:00:00.000Z"}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
def test_one_venue_does_not_wait_for_another(games: Games) -> None:
    """While a transaction at the pool is under way, the hall goes on, and the pool waits for it."""
    hall, pool = make_phone(games), make_phone(games)
    arrival = pool.arrive(games.people[1], door=games.pool_door)
    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            lock([f"attendance:{games.pool.id}"])
            waiting = elsewhere.submit(together, [lambda: pool.push(arrival)])
            [answer] = together([lambda: hall.push(hall.arrive(games.people[0]))])
            assert (answer[0]["verdict"], waiting.done()) == ("accepted", False)
            assert not Operation.objects.filter(id=arrival["id"]).exists()
        assert waiting.result()[0][0]["verdict"] == "accepted"


def test_a_polling_reader_skips_nothing_while_phones_write(games: Games) -> None:
    phones = [make_phone(games) for _ in range(4)]
    reader = make_phone(games)
    stream, done = f"attendance:{games.hall.id}", threading.Event()
    writing = threading.Semaphore(0)

    def write(phone: Phone) -> Callable[[], set[str]]:
        operations = [phone.arrive(person, door=games.gate) for person in games.people]

        def run() -> set[str]:
            for operation in operations:
                phone.push(operation)
            writing.release()
            return {operation["id"] for operation in operations}

        return run

    def read() -> set[str]:
        """Pulls as a device does; every head that it reports must contain all that was visible before."""
        cursor = 0
        held: dict[tuple[str, str], Any] = {}
        while True:
            last = done.is_set()
            header, changes = reader.pull(stream, after=cursor)
            assert all(cursor < change["seq"] <= header["head"] for change in changes)
            held.update({(change["kind"], change["key"]): change.get("body") for change in changes})
            cursor = header["head"]
            if last:
                break
        return {body["operation"] for (kind, _), body in held.items() if kind == "presence"}

    def finish() -> set[str]:
        for _ in phones:
            writing.acquire()
        done.set()
        return set()

    *_, seen, _ = together([*map(write, phones), read, finish])
    snapshot = {body["operation"] for body in reader.attendance("presence")}
    assert (len(snapshot), seen) == (40, snapshot)


def test_three_wrong_release_codes_of_three_phones_at_once_raise_one_alert(games: Games) -> None:
    """Whoever comes last sees the two others, for they wait for one lock."""
    phones = [make_phone(games, profile="lead") for _ in range(3)]
    said = {"person": str(games.people[0].id), "checkpoint": str(games.gate.id), "right": False}
    tries = [phone.record("checkin.release_try", said) for phone in phones]
    together([partial(phone.push, each) for phone, each in zip(phones, tries, strict=True)])
    alerts = Alert.objects.filter(kind="release_code").values_list("subject", "count")
    assert (ReleaseTry.objects.count(), list(alerts)) == (3, [(said["person"], 1)])

"""Push when something breaks: a bug harms one operation, the database harms none."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, DataError, Error, OperationalError, connection
from django.db.utils import DatabaseErrorWrapper

from checkin.models import Headcount
from checkin.operations import Attendance
from eventsync.jobs.models import Alert
from eventsync.sync import push as push_module
from eventsync.sync.models import Operation, Quarantined
from tests.cast import Games, Phone


def test_push_bug_in_a_handler_harms_only_its_operation(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = Attendance.apply

    def buggy(self: Attendance, fresh: Any, changes: Any) -> Any:
        answers = sound(self, fresh, changes)
        if any(operation.actor == "Bug" for operation in fresh):
            raise ZeroDivisionError
        return answers

    monkeypatch.setattr(Attendance, "apply", buggy)
    operations = [phone.arrive(games.people[index], actor="Bug" if index == 2 else "Maria") for index in range(5)]
    results = phone.push(*operations)
    expected = ["accepted", "accepted", "quarantined", "accepted", "accepted"]
    assert [result["verdict"] for result in results] == expected
    assert results[2]["code"] == "handler_error"
    assert Headcount.objects.get().present == 4
    assert [str(kept.operation_id) for kept in Quarantined.objects.all()] == [operations[2]["id"]]
    assert phone.push(*operations) == [result | {"replayed": True} for result in results]
    assert [(raised.kind, raised.subject) for raised in Alert.objects.all()] == [("handler_error", operations[2]["id"])]


def on_postgres(state: str) -> Error:
    """What Django raises for an error that PostgreSQL reports with this SQLSTATE, whatever we run on."""
    of_postgres = SimpleNamespace(Database=psycopg, errors_occurred=False)
    try:
        with DatabaseErrorWrapper(of_postgres):
            raise psycopg.errors.lookup(state)(state)
    except Error as error:
        return error


PASSING = {
    "locked": OperationalError("database is locked"),
    "serialization failure": on_postgres("40001"),
    "deadlock": on_postgres("40P01"),
    "lock timeout": on_postgres("55P03"),
}
TROUBLE = PASSING | {
    "damaged": DatabaseError("database disk image is malformed"),
    "file too large": on_postgres("XX000"),
    "disk full": on_postgres("53100"),
    "read only": on_postgres("25006"),
    "file system read only": on_postgres("42501"),
    "not migrated": on_postgres("42P01"),
}


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_push_database_error_is_never_a_verdict(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch, trouble: Error
) -> None:
    def locked(*arguments: Any, **named: Any) -> Any:
        raise trouble

    operation = phone.arrive(games.people[0])
    with monkeypatch.context() as broken:
        broken.setattr(push_module, "PATIENCE", 0)
        broken.setattr(push_module, "apply_batch", locked)
        answer = phone.post({"operations": [operation]})
    assert (answer.status_code, answer.json()["error"]["code"], answer["Retry-After"]) == (503, "unavailable", "5")
    assert Operation.objects.count() == 0
    assert phone.push(operation)[0]["verdict"] == "accepted"


@pytest.fixture
def full(games: Games, phone: Phone) -> Iterator[None]:
    """No more pages for the database, as SQLite itself says it of a full disk; afterwards there is room again."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # nothing is free within it either, whatever was there before
        cursor.execute(f"PRAGMA max_page_count = {cursor.execute('PRAGMA page_count').fetchone()[0]}")
        yield
        cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="tests/faults/test_disk_full.py fills PostgreSQL's disk")
@pytest.mark.django_db(transaction=True)
def test_push_to_a_database_without_room_stores_nothing_and_says_so(
    games: Games, phone: Phone, full: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_module, "PATIENCE", 0)
    operations = [phone.arrive(games.people[0], actor="Maria" * 15) for _ in range(200)]  # more than a page has left
    answer = phone.post({"operations": operations})
    assert (answer.status_code, answer.json()["error"]["code"], answer["Retry-After"]) == (503, "unavailable", "5")
    assert (Operation.objects.count(), Quarantined.objects.count()) == (0, 0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")
    assert {result["replayed"] for result in phone.push(*operations)} == {False}
    assert Operation.objects.count() == 200


@pytest.mark.parametrize("bug", [DataError("too long"), on_postgres("54000")], ids=["data", "limit"])
def test_push_of_what_the_database_cannot_hold_is_quarantined(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch, bug: Error
) -> None:
    """Coming back later would not help it, and it must not hold up its neighbours."""
    sound = Attendance.apply

    def too_much(self: Attendance, fresh: Any, changes: Any) -> Any:
        if any(operation.actor == "Bug" for operation in fresh):
            raise bug
        return sound(self, fresh, changes)

    monkeypatch.setattr(Attendance, "apply", too_much)
    operations = [phone.arrive(games.people[0]), phone.arrive(games.people[1], actor="Bug")]
    assert [result["verdict"] for result in phone.push(*operations)] == ["accepted", "quarantined"]


@pytest.mark.parametrize("failure", PASSING.values(), ids=PASSING)
def test_push_whole_batch_is_tried_again_after_a_passing_database_error(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch, failure: Error
) -> None:
    """Nothing of the first attempt stays, though it had written all that it would."""
    sound, failures, sizes = Attendance.apply, iter([failure]), []

    def unlucky(self: Attendance, fresh: Any, changes: Any) -> Any:
        sizes.append(len(fresh))
        answers = sound(self, fresh, changes)
        for each in failures:
            raise each
        return answers

    monkeypatch.setattr(Attendance, "apply", unlucky)
    operations = [phone.arrive(person) for person in games.people[:3]]
    results = phone.push(*operations)
    assert [(result["verdict"], result["replayed"]) for result in results] == [("accepted", False)] * 3
    assert sizes == [3, 3]
    assert (Operation.objects.count(), Headcount.objects.get().present) == (3, 3)
    assert not Quarantined.objects.exists()

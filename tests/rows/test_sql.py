"""Statements without Django's cursor: as safe as with it, and seen by whoever watches."""

import asyncio
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DEFAULT_DB_ALIAS, DatabaseError, Error, IntegrityError, connection, connections, transaction
from django.db.transaction import TransactionManagementError

from eventsync.rows import bulk
from eventsync.rows.sql import Sql
from eventsync.sync.models import StreamHead
from eventsync.sync.trouble import is_trouble

HEAD = ("stream", "head", "count", "checksum")
ONE = Sql("SELECT stream, head FROM sync_streamhead WHERE stream = %s")
ADD = Sql("INSERT INTO sync_streamhead (stream, head, count, checksum, floor) VALUES (%s, 1, 0, 0, 0)")


def test_rows_are_answered(db: None) -> None:
    StreamHead.objects.create(stream="50 %s?", head=3)
    assert (ONE.rows(["50 %s?"]), ONE.rows(["?"])) == ([("50 %s?", 3)], [])


def test_what_breaks_a_constraint_is_an_integrity_error_of_djangos(db: None) -> None:
    ADD.run(["a"])
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        ADD.run(["a"])
    assert not is_trouble(raised.value)
    assert StreamHead.objects.count() == 1


def test_what_cannot_be_asked_is_an_error_of_djangos_with_its_cause(db: None) -> None:
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        Sql("SELECT 1 FROM nowhere").rows([])
    assert is_trouble(raised.value)
    assert connection.errors_occurred  # the connection is looked at before it serves another request


def test_rows_that_break_a_constraint_are_an_error_too(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(StreamHead, HEAD, [("a", 1, 0, 0), ("a", 2, 0, 0)])
    assert not StreamHead.objects.exists()


def test_broken_transaction_goes_no_further(db: None) -> None:
    with transaction.atomic():
        connection.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            ONE.rows(["a"])
        with pytest.raises(TransactionManagementError):
            ADD.run(["a"])
        with pytest.raises(TransactionManagementError):
            bulk.insert(StreamHead, HEAD, [("a", 1, 0, 0)])
        connection.set_rollback(False)


@pytest.mark.django_db(transaction=True)
def test_connection_is_opened_when_it_is_needed() -> None:
    connection.close()
    assert ONE.rows(["a"]) == []
    connection.close()
    ADD.run(["a"])
    assert ONE.rows(["a"]) == [("a", 1)]


@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="a file does not hang up")
@pytest.mark.django_db(transaction=True)
def test_connection_that_is_lost_is_an_error_and_then_another() -> None:
    ONE.rows(["a"])
    connection.connection.close()  # behind Django's back
    with pytest.raises(Error) as raised:
        ONE.rows(["a"])
    connection.close_if_unusable_or_obsolete()
    assert ONE.rows(["a"]) == []
    assert is_trouble(raised.value)


@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="a file does not hang up")
@pytest.mark.django_db(transaction=True)
def test_connection_that_is_to_be_asked_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    ONE.rows(["a"])
    connection.connection.close()
    own = connections[DEFAULT_DB_ALIAS]  # a proxy has no attributes of its own to put back
    monkeypatch.setattr(own, "health_check_enabled", True)
    monkeypatch.setattr(own, "health_check_done", False)
    assert ONE.rows(["a"]) == []


def test_event_loop_is_not_held_up(db: None) -> None:
    async def ask() -> None:
        ONE.rows(["a"])

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(ask())


def test_wrappers_are_asked(db: None) -> None:
    seen = []

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        ADD.run(["a"])
        ONE.rows(["a"])
    assert seen == [ADD.text, ONE.text]

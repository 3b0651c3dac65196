"""A worker's rota: each chore when it is due, whatever became of the others."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from eventsync.jobs import chores

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)


def test_rota_does_each_chore_at_once_and_then_when_it_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "_chores", [])
    done: list[tuple[str, datetime]] = []
    chores.chore(every=timedelta(hours=1))(lambda now: done.append(("hourly", now)))
    chores.chore(every=timedelta(minutes=1))(lambda now: done.append(("often", now)))
    rota, minute = chores.Rota(), timedelta(minutes=1)
    for now in (NOON, NOON + minute / 2, NOON + minute, NOON + 60 * minute):
        rota.do_due(now)
    assert [now for name, now in done if name == "hourly"] == [NOON, NOON + 60 * minute]
    assert [now for name, now in done if name == "often"] == [NOON, NOON + minute, NOON + 60 * minute]


def test_clock_that_is_set_back_stops_no_chore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "_chores", [])
    done: list[datetime] = []
    chores.chore(every=timedelta(minutes=1))(done.append)
    rota, before = chores.Rota(), NOON - timedelta(hours=3)
    for now in (NOON, before, before + timedelta(minutes=1)):
        rota.do_due(now)
    assert done == [NOON, before, before + timedelta(minutes=1)]


def test_rota_goes_on_after_a_chore_that_met_a_locked_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "_chores", [])
    done: list[datetime] = []

    def locked(now: datetime) -> None:
        raise OperationalError("database is locked")

    chores.chore(every=timedelta(hours=1))(locked)
    chores.chore(every=timedelta(hours=1))(done.append)
    chores.Rota().do_due(NOON)
    assert done == [NOON]

"""A worker's rota: each chore when it is due, whatever became of the others."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from eventsync.jobs import chores
from eventsync.jobs.models import Alert

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


def test_chore_that_fails_is_told_keeps_no_other_and_is_well_again_by_itself(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing fails in silence, also not what nobody owes."""
    monkeypatch.setattr(chores, "_chores", [])
    done: list[datetime] = []

    def tidy(now: datetime) -> None:
        if now <= NOON + hour:
            raise FileNotFoundError("/names/of/people")

    hour, rota = timedelta(hours=1), chores.Rota()
    chores.chore(every=hour)(tidy)
    chores.chore(every=hour)(done.append)
    for number in range(2):
        rota.do_due(NOON + number * hour)
    row = Alert.objects.get()
    assert (row.kind, row.subject.rpartition(".")[2], row.count, row.cleared_at) == ("chore_failed", "tidy", 2, None)
    assert ("FileNotFoundError" in row.message, "people" in row.message) == (True, False)
    rota.do_due(NOON + 2 * hour)
    assert (Alert.objects.get().cleared_at, len(done)) == (NOON + 2 * hour, 3)

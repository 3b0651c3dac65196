"""Whose clock to believe: times are corrected, flagged and stored; nothing is refused for them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from checkin.models import Headcount
from eventsync.sync import push
from eventsync.sync.models import Operation
from eventsync.sync.rules import EARLIEST
from eventsync.sync.wire import write_time
from tests.cast import NOON, Games, Phone, make_games, make_phone


def flags(results: list[Any]) -> list[list[str]]:
    return [result["flags"] for result in results]


@pytest.mark.parametrize("sent_at", ["yesterday", 5, "2026-07-04"])
def test_push_with_an_unreadable_clock_is_malformed(phone: Phone, sent_at: object) -> None:
    assert phone.post({"sent_at": sent_at, "operations": []}).json()["error"]["code"] == "malformed"


@pytest.mark.parametrize("offset_ms", [None, 0, 2**53, -(2**53)])
@pytest.mark.parametrize("year", ["0001", "1970", "2099", "9999"])
def test_push_wrong_clock_is_flagged_and_counts(games: Games, phone: Phone, year: str, offset_ms: int | None) -> None:
    operation = phone.arrive(games.people[0], occurred_at=f"{year}-01-01T00:00:00.000Z", offset_ms=offset_ms)
    assert flags(phone.push(operation)) == [["clock_suspect"]]
    assert Headcount.objects.get().present == 1
    stored = Operation.objects.get()
    assert stored.corrected_at
    assert EARLIEST <= stored.corrected_at <= stored.received_at


def test_push_offset_corrects_the_time(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0], at=NOON - timedelta(hours=3), offset_ms=3 * 3_600_000)
    assert flags(phone.push(operation)) == [["clock_suspect"]]
    assert Operation.objects.get().corrected_at == NOON


def test_push_without_offset_is_corrected_by_the_skew_of_the_sender(games: Games, phone: Phone) -> None:
    behind = timedelta(hours=3)
    now = datetime.now(UTC)
    operation = phone.arrive(games.people[0], at=NOON - behind, offset_ms=None)
    assert flags(phone.push(operation, sent_at=now - behind)) == [["clock_suspect"]]
    corrected = Operation.objects.get().corrected_at
    assert corrected and abs(corrected - NOON) < timedelta(seconds=30)


@pytest.mark.django_db(transaction=True)
def test_push_reads_the_servers_clock_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a copy that began between the two, phones would believe that it has what they sent, and let go of it."""
    games = make_games(people=1)
    phone, seen = make_phone(games), []

    def read() -> datetime:
        seen.append((connection.in_atomic_block, Operation.objects.count()))
        return NOON

    monkeypatch.setattr(push, "timezone", SimpleNamespace(now=read))
    answer = phone.post({"operations": [phone.arrive(games.people[0])]})
    assert (answer.json()["server_time"], seen) == (write_time(NOON), [(False, 1)])

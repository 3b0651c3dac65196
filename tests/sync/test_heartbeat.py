"""Heartbeats: what a phone says of itself is kept member by member, and never costs it a record."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from eventsync.jobs import alerts
from eventsync.jobs.models import Alert
from eventsync.sync.enrolment import revoke
from eventsync.sync.models import Device, Operation
from eventsync.sync.wire import write_time
from tests.cast import Games, Phone

WHOLE: dict[str, Any] = {
    "pending": 12,
    "oldest_unsent": "2026-07-04T10:42:00.000Z",
    "roster_version": 31,
    "storage_persisted": True,
    "battery": 80,
    "holder": "María Öz",
}
KNOWN = WHOLE | {"oldest_unsent": datetime(2026, 7, 4, 10, 42, tzinfo=UTC)}


def known(phone: Phone) -> dict[str, Any]:
    return dict(Device.objects.values(*WHOLE).get(id=phone.id))


def test_heartbeat_is_kept(phone: Phone) -> None:
    phone.push(**WHOLE)
    assert known(phone) == KNOWN


def test_heartbeat_member_that_is_absent_leaves_what_was_known(phone: Phone) -> None:
    phone.push(**WHOLE)
    phone.push(battery=79)
    assert known(phone) == KNOWN | {"battery": 79}
    phone.push()
    assert known(phone) == KNOWN | {"battery": 79}


def test_heartbeat_without_anything_unsent_says_so(phone: Phone) -> None:
    phone.push(**WHOLE)
    phone.push(pending=0, oldest_unsent=None)
    assert known(phone) == KNOWN | {"pending": 0, "oldest_unsent": None}


@pytest.mark.parametrize(
    ("member", "values"),
    [
        ("pending", [-1, 2**31, 10**30, 1.5, True, "12", None, [], {}]),
        ("roster_version", [-1, 2**53 + 1, 10**30, 2.0, False, "31", None, []]),
        ("storage_persisted", [0, 1, "true", None, []]),
        ("holder", [7, None, True, "", "  ", "x" * 101, "a\u0000b", "line\nbreak", []]),
        ("battery", [-1, 101, 10**30, 80.5, True, "80", None, {}]),
        (
            "oldest_unsent",
            [5, "", "yesterday", "2026-07-04", "1999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z",
             "\u0000", True, [], {}],
        ),
    ],
)  # fmt: skip
def test_heartbeat_member_that_makes_no_sense_is_ignored_alone(
    games: Games, phone: Phone, member: str, values: list[Any]
) -> None:
    phone.push(**WHOLE)
    for value in values:
        [result] = phone.push(phone.arrive(games.people[0]), **WHOLE | {"battery": 50} | {member: value})
        assert (value, result["verdict"] in {"accepted", "flagged"}) == (value, True)
        assert (value, known(phone)) == (value, KNOWN | {"battery": 80 if member == "battery" else 50})
        Device.objects.filter(id=phone.id).update(battery=80)
    assert Operation.objects.count() == len(values)


def test_heartbeat_time_of_a_wrong_clock_is_told_in_ours(phone: Phone) -> None:
    now = datetime.now(UTC)
    ahead = timedelta(hours=3)
    phone.push(oldest_unsent=write_time(now + ahead - timedelta(minutes=38)), sent_at=now + ahead)
    oldest = known(phone)["oldest_unsent"]
    assert timedelta(minutes=37) < now - oldest < timedelta(minutes=39)


def test_heartbeat_of_a_revoked_phone_is_kept_too(phone: Phone) -> None:
    revoke(Device.objects.get(id=phone.id), now=datetime.now(UTC))
    phone.push(**WHOLE)
    assert known(phone) == KNOWN


def test_heartbeat_costs_one_update_whatever_it_says(games: Games, phone: Phone) -> None:
    def updates(**envelope: Any) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            phone.push(phone.arrive(games.people[0]), **envelope)
        return [query["sql"] for query in captured if "UPDATE" in query["sql"] and "sync_device" in query["sql"]]

    assert (len(updates()), len(updates(**WHOLE))) == (1, 1)


def test_mismatch_is_one_alert_for_each_phone_and_stream(games: Games, phone: Phone, other_phone: Phone) -> None:
    roster, hall = f"roster:{games.event.id}", f"attendance:{games.hall.id}"
    for each, stream in [(phone, roster), (phone, roster), (phone, hall), (other_phone, roster)]:
        each.push(checksum_mismatch=stream)
    raised = Alert.objects.filter(kind="checksum_mismatch").order_by("first_at")
    assert [(row.subject, row.count) for row in raised] == [
        (f"{phone.id} {roster}", 2),
        (f"{phone.id} {hall}", 1),
        (f"{other_phone.id} {roster}", 1),
    ]
    assert roster in raised[0].message


@pytest.mark.parametrize("stream", ["roster:somebody-else", "", None, 5, [], {"a": 1}, "x" * 5000, "\u0000"])
def test_mismatch_of_what_the_phone_does_not_read_raises_nothing(games: Games, phone: Phone, stream: object) -> None:
    [result] = phone.push(phone.arrive(games.people[0]), checksum_mismatch=stream)
    assert (result["verdict"], Alert.objects.count()) == ("accepted", 0)


def test_mismatch_that_cannot_be_told_of_does_not_undo_the_answer(
    games: Games, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(alerts, "alert", broken)
    [result] = phone.push(phone.arrive(games.people[0]), checksum_mismatch=f"roster:{games.event.id}")
    assert (result["verdict"], Operation.objects.count()) == ("accepted", 1)

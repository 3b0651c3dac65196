"""What a device is, as the server says: how long it keeps what it did, and the lists that name people."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from eventsync.sync import enrolment
from eventsync.sync.client.device import Device
from eventsync.sync.client.loop import Failed, Rest
from eventsync.sync.client.profile import profile_of
from eventsync.sync.models import Device as Enrolled
from tests.cast import Games
from tests.network import Wire, dropped, enrol_again, other_tab
from tests.sync.client.acts import arrival, assert_up_to_date, pull, push
from tests.sync.client.test_pull_history import back_up_at


def held(device: Device) -> set[str]:
    return {stream.partition(":")[0] for stream in device.records.cursors()}


EVERYTHING = {"attendance", "device", "roster", "schedule"}


def set_hours(monkeypatch: pytest.MonkeyPatch, device: Device, **hours: int) -> None:
    """People decide otherwise; its record says so."""
    for name, value in hours.items():
        monkeypatch.setattr(enrolment, name, value)
    enrolment.publish_profile(Enrolled.objects.get(id=device.id))


def test_profile_is_that_of_the_enrolment_until_its_record_says_another(
    games: Games, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled = dict(profile_of(device.outbox, device.records))
    assert enrolled == {"name": "door", "retain_hours": 72, "roster_hours": 72, "phone": "Device"}
    set_hours(monkeypatch, device, RETAIN_HOURS=100, ROSTER_HOURS=24)
    pull(device)
    followed = profile_of(device.outbox, device.records)
    assert (followed["retain_hours"], followed["roster_hours"]) == (100, 24)


def test_what_was_settled_is_kept_for_the_hours_of_its_record(
    games: Games, device: Device, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = arrival(device, games, games.people[0])
    push(device)
    pull(device)
    set_hours(monkeypatch, device, RETAIN_HOURS=100)
    clock.shift(timedelta(hours=99))
    back_up_at(timezone.now())
    assert pull(device) == Rest(60)
    assert device.outbox.held() == [operation], "the round that hears of it keeps to it"
    clock.shift(timedelta(hours=2))
    assert pull(device) == Rest(60)
    assert device.outbox.held() == []


@pytest.mark.parametrize(
    ("hours", "kept"),
    [(71.9, EVERYTHING), (72, {"attendance"}), (10_000, {"attendance"}), (-10_000, EVERYTHING)],
    ids=["just before its hours", "at its hours", "long after", "with a clock that was set back"],
)
def test_lists_that_name_people_go_when_nobody_was_heard(
    games: Games, device: Device, wire: Wire, clock: time_machine.Traveller, hours: float, kept: set[str]
) -> None:
    pull(device)
    operation = arrival(device, games, games.people[0])
    clock.shift(timedelta(hours=hours))
    wire.faults = [dropped]
    assert pull(device) == Failed()
    assert held(device) == kept
    assert device.outbox.held() == [operation]
    if hours > 0:
        pull(device)
        assert_up_to_date(device)


def test_device_that_was_switched_off_looks_before_it_shows_anything(
    device: Device, wire: Wire, clock: time_machine.Traveller
) -> None:
    pull(device)
    clock.shift(timedelta(hours=73))
    wire.calls.clear()
    assert held(other_tab(device, wire)) == {"attendance"}
    assert wire.calls == []


@pytest.mark.parametrize("heard", [70, -1_000])
def test_each_answer_begins_the_hours_anew(
    device: Device, wire: Wire, clock: time_machine.Traveller, heard: int
) -> None:
    pull(device)
    clock.shift(timedelta(hours=heard))
    assert pull(device) == Rest(60)
    for hours, kept in ((71, EVERYTHING), (1, {"attendance"})):
        clock.shift(timedelta(hours=hours))
        wire.faults = [dropped]
        pull(device)
        assert held(device) == kept


def test_hours_are_those_of_its_record_and_none_mean_never(
    games: Games, device: Device, wire: Wire, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for roster_hours, later, kept in ((24, 24, {"attendance"}), (0, 10_000, EVERYTHING)):
        set_hours(monkeypatch, device, ROSTER_HOURS=roster_hours)
        pull(device)
        clock.shift(timedelta(hours=later))
        wire.faults = [dropped]
        pull(device)
        assert held(device) == kept


def test_device_that_was_enrolled_again_is_not_lost(
    games: Games, device: Device, wire: Wire, clock: time_machine.Traveller
) -> None:
    pull(device)
    clock.shift(timedelta(hours=73))
    enrol_again(games, device)
    wire.faults = [dropped]
    pull(device)
    assert held(device) == EVERYTHING

"""What was released is also a stream: for any device of the event, told anew where it changed, poked at once."""

import json

import pytest

from eventsync.schedule.models import Activity
from eventsync.sync import streams
from eventsync.sync.models import Device
from tests.cast import Games, Phone, make_games, make_phone
from tests.schedule.plan.plans import Day, make_day, release


@pytest.fixture
def day(games: Games) -> Day:
    return make_day(games)


def stream(games: Games) -> str:
    return f"schedule:{games.event.id}"


def test_any_device_of_the_event_reads_it_and_no_other(games: Games, day: Day) -> None:
    release(day.event)
    profiles = ("door", "lead", "kiosk", "control", "agent", "family")
    ours = [make_phone(games, profile=profile, venue=games.hall) for profile in profiles]
    told = [{change["key"] for change in phone.pull(stream(games))[1]} for phone in ours]
    assert told == [{"last", *(str(each.pk) for each in (day.swim, day.relay, day.party))}] * len(profiles)
    stranger = make_phone(make_games("winter"))
    for name in (stream(games), f"schedule:{day.swim.pk}"):  # of another event, and of none
        answer = stranger.page(name)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    Device.objects.filter(pk=ours[0].id).update(revoked_at=day.swim.start)
    assert ours[0].page(stream(games)).json()["error"]["code"] == "device_revoked"
    assert Phone(games, ours[1].id, "wrong").page(stream(games)).status_code == 401


def test_it_comes_after_what_a_device_needs_at_its_door(games: Games, phone: Phone) -> None:
    listed = [each["stream"].partition(":")[0] for each in phone.streams().json()["streams"]]
    assert listed == ["device", "roster", "attendance", "attendance", "schedule"]


def test_nothing_is_told_of_a_draft(games: Games, phone: Phone, day: Day) -> None:
    header, changes = phone.pull(stream(games))
    assert (header["head"], header["count"], changes) == (0, 0, [])


def test_next_release_brings_what_changed_and_what_is_gone_says_cancelled(games: Games, phone: Phone, day: Day) -> None:
    release(day.event)
    cursor = phone.pull(stream(games))[0]["head"]
    Activity.objects.filter(pk=day.swim.pk).update(delay=15)
    Activity.objects.filter(pk=day.relay.pk).delete()
    release(day.event)
    header, changes = phone.pull(stream(games), after=cursor)
    assert {change["key"]: change["body"].get("status") for change in changes} == {
        "last": None, str(day.swim.pk): "delayed", str(day.relay.pk): "cancelled",
    }  # fmt: skip
    assert [change["deleted"] for change in changes] == [False] * 3
    assert (header["count"], len(phone.pull(stream(games))[1])) == (4, 4)


def test_release_pokes_once_it_is_committed(
    games: Games, day: Day, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    poked: list[dict[str, int]] = []
    monkeypatch.setattr(streams, "announce", poked.append)
    with django_capture_on_commit_callbacks(execute=True):
        release(day.event)
        assert poked == []
    assert poked == [{stream(games): 1}]


def test_it_says_no_long_texts(games: Games, phone: Phone, day: Day) -> None:
    Activity.objects.update(outline="A long story.", sentence="You swim.", note="Bring a towel.")
    release(day.event)
    told = json.dumps(phone.pull(stream(games))[1])
    assert [each in told for each in ("Uinti", "story", "You swim", "towel")] == [True, False, False, False]

"""Pull: what a device holds is what the server has, or it knows that it is not."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from eventsync.sync.client.device import Device
from eventsync.sync.client.loop import Failed, Rest
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.records import Records
from eventsync.sync.client.server import Response
from eventsync.sync.enrolment import revoke
from eventsync.sync.models import Device as Enrolled
from eventsync.sync.models import DeviceToken
from tests.cast import Games
from tests.network import (
    Call,
    Fault,
    Wire,
    cut,
    dropped,
    enrol_again,
    meanwhile,
    other_tab,
    portal,
    redirected,
    refusing,
    run,
    serve,
)
from tests.sync.client.acts import arrival, arrivals, assert_up_to_date, hall, pull, push, void


def test_first_pull_is_everything(games: Games, busy: Device, device: Device) -> None:
    assert pull(device) == Rest(60)
    assert_up_to_date(device)


def test_nothing_new_asks_for_no_page(device: Device, wire: Wire) -> None:
    pull(device)
    wire.calls.clear()
    assert pull(device) == Rest(60)
    assert [call.verb for call in wire.calls] == ["streams"]


def test_device_without_a_token_rests(wire: Wire) -> None:
    assert pull(Device(wire, outbox=Outbox(), records=Records())) == Rest(60)
    assert wire.calls == []


def test_news_come_in_pages(games: Games, device: Device, busy: Device, wire: Wire) -> None:
    pull(device)
    others = arrivals(busy, games, 5)
    for _ in others:
        run(busy.push.round())
    void(busy, games, others[1])
    push(busy)
    device.pull.page = 1
    wire.calls.clear()
    assert pull(device) == Rest(60)
    assert len(wire.asked("changes")) > 1
    assert_up_to_date(device)


def test_snapshot_in_pages_while_it_changes(games: Games, busy: Device, device: Device, wire: Wire) -> None:
    """What moves, comes and goes between its pages is on a later one, tombstones too."""

    def change() -> None:
        new = arrival(busy, games, games.people[0])
        push(busy)
        void(busy, games, new)
        void(busy, games, next(each for each in busy.outbox.held() if each["kind"] == "checkin.arrive"))
        push(busy)

    device.pull.page = 2
    wire.faults = [serve, *[meanwhile(change)] * 4]
    assert pull(device) == Rest(60)
    asked = [call.path for call in wire.asked("changes") if hall(games) in call.path]
    assert len({path.partition("base=")[2] for path in asked[1:]}) == 1, "continuations repeat the first page's head"
    assert pull(device) == Rest(60)
    assert_up_to_date(device)
    assert device.pull.mismatched == []


@pytest.mark.parametrize("share", [0, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("pages", [1, 5_000])
def test_page_that_was_cut_short_changes_nothing(
    games: Games, device: Device, busy: Device, wire: Wire, share: float, pages: int
) -> None:
    pull(device)
    arrivals(busy, games, 3)
    push(busy)
    device.pull.page = pages
    before = device.records.cursors()[hall(games)], device.records.live(hall(games))
    wire.faults = [serve, cut(share)]
    assert pull(device) == Failed()
    assert (device.records.cursors()[hall(games)], device.records.live(hall(games))) == before
    assert pull(device) == Rest(60)
    assert_up_to_date(device)


@pytest.mark.parametrize("fault", [dropped, portal, redirected, cut(0.5)])
def test_failure_at_any_request_is_made_good(games, device, busy, wire, fault):
    for answered in range(3):
        device.records.drop_cursors()
        wire.faults = [*[serve] * answered, fault]
        assert pull(device) == Failed()
    assert pull(device) == Rest(60)
    assert_up_to_date(device)


def without_a_line(call: Call) -> Response:
    """A proxy that swallows one change, and nobody would notice but for the checksum."""
    answer = serve(call)
    first, *rest = answer.body.splitlines(keepends=True)
    return Response(answer.status, answer.headers, first + b"".join(rest[1:]))


def test_wrong_checksum_pulls_anew_once_in_ten_minutes_and_is_reported(
    games: Games, busy: Device, device: Device, wire: Wire, clock: time_machine.Traveller
) -> None:
    pull(device)
    push(device)
    stream = hall(games)
    arrivals(busy, games, 2)
    push(busy)
    wire.calls.clear()
    wire.faults = [serve, without_a_line]
    held = len(device.records.live(stream))
    assert pull(device) == Failed()
    assert len(device.records.live(stream)) >= held > 0, "a wrong list is better than none, until there is a right one"
    wire.faults = [serve, without_a_line]
    assert pull(device) == Rest(60), "again wrong, and not again from 0"
    assert pull(device) == Rest(60)
    assert ["after=0" in call.path for call in wire.asked("changes")] == [False, True]
    wire.faults = [dropped]
    push(device)
    push(device)
    push(device)
    assert [call.json()["checksum_mismatch"] for call in wire.asked("push")] == [stream] * 2, "until it was heard"
    clock.shift(timedelta(minutes=10))
    assert pull(device) == Failed()
    assert pull(device) == Rest(60)
    assert_up_to_date(device)


def test_page_that_does_not_begin_at_the_cursor_any_more_is_dropped(
    games: Games, busy: Device, device: Device, wire: Wire
) -> None:
    pull(device)
    push(busy)
    arrival(busy, games, games.people[1])
    push(busy)

    def quicker() -> None:
        void(busy, games, busy.outbox.held()[1])
        push(busy)
        pull(other_tab(device, Wire()))

    wire.faults = [serve, meanwhile(quicker)]
    assert pull(device) == Rest(60)
    assert_up_to_date(device)
    assert device.pull.mismatched == []


def test_stream_that_is_not_listed_any_more_is_erased(games: Games, busy: Device, device: Device) -> None:
    pull(device)
    kept = arrival(device, games, games.people[0])
    Enrolled.objects.filter(id=device.id).update(venue_id=games.pool.id)
    assert pull(device) == Rest(60)
    assert hall(games) not in device.records.cursors()
    assert device.records.live(hall(games)) == {}
    assert f"attendance:{games.pool.id}" in device.records.cursors()
    assert device.outbox.held() == [kept]


def test_permission_lost_between_list_and_page_ends_the_round(games, busy, device, wire):
    row = Enrolled.objects.filter(id=device.id)
    wire.faults = [meanwhile(lambda: row.update(venue_id=games.pool.id))]
    assert pull(device) == Failed()
    assert pull(device) == Rest(60)
    assert hall(games) not in device.records.cursors()


def test_revoked_device_erases_what_it_read_and_nothing_that_it_recorded(games: Games, device: Device) -> None:
    pull(device)
    operation = arrival(device, games, games.people[0])
    revoke(Enrolled.objects.get(id=device.id), now=timezone.now())
    assert pull(device) == Failed()
    assert device.pull.revoked
    assert device.records.cursors() == {}
    assert device.outbox.held() == [operation]
    assert push(device) == Rest(60)
    enrol_again(games, device)
    assert pull(device) == Rest(60)
    assert not device.pull.revoked
    assert_up_to_date(device)


def test_device_with_nothing_to_send_hears_by_a_pull_that_nobody_knows_it(games: Games, device: Device) -> None:
    push(device)
    DeviceToken.objects.all().delete()
    assert push(device) == Rest(60)
    assert not device.unknown
    assert pull(device) == Failed()
    assert device.unknown
    enrol_again(games, device)
    assert not device.unknown
    assert pull(device) == Rest(60)
    assert_up_to_date(device)


@pytest.mark.parametrize("fault", [cut(0.5), dropped, refusing(404, "not_found")])
def test_one_stream_that_cannot_be_had_keeps_no_other_back(
    games: Games, device: Device, busy: Device, wire: Wire, fault: Fault
) -> None:
    pull(device)
    streams = set(device.records.cursors())
    device.records.drop_cursors()
    for stream in streams:
        device.records.erase(stream)
    wire.faults = [serve, fault]
    wire.calls.clear()
    assert pull(device) == Failed()
    first, *others = [call.path for call in wire.asked("changes")]
    assert {stream in first for stream in streams} == {True, False}
    # A cut may end where a line does: then what came is held, and known to be wrong.
    standing = [cursor for cursor in device.records.cursors().values() if cursor.epoch]
    assert len(standing) == len(others) == len(streams) - 1
    assert pull(device) == Rest(60)
    assert_up_to_date(device)


@pytest.mark.parametrize("faults", [[dropped, dropped], [refusing(503, "unavailable")]])
def test_what_concerns_all_streams_ends_the_round(
    games: Games, device: Device, wire: Wire, faults: list[Fault]
) -> None:
    wire.faults = [serve, *faults]
    assert pull(device) == Failed()
    assert len(wire.asked("changes")) == len(faults)

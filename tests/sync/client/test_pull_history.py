"""Pull: what happens when the server's history changes, and what is kept for how long."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from checkin import roster
from checkin.models import AttendanceRecord
from eventsync.sync import epoch, quarantine, tombstones
from eventsync.sync.client.device import Device, utc_now
from eventsync.sync.client.loop import Failed, Rest
from eventsync.sync.client.server import Response
from eventsync.sync.models import Backup, Operation, Quarantined
from tests.cast import NOON, Games, give_code, make_phone
from tests.convergence.stories import another_life
from tests.network import (
    Call,
    Wire,
    dropped,
    make_device,
    meanwhile,
    other_tab,
    serve,
)
from tests.sync.client.acts import arrival, arrivals, assert_up_to_date, hall, pull, push, verdict, void
from tests.sync.test_quarantine import again, at_new_door, build


def test_new_epoch_pulls_everything_anew_and_pushes_again(games: Games, device: Device, wire: Wire) -> None:
    with another_life():
        operation = arrival(device, games, games.people[0])
        push(device)
        pull(device)
    epoch.begin()
    pushes: list[None] = []
    device.pull.repush = lambda: pushes.append(None)
    assert pull(device) == Rest(60)
    assert pushes == [None]
    assert verdict(device, operation) is None
    assert {cursor.epoch for cursor in device.records.cursors().values()} == {str(epoch.current())}
    assert_up_to_date(device)
    push(device)
    assert verdict(device, operation) == ("accepted", False)


def test_page_that_was_asked_for_under_another_epoch_is_discarded(games: Games, device: Device, wire: Wire) -> None:
    def restored() -> None:
        epoch.begin()
        pull(other_tab(device, Wire()))

    wire.faults = [serve, meanwhile(restored)]
    assert pull(device) == Rest(60)
    assert {cursor.epoch for cursor in device.records.cursors().values()} == {str(epoch.current())}


def test_epoch_that_changes_again_and_again_ends_the_round(device: Device, wire: Wire) -> None:
    wire.faults = [meanwhile(lambda: device.outbox.begin_epoch("another"))] * 2
    assert pull(device) == Failed()


def test_cursor_below_the_floor_pulls_that_stream_anew(games: Games, busy: Device, device: Device, wire: Wire) -> None:
    pull(device)
    void(busy, games, busy.outbox.held()[1])
    push(busy)
    arrival(busy, games, games.people[2])
    push(busy)
    void(busy, games, busy.outbox.held()[2])
    push(busy)
    assert tombstones.purge(now=timezone.now() + timedelta(days=8)) > 0
    wire.calls.clear()
    assert pull(device) == Rest(60)
    assert ["after=0&" in call.path for call in wire.asked("changes")] == [False, True]
    assert_up_to_date(device)


def test_snapshot_that_expires_between_its_pages_begins_again(
    games: Games, busy: Device, device: Device, wire: Wire
) -> None:
    def expire(call: Call) -> Response:
        answer = serve(call)
        if "after=0&" in call.path and hall(games) in call.path:
            void(busy, games, busy.outbox.held()[1])
            push(busy)
            assert tombstones.purge(now=timezone.now() + timedelta(days=8)) > 0
        return answer

    device.pull.page = 2
    wire.faults = [expire] * 9
    assert pull(device) == Failed()
    wire.faults = []
    assert pull(device) == Rest(60)
    assert_up_to_date(device)


def test_server_that_knows_less_is_sent_everything_again(games: Games, device: Device) -> None:
    """It was restored, and nobody said so."""
    pull(device)
    with another_life():
        operations = arrivals(device, games, 3)
        push(device)
        pull(device)
    assert pull(device) == Rest(60)
    assert device.outbox.count_unsettled() == 3
    assert_up_to_date(device)
    push(device)
    assert [verdict(device, each) for each in operations] == [("accepted", False)] * 3
    assert AttendanceRecord.objects.count() == 3
    pull(device)
    assert_up_to_date(device)


def test_verdict_of_a_rerun_replaces_the_old_one(games: Games, device: Device) -> None:
    phone = make_phone(games)
    door, body = at_new_door(phone, games)
    operation = device.record(body["kind"], body["payload"])
    push(device)
    assert verdict(device, operation) == ("quarantined", False)
    build(door)
    again(Quarantined.objects.get())
    pull(device)
    assert device.outbox.verdicts()[operation["id"]]["verdict"] == "accepted"


def test_answer_from_before_the_rerun_is_overtaken_by_it(games: Games, device: Device, wire: Wire) -> None:
    door, body = at_new_door(make_phone(games), games)
    operation = device.record(body["kind"], body["payload"])

    def rerun() -> None:
        build(door)
        quarantine.rerun(Quarantined.objects.get(), by="alice", now=timezone.now())
        pull(other_tab(device, Wire()))

    push(device)
    device.outbox.send_all_again()
    wire.faults = [meanwhile(rerun)]
    push(device)
    assert device.outbox.verdicts()[operation["id"]]["verdict"] == "accepted"


def test_roster_change_reaches_the_device(games: Games, device: Device) -> None:
    pull(device)
    with roster.changing(games.event.id) as change:
        give_code(games.people[0], "A-SECOND-CODE", change)
    pull(device)
    assert_up_to_date(device)


def back_up_at(moment: datetime) -> None:
    Backup.objects.create(started_at=moment, finished_at=moment, verified_at=moment, path="copy")


def test_nothing_is_let_go_before_it_is_settled_old_and_backed_up(
    games: Games, device: Device, wire: Wire, clock: time_machine.Traveller
) -> None:
    operation = arrival(device, games, games.people[0])
    back_up_at(NOON + timedelta(hours=1))
    clock.shift(timedelta(hours=2))
    wire.faults = [dropped]
    push(device)

    def kept_after(hours: int) -> bool:
        clock.move_to(NOON + timedelta(hours=hours))
        assert pull(device) == Rest(60)
        return operation in device.outbox.held()

    assert kept_after(80), "not settled"
    push(device)
    assert kept_after(160), "settled and old, and the newest backup is older than its verdict"
    back_up_at(NOON + timedelta(hours=159))
    assert not kept_after(161)
    assert Operation.objects.filter(id=operation["id"]).exists()


@pytest.mark.parametrize("wrong_by", [timedelta(days=-40), timedelta(hours=-1), timedelta(), timedelta(days=40)])
def test_what_was_backed_up_is_kept_for_three_days_of_the_server(
    games: Games, wire: Wire, clock: time_machine.Traveller, wrong_by: timedelta
) -> None:
    device = make_device(games, wire, now=lambda: utc_now() + wrong_by)
    operation = arrival(device, games, games.people[0])
    push(device)
    clock.shift(timedelta(hours=71))
    back_up_at(timezone.now())
    assert pull(device) == Rest(60)
    assert device.outbox.held() == [operation]
    clock.shift(timedelta(hours=2))
    pull(device)
    assert device.outbox.held() == []


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"streams": null}', b'"text"'])
def test_list_that_makes_no_sense_changes_nothing(device: Device, wire: Wire, body: bytes) -> None:
    pull(device)
    before = device.records.cursors()

    def nonsense(call: Call) -> Response:
        answer = serve(call)
        return Response(answer.status, answer.headers, body)

    wire.faults = [nonsense]
    assert pull(device) == Failed()
    assert device.records.cursors() == before

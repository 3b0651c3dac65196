"""Push: what was recorded arrives, whatever happens on the way, and nothing is taken for settled that is not."""

import json

import pytest
from django.utils import timezone

from checkin.models import AttendanceRecord, Headcount
from eventsync.sync import epoch
from eventsync.sync.client.device import Device, NotEnrolled
from eventsync.sync.client.loop import Failed, Rest
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.records import Records
from eventsync.sync.client.server import NoAnswer, Response
from eventsync.sync.enrolment import revoke
from eventsync.sync.models import Device as Enrolled
from eventsync.sync.models import DeviceToken, Operation, Quarantined
from tests.cast import Games
from tests.convergence.stories import another_life
from tests.network import (
    Call,
    Fault,
    Wire,
    cut,
    dropped,
    enrol_again,
    make_device,
    meanwhile,
    other_tab,
    portal,
    redirected,
    refusing,
    run,
    serve,
    unanswered,
)
from tests.sync.client.acts import arrival, arrivals, push, verdict


def test_record_and_push_settles(games: Games, device: Device) -> None:
    first, second = arrival(device, games, games.people[0]), arrival(device, games, games.people[0])
    assert (first["seq"], second["seq"], device.outbox.count_unsettled()) == (1, 2, 2)
    assert push(device) == Rest(60)
    assert (verdict(device, first), verdict(device, second)) == (("accepted", False), ("flagged", False))
    assert device.outbox.verdicts()[second["id"]]["flags"] == ["second_admission"]
    assert [json.loads(row.body)["seq"] for row in Operation.objects.order_by("seq")] == [1, 2]


def test_device_without_a_token_records_and_rests(games: Games, wire: Wire) -> None:
    device = Device(wire, outbox=Outbox(), records=Records())
    arrival(device, games, games.people[0])
    assert push(device) == Rest(60)
    assert (wire.calls, device.outbox.count_unsettled()) == ([], 1)


def test_lost_answer_is_fetched_by_pushing_again(games: Games, device: Device, wire: Wire) -> None:
    operation = arrival(device, games, games.people[0])
    wire.faults = [unanswered]
    assert push(device) == Failed()
    assert (verdict(device, operation), AttendanceRecord.objects.count()) == (None, 1)
    assert push(device) == Rest(60)
    assert (verdict(device, operation), AttendanceRecord.objects.count()) == (("accepted", True), 1)


def odd(status: int, body: bytes, kind: str = "application/json") -> Fault:
    """Our server's mark on something that is not an answer."""
    return lambda call: Response(status, {"content-type": kind, epoch.HEADER.lower(): str(epoch.current())}, body)


@pytest.mark.parametrize(
    "fault",
    [
        dropped,
        portal,
        redirected,
        cut(0.5),
        cut(0),
        odd(200, b"<html>", "text/html"),
        odd(200, b'{"results": []}'),
        odd(200, b'{"server_time": "2026-07-04T12:00:00Z", "results": []}'),
        odd(200, b'{"server_time": "2026-07-04T12:00:00Z", "results": [{"id": "x", "verdict": "accepted"}]}'),
        odd(500, b'{"error": {"code": "internal", "message": "Oh."}}'),
        odd(200, b'{"error": {"code": "malformed", "message": "A status that does not fit."}}'),
    ],
    ids=[
        "dropped", "portal", "redirect", "cut", "empty", "page", "no time", "no results", "strangers", "bug", "misfit",
    ],
)  # fmt: skip
def test_anything_but_a_verdict_settles_nothing(games: Games, device: Device, wire: Wire, fault: Fault) -> None:
    operation = arrival(device, games, games.people[0])
    wire.faults = [fault]
    assert push(device) == Failed()
    assert (verdict(device, operation), device.outbox.count_unsettled()) == (None, 1)
    push(device)
    assert device.outbox.count_unsettled() == 0


@pytest.mark.parametrize(("status", "code"), [(429, "slow_down"), (503, "unavailable")])
def test_busy_server_is_given_the_time_it_asked_for(games, device, wire, status, code):
    arrival(device, games, games.people[0])
    wire.faults = [refusing(status, code, retry_after=7)]
    assert push(device) == Failed(7)
    assert device.push.refused is not None
    assert device.push.refused.code == code
    push(device)
    assert device.push.refused is None


def test_operation_that_is_too_large_is_set_aside_and_its_neighbours_arrive(games: Games, device: Device) -> None:
    around = arrivals(device, games, 2)
    large = device.record("checkin.arrive", {"note": "x" * 17_000})
    around += arrivals(device, games, 4)
    assert push(device) == Rest(60)
    assert all(verdict(device, each) for each in around)
    assert verdict(device, large) is None
    assert (device.outbox.count_unsettled(), device.outbox.oldest_unsettled()) == (1, large)
    assert large in device.outbox.held()
    assert Enrolled.objects.get(id=device.id).pending == 1


def test_operation_without_an_id_that_the_server_can_read_is_set_aside(games: Games, device: Device) -> None:
    device.outbox.carry({"id": "no uuid", "kind": "checkin.arrive"})
    good = arrival(device, games, games.people[0])
    assert push(device) == Rest(60)
    assert verdict(device, good)
    assert device.outbox.queued(after=0, limit=9) == []
    assert device.outbox.count_unsettled() == 1


def test_half_a_character_is_kept_and_quarantined(games: Games, device: Device) -> None:
    operation = device.record("checkin.refuse", {"checkpoint": str(games.door.id), "reason": "\ud83d"})
    assert push(device) == Rest(60)
    assert device.outbox.verdicts()[operation["id"]]["code"] == "unstorable"
    assert device.outbox.held() == [operation]


def test_retry_verdict_leaves_an_operation_unsettled(games: Games, device: Device, wire: Wire) -> None:
    def busy(call: Call) -> Response:
        said = json.loads(serve(call).body)
        said["results"][1] |= {"verdict": "retry"}
        return odd(200, json.dumps(said).encode())(call)

    operations = arrivals(device, games, 3)
    wire.faults = [busy]
    assert push(device) == Failed()
    assert [verdict(device, each) is None for each in operations] == [False, True, False]
    assert push(device) == Rest(60)
    assert verdict(device, operations[1]) == ("accepted", True)


def test_batch_that_always_fails_is_halved_until_it_passes(games: Games, device: Device, wire: Wire) -> None:
    def chokes(call: Call) -> Response:
        if len(call.json()["operations"]) > 1:
            raise NoAnswer("a proxy has had enough")
        return serve(call)

    operations = arrivals(device, games, 2)
    wire.faults = [chokes] * 4
    assert [push(device) for _ in range(3)] == [Failed()] * 3
    push(device)
    assert verdict(device, operations[0])
    wire.faults = []
    push(device)
    assert device.outbox.count_unsettled() == 0


def test_new_epoch_sends_everything_again_in_the_same_round(games: Games, device: Device) -> None:
    with another_life():
        lost = arrivals(device, games, 3)
        push(device)
        assert device.outbox.count_unsettled() == 0
    epoch.begin()
    late = arrival(device, games, games.people[3])
    assert push(device) == Rest(60)
    assert [verdict(device, each) for each in lost] == [("accepted", False)] * 3
    assert verdict(device, late) == ("accepted", True), "the answer that named the epoch was not taken for it"
    assert AttendanceRecord.objects.count() == 4


def test_answer_that_was_asked_for_under_another_epoch_is_discarded(games: Games, device: Device, wire: Wire) -> None:
    def restored() -> None:
        AttendanceRecord.objects.all().delete()
        Operation.objects.all().delete()
        epoch.begin()
        run(other_tab(device, Wire()).pull.round())
        assert device.outbox.era().epoch == str(epoch.current())

    operation = arrival(device, games, games.people[0])
    wire.faults = [meanwhile(restored)]
    wire.calls.clear()
    assert push(device) == Rest(60)
    assert len(wire.asked("push")) == 2
    assert verdict(device, operation) == ("accepted", False), "of the second life, for the first was restored away"
    assert Operation.objects.count() == 1


def test_answer_from_before_an_unannounced_restore_is_discarded(games: Games, device: Device, wire: Wire) -> None:
    operation = arrival(device, games, games.people[0])
    wire.faults = [meanwhile(device.outbox.send_all_again), dropped]
    assert push(device) == Failed()
    assert verdict(device, operation) is None


def test_epoch_that_changes_again_and_again_ends_the_round(games: Games, device: Device, wire: Wire) -> None:
    arrival(device, games, games.people[0])
    wire.faults = [meanwhile(lambda: device.outbox.begin_epoch("another"))] * 2
    assert push(device) == Failed()
    push(device)
    assert device.outbox.count_unsettled() == 0


def test_heartbeat_goes_only_when_something_changed(games: Games, device: Device, wire: Wire) -> None:
    arrival(device, games, games.people[0])
    push(device)
    wire.calls.clear()
    assert push(device) == Rest(60)
    assert wire.calls == []


def test_heartbeat_that_fails_is_said_again(device: Device, wire: Wire) -> None:
    wire.faults = [dropped]
    assert push(device) == Rest(60)
    wire.calls.clear()
    push(device)
    [said] = wire.asked("push")
    assert (said.json()["operations"], said.json()["pending"]) == ([], 0)


def test_heartbeat_learns_of_a_new_epoch(games: Games, device: Device) -> None:
    arrival(device, games, games.people[0])
    push(device)
    epoch.begin()
    restarted = other_tab(device, Wire())
    assert push(restarted) == Failed()
    assert device.outbox.count_unsettled() == 1


def test_unknown_token_keeps_the_outbox_until_somebody_enrols_again(games: Games, device: Device) -> None:
    operation = arrival(device, games, games.people[0])
    DeviceToken.objects.all().delete()
    assert push(device) == Failed()
    assert device.push.refused is not None
    assert device.push.refused.code == "unauthenticated"
    enrol_again(games, device)
    assert push(device) == Rest(60)
    assert verdict(device, operation) == ("accepted", False)


def test_revoked_device_goes_on_delivering(games: Games, device: Device) -> None:
    operation = arrival(device, games, games.people[0])
    revoke(Enrolled.objects.get(id=device.id), now=timezone.now())
    assert push(device) == Rest(60)
    assert device.outbox.verdicts()[operation["id"]]["flags"] == ["device_revoked"]
    assert Headcount.objects.get().present == 1


def test_carried_operation_is_its_authors(games: Games, device: Device, wire: Wire) -> None:
    author = make_device(games, wire)
    operation = arrival(author, games, games.people[0])
    assert device.outbox.carry(operation | {"device": author.id})
    assert not device.outbox.carry(operation | {"device": author.id})
    push(device)
    stored = Operation.objects.get()
    assert (str(stored.device_id), str(stored.carrier_id)) == (author.id, device.id)
    assert verdict(device, operation) == ("accepted", False)
    push(author)
    assert verdict(author, operation) == ("accepted", True)


def test_carried_operation_without_a_time_stops_nobody(games: Games, device: Device) -> None:
    device.outbox.carry({"id": "00000000-0000-4000-8000-000000000001"})
    own = arrival(device, games, games.people[0])
    assert push(device) == Rest(60)
    assert verdict(device, own) == ("accepted", False)
    assert Quarantined.objects.count() == 1


def test_two_tabs_over_one_outbox_do_no_harm(games: Games, device: Device, wire: Wire) -> None:
    tab = other_tab(device, Wire())
    arrivals(device, games, 3)
    wire.faults = [meanwhile(lambda: push(tab))]
    push(device)
    assert device.outbox.count_unsettled() == 0
    assert AttendanceRecord.objects.count() == 3


def test_enrolment_that_fails_keeps_the_outbox(games: Games, device: Device, wire: Wire) -> None:
    operation = arrival(device, games, games.people[0])
    token = device.outbox.recall("token")
    for fault in (dropped, portal, cut(0.5), serve):
        wire.faults = [fault]
        with pytest.raises(NotEnrolled):
            run(device.enrol("WRONG-CODE", name="Device"))
    assert device.outbox.recall("token") == token
    assert device.outbox.held() == [operation]

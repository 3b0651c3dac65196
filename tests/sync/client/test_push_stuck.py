"""An operation that never gets through keeps no other back, and a server that is down is not hammered."""

from collections.abc import Collection

import pytest

from eventsync.sync.client.device import Device
from eventsync.sync.client.loop import Failed, Rest
from eventsync.sync.client.server import Response
from tests.cast import Games
from tests.network import Call, Fault, Wire, dropped, portal, refusing, serve
from tests.sync.client.acts import arrival, push

MOST_ROUNDS = 100


def fails_with(fault: Fault, stuck: Collection[int], failures: list[Call]) -> Fault:
    """`fault` befalls each push of one of these operations, by their numbers."""

    def answer(call: Call) -> Response:
        if not any(operation["seq"] in stuck for operation in call.json()["operations"]):
            return serve(call)
        failures.append(call)
        return fault(call)

    return answer


def rounds(device: Device, wire: Wire, fault: Fault, stuck: Collection[int], left: int) -> None:
    """Until no more than so many operations wait. Each round fails, and in none is it asked a third time in vain."""
    for _ in range(MOST_ROUNDS):
        failures: list[Call] = []
        wire.faults = [fails_with(fault, stuck, failures)] * 40
        assert push(device) == Failed()
        assert len(failures) <= 2
        if device.outbox.count_unsettled() <= left:
            return


def waiting(device: Device) -> list[int]:
    return [row.operation["seq"] for row in device.outbox.queued(after=0, limit=99)]


def sent(wire: Wire) -> list[list[int]]:
    return [[operation["seq"] for operation in call.json()["operations"]] for call in wire.asked("push")]


@pytest.mark.parametrize("fault", [refusing(403, "forbidden"), refusing(500, "internal"), portal, dropped])
@pytest.mark.parametrize("stuck", [[1], [12], [1, 2, 3, 4], [3, 4, 7, 11], [2, 5, 12]])
def test_others_arrive_whatever_fails_for_ever(games, device, wire, uncompressed, stuck, fault):
    for _ in range(12):
        arrival(device, games, games.people[0])
    rounds(device, wire, fault, stuck, len(stuck))
    assert waiting(device) == stuck
    arrival(device, games, games.people[0])
    rounds(device, wire, fault, stuck, len(stuck))
    assert waiting(device) == stuck
    wire.faults = []
    push(device)
    push(device)
    assert device.outbox.count_unsettled() == 0


def test_what_fails_alone_is_tried_alone_and_the_rest_in_ever_larger_batches(games, device, wire, uncompressed):
    for _ in range(5):
        arrival(device, games, games.people[0])
    device.push.batch, device.push._size = 4, 1
    for sends in ([[1], [2], [3, 4], [5]], [[1], [6]]):
        wire.calls.clear()
        rounds(device, wire, dropped, [1], 1)
        assert sent(wire) == sends
        arrival(device, games, games.people[0])


def test_server_that_is_down_is_asked_twice_in_a_round_and_hears_everything_in_order_when_it_is_back(
    games: Games, device: Device, wire: Wire, uncompressed: None
) -> None:
    for _ in range(4):
        arrival(device, games, games.people[0])
    device.push._size = 1
    wire.calls.clear()
    wire.faults = [dropped] * 7
    for _ in range(4):
        assert push(device) == Failed()
    assert (sent(wire), wire.faults) == ([[1], [2], [1], [3], [1], [4], [1]], [])
    wire.calls.clear()
    push(device)
    assert sent(wire) == [[1], [2, 3], [4]]


def test_server_that_asks_for_time_is_not_asked_again_in_that_round(games: Games, device: Device, wire: Wire) -> None:
    for _ in range(2):
        arrival(device, games, games.people[0])
    device.push._size = 1
    wire.calls.clear()
    wire.faults = [refusing(503, "unavailable", retry_after=7)]
    assert push(device) == Failed(7)
    assert sent(wire) == [[1]]


def test_one_for_which_the_server_asks_for_time_for_ever_keeps_no_other_back(games, device, wire, uncompressed):
    for _ in range(6):
        arrival(device, games, games.people[0])
    device.push._size = 1
    stuck = [1, 4]
    wire.faults = [fails_with(refusing(503, "unavailable", retry_after=7), stuck, [])] * 40
    assert [push(device) for _ in range(9)] == [Failed(7)] * 9
    assert waiting(device) == stuck
    for each in (4, 1):
        stuck.remove(each)
        for _ in range(3):
            push(device)
        assert waiting(device) == stuck


def test_what_was_recorded_while_the_server_was_given_time_goes_out_with_what_waited(games, device, wire):
    arrival(device, games, games.people[0])
    wire.faults = [refusing(503, "unavailable", retry_after=7)]
    assert push(device) == Failed(7)
    arrival(device, games, games.people[1])
    assert isinstance(push(device), Rest)
    assert waiting(device) == []


@pytest.fixture
def uncompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test reads what was sent."""
    monkeypatch.setattr("eventsync.sync.client.server._COMPRESS_FROM", 10**9)

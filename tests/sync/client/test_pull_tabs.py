"""Pull: a slower tab takes nothing back of what a quicker one has seen, and brings nothing back that it erased."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from eventsync.sync.client.device import Device
from eventsync.sync.client.loop import Rest
from eventsync.sync.client.server import Response
from eventsync.sync.enrolment import revoke
from eventsync.sync.models import Device as Enrolled
from tests.cast import Games
from tests.network import Call, Wire, other_tab, serve
from tests.sync.client.acts import arrival, assert_up_to_date, hall, pull, push

STREAMS = 5


def after_snapshot(happens: Callable[[], object], *, of: str) -> Callable[[Call], Response]:
    """Something happens while the first answer about this stream is under way to us."""
    waiting = [happens]

    def fault(call: Call) -> Response:
        answer = serve(call)
        if of in call.path and waiting:
            waiting.pop()()
        return answer

    return fault


def begun(device: Device, *, before: bool) -> None:
    """About to pull snapshots: of streams that it never had, or in the place of those that it has."""
    if before:
        pull(device)
        device.records.drop_cursors()


@pytest.mark.parametrize("before", [False, True])
def test_snapshot_of_the_slower_tab_takes_nothing_back(
    games: Games, busy: Device, device: Device, wire: Wire, before: bool
) -> None:
    begun(device, before=before)
    seen = []

    def quicker() -> None:
        arrival(busy, games, games.people[4])
        push(busy)
        pull(other_tab(device, Wire()))
        seen.append((device.records.cursors()[hall(games)], device.records.live(hall(games))))

    wire.faults = [after_snapshot(quicker, of=hall(games))] * (1 + STREAMS)
    assert pull(device) == Rest(60)
    assert [(device.records.cursors()[hall(games)], device.records.live(hall(games)))] == seen
    assert_up_to_date(device)
    assert device.pull.mismatched == []


@pytest.mark.parametrize("before", [False, True])
def test_stream_that_the_quicker_tab_heard_is_not_ours_any_more_stays_erased(
    games: Games, device: Device, wire: Wire, before: bool
) -> None:
    begun(device, before=before)

    def moved() -> None:
        Enrolled.objects.filter(id=device.id).update(venue_id=games.pool.id)
        pull(other_tab(device, Wire()))

    wire.faults = [after_snapshot(moved, of=hall(games))] * (1 + STREAMS)
    pull(device)
    assert hall(games) not in device.records.cursors()
    assert device.records.live(hall(games)) == {}
    assert f"attendance:{games.pool.id}" in device.records.cursors()


@pytest.mark.parametrize("before", [False, True])
def test_what_a_revoked_device_erased_stays_erased(games: Games, device: Device, wire: Wire, before: bool) -> None:
    begun(device, before=before)

    def revoked() -> None:
        revoke(Enrolled.objects.get(id=device.id), now=timezone.now())
        pull(other_tab(device, Wire()))

    def last(call: Call) -> Response:
        answer = serve(call)
        revoked()
        return answer

    wire.faults = [*[serve] * STREAMS, last]
    assert pull(device) == Rest(60), "it asks for nothing more in which it would hear so itself"
    assert device.records.streams() == set()

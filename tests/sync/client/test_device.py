"""A whole device: its loops, its heartbeat, its ids."""

import asyncio
from contextlib import suppress

from eventsync.sync.client.device import Device
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.records import Records
from eventsync.sync.client.server import NoAnswer, Response
from tests.cast import NOON, Games
from tests.network import Wire, run
from tests.sync.apart import apart
from tests.sync.client.acts import arrival


def test_enrolment_learns_the_clock(games: Games, device: Device) -> None:
    assert abs(device.outbox.recall("offset_ms")) < 10_000
    assert arrival(device, games, games.people[0])["offset_ms"] == device.outbox.recall("offset_ms")


def test_heartbeat_says_what_waits_and_how_old_the_roster_is(games: Games, device: Device, wire: Wire) -> None:
    operation = arrival(device, games, games.people[0])
    run(device.pull.round())
    run(device.push.round())
    said = wire.asked("push")[0].json()
    roster = device.records.cursors()[f"roster:{games.event.id}"].seq
    assert (said["pending"], said["oldest_unsent"], said["roster_version"]) == (0, operation["occurred_at"], roster)


class Deaf:
    """A network that answers nothing, until both loops have asked five times."""

    def __init__(self) -> None:
        self.asked = {"push": 0, "streams": 0}
        self.enough = asyncio.Event()

    async def request(self, method: str, path: str, **sent: object) -> Response:
        self.asked[path.rpartition("/")[2]] += 1
        if min(self.asked.values()) >= 5:
            self.enough.set()
        raise NoAnswer("nobody there")


def test_both_loops_go_on_when_everything_fails() -> None:
    async def a_while() -> None:
        network = Deaf()
        device = Device(network, outbox=Outbox(), records=Records(), now=lambda: NOON, pace=0.001)
        device.outbox.remember(token="t", epoch="e")
        device.record("checkin.arrive", {})
        task = asyncio.create_task(device.run())
        await network.enough.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert device.outbox.count_unsettled() == 1

    apart(asyncio.wait_for(a_while(), 60))

"""A whole device: its loops, its heartbeat, its ids."""

import asyncio
from contextlib import suppress

from eventsync.sync.client.device import FIRST_PULL, Device
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.records import Records
from eventsync.sync.client.server import NoAnswer, Response
from tests.cast import NOON, Games
from tests.network import Wire, run
from tests.sync.apart import Jumping, apart
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


def first_requests(*, awaited: bool, cursor: bool = False) -> dict[str, float]:
    """Seconds after its start at which a device asks nobody for the first time, by what it asks."""
    at: dict[str, float] = {}

    class Nobody:
        async def request(self, method: str, path: str, **sent: object) -> Response:
            at.setdefault(path.rpartition("/")[2], asyncio.get_running_loop().time())
            raise NoAnswer("nobody there")

    async def story() -> dict[str, float]:
        device = Device(Nobody(), outbox=Outbox(), records=Records(), now=lambda: NOON, awaited=awaited)
        device.outbox.remember(token="t", epoch="e")
        device.record("checkin.arrive", {})
        if cursor:
            number = device.records.begin("roster:1")
            device.records.replace("roster:1", number=number, seq=1, epoch="e", changes=[])
        began = asyncio.get_running_loop().time()
        task = asyncio.create_task(device.run())
        await asyncio.sleep(FIRST_PULL + 1)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return {name: moment - began for name, moment in at.items()}

    return apart(story(), loop_factory=Jumping)


def test_first_pull_that_nobody_waits_for_begins_at_any_moment_of_two_minutes() -> None:
    """However often it is kicked; pushes wait for nothing, and a device that has a list goes on at once."""
    unattended = [first_requests(awaited=False) for _ in range(10)]
    assert max(each["push"] for each in unattended) < 1
    assert 1 < max(each["streams"] for each in unattended) <= FIRST_PULL
    assert first_requests(awaited=True)["streams"] < 1
    assert first_requests(awaited=False, cursor=True)["streams"] < 1


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

"""What one loop does for the other. Time jumps; the server is a few lines."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from eventsync.sync.client.device import Device
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.records import Records
from eventsync.sync.client.server import EPOCH, NoAnswer, Response
from tests.cast import NOON
from tests.sync.apart import Jumping, apart

SERVER_TIME = "2026-07-04T12:00:00.000Z"


@dataclass
class Network:
    """Notes when what was asked. What is asked of nobody in `up` is not answered."""

    up: set[str] = field(default_factory=lambda: {"push", "streams"})
    asked: list[tuple[str, float]] = field(default_factory=list)

    async def request(self, method: str, path: str, *, headers: Any, body: bytes | None) -> Response:
        verb = path.rpartition("/")[2]
        self.asked.append((verb, asyncio.get_running_loop().time()))
        if verb not in self.up:
            raise NoAnswer("nobody there")
        said: dict[str, Any] = {"server_time": SERVER_TIME, "streams": [], "durable": None}
        if verb == "push":
            operations = json.loads(body or b"{}")["operations"]
            said["results"] = [{"id": each["id"], "verdict": "accepted", "flags": []} for each in operations]
        return Response(200, {EPOCH.lower(): "e", "content-type": "application/json"}, json.dumps(said).encode())

    def times(self, verb: str) -> list[float]:
        return [at for asked, at in self.asked if asked == verb]


class Always:
    """Jitter that is no chance."""

    def __init__(self, share: float) -> None:
        self.random = lambda: share


def asked_of(network: Network, *, seconds: float, then: dict[float, Callable[[Device], object]]) -> None:
    """Runs a device that long; `then` happens at these seconds."""

    async def story() -> None:
        device = Device(network, outbox=Outbox(), records=Records(), now=lambda: NOON)
        device.outbox.remember(token="t", epoch="e")
        device._pushing._random, device._pulling._random = Always(1.0), Always(0.1)  # type: ignore[assignment]  # no chance
        running = asyncio.get_running_loop()
        for after, happens in then.items():
            running.call_later(after, happens, device)
        task = asyncio.create_task(device.run())
        await asyncio.sleep(seconds)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    apart(story(), loop_factory=Jumping)


def test_push_that_got_through_is_followed_by_a_pull() -> None:
    network = Network()
    asked_of(network, seconds=50, then={20: lambda device: device.record("checkin.arrive", {})})
    [_, pushed], [first, second] = network.times("push"), network.times("streams")
    assert second - first > 19
    assert 0 <= second - pushed < 1


def test_push_that_only_says_how_the_device_is_brings_no_news() -> None:
    network = Network()

    def doubts(device: Device) -> None:
        device.pull.mismatched.append("roster:1")
        device._pushing.kick()

    asked_of(network, seconds=50, then={20: doubts})
    assert (len(network.times("push")), len(network.times("streams"))) == (2, 1)


def test_push_that_did_not_get_through_is_followed_by_nothing() -> None:
    network = Network(up={"streams"})
    asked_of(network, seconds=50, then={20: lambda device: device.record("checkin.arrive", {})})
    assert len(network.times("streams")) == 1


def test_pull_that_gets_through_after_an_outage_wakes_the_push() -> None:
    network = Network(up=set())
    back = 2_000.0

    def network_is_back(_: Device) -> None:
        network.up |= {"push", "streams"}
        network.asked.clear()

    asked_of(
        network,
        seconds=back + 250,
        then={0: lambda device: device.record("checkin.arrive", {}), back: network_is_back},
    )
    pulled, pushed = network.times("streams")[0], network.times("push")[0]
    assert network.asked[0] == ("streams", pulled), "the push has backed off for 300 seconds, the pull for 30"
    assert pushed - pulled < 1


def test_push_alone_that_fails_is_woken_once_by_pulls_that_succeed() -> None:
    network = Network(up={"streams"})
    asked_of(network, seconds=2_000, then={0: lambda device: device.record("checkin.arrive", {})})
    pulled, pushed = network.times("streams"), network.times("push")
    assert len(pulled) > 30
    woken = [then for (verb, at), (then, later) in pairwise(network.asked) if verb == "streams" and later - at < 0.5]
    assert woken == ["push"]
    assert len(pushed) < 20, "its own backoff: 1, 2, 4 … 300 seconds"

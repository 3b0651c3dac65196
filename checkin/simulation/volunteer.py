"""A volunteer with a device: checks people in at random, makes mistakes, and never waits for the network."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from checkin.rules import credential_digest
from checkin.simulation.network import Backwater, FaultyNetwork, Traffic
from checkin.simulation.plan import CLOCKS, Plan
from eventsync.sync.client.device import Device, NotEnrolled, utc_now
from eventsync.sync.client.loop import Rest
from eventsync.sync.client.outbox import Operation, Outbox
from eventsync.sync.client.records import Records

_TRIES = 100


@dataclass
class Volunteer:
    """`log` is what the volunteer did: kept beside the device, and believed at the reckoning."""

    number: int
    plan: Plan
    url: str
    traffic: Traffic
    backwater: Backwater
    outbox: Outbox = field(default_factory=Outbox)
    records: Records = field(default_factory=Records)
    log: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(f"{self.plan.seed}/{self.number}")  # noqa: S311 - a plan that can be repeated
        off = self._random.uniform(-1, 1) * CLOCKS if self.plan.faults.wrong_clocks else timedelta()
        self._skew = off if self._random.random() < 0.5 else timedelta()
        self._device: Device | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return f"Device {self.number}"

    def now(self) -> datetime:
        return utc_now() + self._skew

    async def work(self, code: str) -> None:
        """Enrols, records, and goes on syncing until `finish`."""
        await self._switch_on()
        await self._enrol(code)
        while not self._people():  # noqa: ASYNC110 - polls as a person looks at the screen
            await asyncio.sleep(0.02)
        await self._day()

    async def _day(self) -> None:
        pause = self.plan.seconds / max(1, self.plan.operations)
        for _ in range(self.plan.operations):
            await asyncio.sleep(self._random.random() * 2 * pause)
            self._act()
            if self._random.random() < self.plan.faults.restart:
                await self._switch_off()
                await self._switch_on()
            if self._random.random() < self.plan.faults.apart:
                await self._lose_signal(pause)

    async def _switch_on(self) -> None:
        """A device that begins or goes on from what it has stored."""
        seed = self._random.randrange(2**32)
        network = FaultyNetwork(
            self.url,
            faults=self.plan.faults,
            pace=self.plan.pace,
            seed=seed,
            traffic=self.traffic,
            backwater=self.backwater,
        )
        self._network = await network.__aenter__()
        self._device = Device(network, outbox=self.outbox, records=self.records, now=self.now, pace=self.plan.pace)
        self._running = asyncio.create_task(self._device.run())

    async def _switch_off(self) -> None:
        """In the middle of whatever it was doing."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        await self._network.__aexit__(None, None, None)

    async def _lose_signal(self, pause: float) -> None:
        self._network.apart = True
        await asyncio.sleep(self._random.random() * 4 * pause)
        self._network.apart = False

    async def _enrol(self, code: str) -> None:
        for _ in range(_TRIES):
            with suppress(NotEnrolled):
                await self.device.enrol(code, name=self.name, app_version="simulated")
                return
            await asyncio.sleep(self.plan.pace)
        raise NotEnrolled(f"{self.name} could not enrol in {_TRIES} tries.")

    @property
    def device(self) -> Device:
        assert self._device is not None, "it is switched off"
        return self._device

    def _of_kind(self, stream: str, kind: str) -> list[dict[str, Any]]:
        held = [name for name in self.records.cursors() if name.startswith(stream)]
        return [body for name in held for (found, _), (_, body) in self.records.live(name).items() if found == kind]

    def _people(self) -> Sequence[dict[str, Any]]:
        return self._of_kind("roster:", "person") if self._checkpoints() else []

    def _checkpoints(self) -> Sequence[dict[str, Any]]:
        return self._of_kind("attendance:", "checkpoint")

    def _act(self) -> None:
        """Mostly arrivals; some leave, some are undone, some are sent away, some codes nobody knows."""
        people, checkpoints = self._people(), self._checkpoints()
        if not people or not checkpoints:
            return  # the device was just wiped, or has not pulled again yet: nobody is in front of it
        door = self._random.choice(checkpoints)
        what = self._random.choices(["arrive", "leave", "void", "refuse"], [80, 8, 8, 4])[0]
        said: dict[str, Any] = {"checkpoint": door["id"]}
        arrivals = [each for each in self.log if each["kind"] == "checkin.arrive"]
        if what == "void" and arrivals:
            target = self._random.choice(arrivals)
            said["checkpoint"] = target["payload"]["checkpoint"]
            self._record("void", said, refers_to=target["id"])
            return
        said |= self._somebody(people)
        if what == "refuse":
            self._record("refuse", said | {"reason": "no wristband"})
        else:
            self._record("arrive" if what == "void" else what, said | {"method": "scan"})

    def _somebody(self, people: Sequence[dict[str, Any]]) -> dict[str, str]:
        person = self._random.choice(people)
        by = self._random.choices(["code", "name", "stranger"], [60, 35, 5])[0]
        if by == "stranger":
            event = self.outbox.recall("event")["id"]
            return {"credential": credential_digest(event, f"STRANGER-{self._random.randrange(5)}")}
        if by == "code" and person["credentials"]:
            return {"credential": person["credentials"][0]}
        return {"person": person["id"]}

    def _record(self, verb: str, payload: dict[str, Any], *, refers_to: str | None = None) -> None:
        self.log.append(self.device.record(f"checkin.{verb}", payload, refers_to=refers_to))

    async def finish(self, patience: float) -> None:
        """The network is well again: the device must get everything out by itself, and then pull to the head."""
        self._network.healed = True
        deadline = asyncio.get_running_loop().time() + patience
        while self.outbox.count_unsettled() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.02)

    async def read_to_the_end(self) -> None:
        """After everybody has sent everything; then the device is switched off for good."""
        for _ in range(_TRIES):
            if isinstance(await self.device.pull.round(), Rest):
                break
            await asyncio.sleep(self.plan.pace)
        await self._switch_off()

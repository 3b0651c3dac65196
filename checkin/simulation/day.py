"""One simulated day, from enrolment to the last pull."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from checkin.simulation.network import Backwater, Traffic
from checkin.simulation.plan import Plan
from checkin.simulation.volunteer import Volunteer

PATIENCE = 120  # seconds that devices have, after the network is well again, to get everything out


@dataclass(frozen=True, slots=True)
class Day:
    """What happened, as the devices saw it. `recording` and `settling` in seconds."""

    plan: Plan
    volunteers: list[Volunteer]
    traffic: Traffic
    recording: float
    settling: float


def live_through(plans: Sequence[tuple[Plan, str]], *, urls: list[str]) -> list[Day]:
    """Runs these days side by side, each with its enrolment code, against the servers at `urls`."""

    async def together() -> list[Day]:
        return await asyncio.gather(*(_live_through(plan, urls, code) for plan, code in plans))

    return asyncio.run(together())


async def _live_through(plan: Plan, urls: list[str], code: str) -> Day:
    traffic = Traffic()
    async with Backwater(urls[0]) as backwater:
        volunteers = [
            Volunteer(number, plan, urls[number % len(urls)], traffic, backwater) for number in range(plan.devices)
        ]
        start = time.monotonic()
        await asyncio.gather(*(volunteer.work(code) for volunteer in volunteers))
        recorded = time.monotonic()
        await asyncio.gather(*(volunteer.finish(PATIENCE) for volunteer in volunteers), backwater.settle())
        settled = time.monotonic()
        await asyncio.gather(*(volunteer.read_to_the_end() for volunteer in volunteers))
    return Day(plan, volunteers, traffic, recorded - start, settled - recorded)

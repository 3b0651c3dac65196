"""A device of ours as a process of its own: `python -m tests.faults.phone FOLDER URL CODE PEOPLE FIRST`.

Enrols unless it is, lets so many people in, one after the other, and goes on until it is killed. Whenever something has
changed it says in a line of JSON how it is.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from eventsync.sync.client.device import Device
from eventsync.sync.client.http import HttpTransport
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.records import Records

LOOK = 0.05  # seconds between two looks at itself
PACE = 0.05  # of all waiting


def of_kind(records: Records, kind: str) -> dict[str, Any]:
    live = [item for stream in records.streams() for item in records.live(stream).items()]
    return {key: body for (found, key), (_, body) in live if found == kind}


def how_it_is(device: Device) -> dict[str, Any]:
    presences = of_kind(device.records, "presence").values()
    return {
        "epoch": device.outbox.era().epoch,
        "read": sorted({cursor.epoch for cursor in device.records.cursors().values()}),
        "recorded": sorted(operation["id"] for operation in device.outbox.held()),
        "unsettled": device.outbox.count_unsettled(),
        "present": sum(presence["state"] == "present" for presence in presences),
    }


async def let_in(device: Device, people: int, first: int) -> None:
    """So many of those who come after the first, at one door."""
    while not (doors := sorted(of_kind(device.records, "checkpoint"))):  # noqa: ASYNC110 - the store tells nobody
        await asyncio.sleep(LOOK)
    for person in sorted(of_kind(device.records, "person"))[first : first + people]:
        device.record("checkin.arrive", {"checkpoint": doors[0], "person": person, "method": "search"})
        await asyncio.sleep(LOOK)


async def live(folder: Path, url: str, code: str, people: int, first: int) -> None:
    async with HttpTransport(url) as transport, asyncio.TaskGroup() as tasks:
        outbox, records = Outbox(folder / "outbox.sqlite3"), Records(folder / "records.sqlite3")
        device = Device(transport, outbox=outbox, records=records, pace=PACE)
        if outbox.recall("token") is None:
            await device.enrol(code, name=folder.name)
        tasks.create_task(device.run())
        tasks.create_task(let_in(device, people, first))
        said = None
        while True:
            if (now := how_it_is(device)) != said:
                print(json.dumps(now), flush=True)  # noqa: T201 - to whoever started it
                said = now
            await asyncio.sleep(LOOK)


if __name__ == "__main__":
    _, where, at, enrolment, count, start = sys.argv
    asyncio.run(live(Path(where), at, enrolment, int(count), int(start)))

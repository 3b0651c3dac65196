"""What people do with a device, and what it should hold afterwards."""

import json
from typing import Any

from checkin.models import Person
from eventsync.sync.client.device import Device
from eventsync.sync.client.outbox import Operation
from eventsync.sync.models import Change, StreamHead
from tests.cast import Games
from tests.network import run

Live = dict[tuple[str, str], tuple[int, Any]]


def pull(device: Device) -> Any:
    return run(device.pull.round())


def push(device: Device) -> Any:
    return run(device.push.round())


def hall(games: Games) -> str:
    return f"attendance:{games.hall.id}"


def arrival(device: Device, games: Games, who: Person) -> Operation:
    payload = {"checkpoint": str(games.door.id), "method": "scan", "person": str(who.id)}
    return device.record("checkin.arrive", payload)


def arrivals(device: Device, games: Games, count: int) -> list[Operation]:
    return [arrival(device, games, games.people[index]) for index in range(count)]


def void(device: Device, games: Games, target: Operation) -> Operation:
    return device.record("checkin.void", {"checkpoint": str(games.door.id)}, refers_to=target["id"])


def served(stream: str) -> Live:
    """What the server has in a stream."""
    rows = Change.objects.filter(stream=stream, deleted=False)
    return {
        (kind, key): (seq, json.loads(body)) for kind, key, seq, body in rows.values_list("kind", "key", "seq", "body")
    }


def assert_up_to_date(device: Device) -> None:
    """It holds what the server has, record by record, and has counted it right."""
    cursors = device.records.cursors()
    heads = {head.stream: head for head in StreamHead.objects.filter(stream__in=cursors)}
    assert len(cursors) == 5, "the roster, two venues, the plan and its own"
    for stream, cursor in cursors.items():
        head = heads.get(stream) or StreamHead()  # of which nothing was released yet
        assert (cursor.seq, cursor.count, cursor.checksum) == (head.head, head.count, head.checksum)
        assert device.records.live(stream) == served(stream)


def verdict(device: Device, operation: Operation) -> Any:
    """Its verdict, and whether it was a repeat; None when it has none."""
    known = device.outbox.verdicts().get(operation["id"])
    return known and (known["verdict"], known["replayed"])

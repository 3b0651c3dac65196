"""What a push tells other apps: one domain event for each kind of fact, venue and transaction."""

import json
import uuid
from typing import Any

from django.utils import timezone

from eventsync.jobs.models import DomainEvent
from eventsync.sync.enrolment import revoke
from eventsync.sync.models import Device
from tests.cast import Games, Phone


def told(*names: str) -> list[tuple[str, str, list[str]]]:
    """Name, venue and operations of what was published, the oldest first."""
    rows = DomainEvent.objects.filter(name__in=names) if names else DomainEvent.objects.exclude(name="device_enrolled")
    said = [(row.name, json.loads(row.body)) for row in rows.order_by("id")]
    return [(name, body["venue"] or "", body.get("operations", [])) for name, body in said]


def test_batch_tells_once_of_each_kind_and_venue(games: Games, phone: Phone) -> None:
    arrivals = [phone.arrive(person) for person in games.people[:3]]
    away = phone.arrive(games.people[3], door=games.pool_door)
    leave = phone.leave(games.people[0], door=games.gate)
    phone.push(*arrivals, away, leave)
    assert sorted(told()) == sorted(
        [
            ("people_arrived", str(games.hall.id), [each["id"] for each in arrivals]),
            ("people_arrived", str(games.pool.id), [away["id"]]),
            ("people_left", str(games.hall.id), [leave["id"]]),
        ]
    )
    began = set(DomainEvent.objects.exclude(name="device_enrolled").values_list("correlation", flat=True))
    assert began == {uuid.UUID(each["id"]) for each in (arrivals[0], away, leave)}


def test_repeat_tells_nothing_again(games: Games, phone: Phone) -> None:
    operation, other = phone.arrive(games.people[0]), phone.arrive(games.people[1])
    phone.push(operation, operation)
    phone.push(operation, other)
    assert [ids for _, _, ids in told("people_arrived")] == [[operation["id"]], [other["id"]]]


def test_what_is_kept_aside_is_told_once_whichever_way_it_came(games: Games, phone: Phone) -> None:
    unknown: dict[str, Any] = phone.record("checkin.fly", {})
    first = phone.arrive(games.people[0])
    reused = first | {"payload": {**first["payload"], "method": "typed"}}
    for _ in range(2):
        phone.push(unknown, first, reused)
    [aside] = told("operations_quarantined")
    assert (aside[1], sorted(aside[2])) == ("", sorted([unknown["id"], first["id"]]))
    assert [ids for _, _, ids in told("people_arrived")] == [[first["id"]]]


def test_enrolled_and_revoked_devices_are_told_of(games: Games, phone: Phone) -> None:
    revoke(Device.objects.get(id=phone.id), now=timezone.now())
    said = DomainEvent.objects.order_by("id").values_list("name", "body")
    assert [(name, json.loads(body)["device"]) for name, body in said] == [
        ("device_enrolled", phone.id), ("device_revoked", phone.id),
    ]  # fmt: skip

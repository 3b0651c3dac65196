"""What people, checkpoints and attendance look like to devices, and which streams carry them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from checkin.models import Checkpoint, Credential, CredentialState, Person
from checkin.rules import Presence
from eventsync.schedule.models import Venue
from eventsync.sync.models import Device, Profile
from eventsync.sync.registry import registry
from eventsync.sync.streams import Changes
from eventsync.sync.wire import write_time

SHOWN = ("name", "search", "delegation", "role")
DOOR_PROFILES = (Profile.DOOR, Profile.LEAD, Profile.KIOSK, Profile.CONTROL)


def roster_stream(event_id: UUID) -> str:
    return f"roster:{event_id}"


def attendance_stream(venue_id: UUID) -> str:
    return f"attendance:{venue_id}"


@registry.streams
def readable(device: Device) -> Sequence[str]:
    """A phone at the door reads the roster of its event and the attendance of its venue, or of all of them."""
    if device.profile not in DOOR_PROFILES:
        return []
    venues = [device.venue_id] if device.venue_id else venue_ids(device.event_id)
    return [roster_stream(device.event_id), *map(attendance_stream, venues)]


def venue_ids(event_id: UUID) -> list[UUID]:
    return list(Venue.objects.filter(event_id=event_id).order_by("id").values_list("id", flat=True))


def put_people(changes: Changes, event_id: UUID, people: Iterable[UUID]) -> None:
    """Writes these people as they are now into the roster stream; who is no longer there is deleted from it."""
    stream, wanted = roster_stream(event_id), list(people)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        digests: dict[UUID, list[str]] = {}
        active = Credential.objects.filter(person_id__in=part, state=CredentialState.ACTIVE)
        for person_id, digest in active.values_list("person_id", "digest"):
            digests.setdefault(person_id, []).append(digest)
        found = set()
        for row in Person.objects.filter(id__in=part).values("id", *SHOWN):
            person_id = row["id"]
            found.add(person_id)
            body = person_body(row, digests.get(person_id, []))
            changes.put(stream, "person", str(person_id), body)
        for person_id in set(part) - found:
            changes.delete(stream, "person", str(person_id))


def person_body(person: Mapping[str, Any], digests: Sequence[str]) -> dict[str, Any]:
    """`person` has an id and everything in SHOWN; no more than that of anybody reaches a door."""
    shown = {name: person[name] for name in SHOWN}
    return {"id": str(person["id"]), **shown, "flags": [], "hold": False, "credentials": sorted(digests)}


def put_checkpoint(changes: Changes, checkpoint: Checkpoint) -> None:
    body: dict[str, Any] = {
        "id": str(checkpoint.id),
        "name": checkpoint.name,
        "venue": checkpoint.venue.name,
        "policy": checkpoint.policy,
        "tz": checkpoint.zone,
    }
    if checkpoint.policy == "per_window":
        body["windows"] = [
            {"id": window.name, "start": write_time(window.start), "end": write_time(window.end)}
            for window in checkpoint.windows.all()
        ]
    changes.put(attendance_stream(checkpoint.venue_id), "checkpoint", str(checkpoint.id), body)


def presence_key(checkpoint: UUID, window: str, subject: str) -> str:
    return f"{checkpoint}/{window}/{subject}"


def presence_body(checkpoint: UUID, window: str, subject: str, presence: Presence) -> dict[str, Any]:
    kind, value = ("person", _hyphenated(subject[1:])) if subject[0] == "p" else ("credential", subject[1:])
    return {
        "checkpoint": str(checkpoint),
        "window": window,
        kind: value,
        "state": presence.state,
        "since": write_time(presence.since),
        "by": presence.by,
        "operation": presence.operation,
        "duplicates": presence.duplicates,
    }


def _hyphenated(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

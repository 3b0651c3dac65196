"""What people, checkpoints and attendance look like to devices, and which streams carry them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from checkin.identity import Identities, groups
from checkin.models import Checkpoint, Credential, CredentialState, Guardian, Person
from checkin.rules import EXPECTED, Presence, greeting_name
from eventsync.rows.lookup import Lookup
from eventsync.schedule.models import Venue
from eventsync.sync.models import Device, Profile
from eventsync.sync.registry import EventInfo, registry
from eventsync.sync.streams import Changes, kiosk_stream, roster_stream
from eventsync.sync.wire import write_time

SHOWN = ("name", "search", "delegation", "role")
READ = (*SHOWN, "given", "family", "standing", "hold_desk", "walk_in", "guardian")
_VENUES = Lookup(Venue, ("id",), by="event")
_NAMED = Lookup(Person, ("id", "name", "delegation", "erased_at"), by="id")
LEADING = (Profile.LEAD, Profile.CONTROL)
_AT_A_KIOSK = ("id", "delegation", "role", "family", "hold", "credentials", "also")
DOOR_PROFILES = (Profile.DOOR, Profile.LEAD, Profile.KIOSK, Profile.CONTROL)


def attendance_stream(venue_id: UUID | str) -> str:
    return f"attendance:{venue_id}"


def conflicts_stream(event_id: UUID | str) -> str:
    return f"conflicts:{event_id}"


def guardians_stream(event_id: UUID | str) -> str:
    return f"guardians:{event_id}"


@registry.streams
def readable(device: Device, event: EventInfo | None) -> Sequence[str]:
    """A phone at the door reads the roster of its event and the attendance of its venue, or of all of them; a lead's
    the conflicts of the event too. Release codes are a lead's alone: in time, who has the hashes can find them.
    A kiosk stands there for anybody to take: it is told less of people."""
    if device.profile not in DOOR_PROFILES:
        return []
    venues = [device.venue_id] if device.venue_id else event.venues if event else venue_ids(device.event_id)
    leads = [conflicts_stream(device.event_id)] if device.profile in LEADING else []
    leads += [guardians_stream(device.event_id)] if device.profile == Profile.LEAD else []
    people = kiosk_stream if device.profile == Profile.KIOSK else roster_stream
    return [people(device.event_id), *leads, *map(attendance_stream, venues)]


def venue_ids(event_id: UUID) -> list[UUID]:
    return sorted(UUID(venue) for (venue,) in _VENUES.rows([event_id]))


def people_streams(event_id: UUID) -> frozenset[str]:
    """Whatever `put_people` writes to."""
    return frozenset([roster_stream(event_id), kiosk_stream(event_id)])


def put_people(changes: Changes, event_id: UUID, people: Iterable[UUID], identities: Identities | None = None) -> None:
    """Writes these people as they are now, in all their rows, into the roster's streams.

    Who is no longer there leaves them, and so does who is merged, or erased.
    """
    stream, kiosk, identities = roster_stream(event_id), kiosk_stream(event_id), identities or Identities(event_id)
    wanted = sorted(groups(identities, people))
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        rows, digests = _rows_of(groups(identities, part), identities)
        for person_id in map(str, part):
            if person_id in rows and identities.of(person_id) == person_id:
                together = [rows[key] for key in identities.group(person_id) if key in rows]
                body = person_body(rows[person_id], digests.get(person_id, []), together)
                body |= _also(identities, person_id)
                changes.put(stream, "person", person_id, body)
                changes.put(kiosk, "person", person_id, at_a_kiosk(body))
            else:
                changes.delete(stream, "person", person_id)
                changes.delete(kiosk, "person", person_id)


def _rows_of(
    people: Iterable[UUID], identities: Identities
) -> tuple[dict[str, Mapping[str, Any]], dict[str, list[str]]]:
    """The rows of these people by id, and the digests of active codes by whose they are now."""
    wanted = list(people)
    digests: dict[str, list[str]] = {}
    active = Credential.objects.filter(person_id__in=wanted, state=CredentialState.ACTIVE).order_by()
    for person_id, digest in active.values_list("person_id", "digest"):
        digests.setdefault(identities.of(str(person_id)), []).append(digest)
    rows = Person.objects.filter(id__in=wanted, erased_at=None).order_by().values("id", *READ)
    return {str(row["id"]): row for row in rows}, digests


def _also(identities: Identities, person_id: str) -> dict[str, list[str]]:
    also = identities.also(person_id)
    return {"also": also} if also else {}


def person_body(
    person: Mapping[str, Any], digests: Sequence[str], together: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """`person` has an id and everything in READ; no more than that of anybody reaches a door.

    `together`: all rows of this person. Who is in one that was on the list is no walk-in, belongs to its family, and is
    called as it says.
    """
    shown = {name: person[name] for name in SHOWN}
    flags = [] if person["standing"] == EXPECTED else [person["standing"]]
    if all(row["walk_in"] for row in together):
        flags.append("walk_in")
    if any(row["guardian"] for row in together):
        flags.append("guarded")
    desk = person["hold_desk"]
    held = {"hold": True, "hold_desk": desk} if desk else {"hold": False}
    of = {name: said for name in ("given", "family") if (said := person[name] or max(row[name] for row in together))}
    return {"id": str(person["id"]), **shown, **of, "flags": flags, **held, "credentials": sorted(digests)}


def at_a_kiosk(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a kiosk is told of whom the roster's record `body` is about: enough to greet them, or to send them on."""
    flags = [flag for flag in body["flags"] if flag != "walk_in"]
    name = greeting_name(body["name"], body.get("given", ""))
    return {"name": name, "flags": flags} | {key: body[key] for key in _AT_A_KIOSK if key in body}


def put_merged(changes: Changes, event_id: UUID, people: Iterable[UUID], identities: Identities) -> None:
    """Writes, for leads, which of these rows are somebody else's; a row that is not leaves the stream."""
    if identities.none:
        return
    stream, wanted = conflicts_stream(event_id), set(map(str, people))
    merged = {key for key in wanted if identities.of(key) != key}
    named = {key: said for key, *said, erased_at in _NAMED.rows(merged) if erased_at is None}
    for key, (name, delegation) in sorted(named.items()):
        body = {"id": key, "name": name, "delegation": delegation, "into": identities.of(key)}
        changes.put(stream, "merged", key, body)
    for key in sorted(wanted.difference(named)):
        changes.delete(stream, "merged", key)


def put_guardians(changes: Changes, event_id: UUID, people: Iterable[UUID]) -> None:
    """Writes the release codes of these people as they are now; of who has none, it leaves the stream."""
    stream, wanted = guardians_stream(event_id), sorted(people)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        rows = Guardian.objects.filter(person__in=part).values("person", "salt", "iterations", "hash")
        found = {row["person"]: row | {"person": str(row["person"])} for row in rows}
        for person in part:
            if body := found.get(person):
                changes.put(stream, "guardian", str(person), body)
            else:
                changes.delete(stream, "guardian", str(person))


def put_checkpoint(changes: Changes, checkpoint: Checkpoint) -> None:
    body: dict[str, Any] = {
        "id": str(checkpoint.id),
        "name": checkpoint.name,
        "venue": checkpoint.venue.name,
        "kind": checkpoint.kind,
        "policy": checkpoint.policy,
        "tz": checkpoint.zone,
        **{name: said for name in ("slots", "admits", "guarded") if (said := getattr(checkpoint, name))},
    }
    if checkpoint.policy == "per_window":
        body["windows"] = [
            {"id": window.name, "start": write_time(window.start), "end": write_time(window.end)}
            for window in checkpoint.windows.all()
        ]
    changes.put(attendance_stream(checkpoint.venue_id), "checkpoint", str(checkpoint.id), body)


def presence_key(checkpoint: str, window: str, subject: str) -> str:
    return f"{checkpoint}/{window}/{subject}"


def presence_body(checkpoint: str, window: str, subject: str, presence: Presence) -> dict[str, Any]:
    more = {name: said for name in ("slot", "phone") if (said := getattr(presence, name))}
    kind = "person" if subject[0] == "p" else "credential"
    return {
        "checkpoint": checkpoint,
        "window": window,
        kind: subject_id(subject),
        "state": presence.state,
        "since": write_time(presence.since),
        "by": presence.by,
        "operation": presence.operation,
        "duplicates": presence.duplicates,
        **more,
    }


def subject_id(subject: str) -> str:
    """The person's id or the digest that a subject stands for."""
    return _hyphenated(subject[1:]) if subject[0] == "p" else subject[1:]


def _hyphenated(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

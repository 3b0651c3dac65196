"""Places that several people have: kept as they follow from presence, which the same transaction has written.

Whoever writes a presence has its venue's attendance locked, so nobody else makes or ends a conflict of these places
meanwhile. Only if there is one, the head of `conflicts:{event}` has to be locked: doors of several venues go on apart.
"""

from collections.abc import Collection, Iterable
from uuid import UUID, uuid5

from django.db.models import Count

from checkin import models, records
from checkin.conflicts.projection import Conflict, standings_of, write
from checkin.conflicts.rules import taken_twice
from checkin.ledger import CHUNK, Place
from checkin.rules import Presence
from eventsync.rows.lookup import Lookup
from eventsync.sync.streams import Changes

_HOLDERS = Lookup(
    models.Presence,
    ("checkpoint", "window", "slot", "subject", "state", "since", "by", "operation_id", "duplicates", "slot", "phone"),
    by="slot",
    within="checkpoint",
)
_STORED = Lookup(models.Conflict, ("id", "body"), by="id")


def settle(event_id: UUID, places: Collection[Place], changes: Changes) -> None:
    """Makes the conflicts of these places what they should be now."""
    ordered = sorted(places)
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        stored: dict[str, str] = dict(_STORED.rows(_id(event_id, place) for place in part))
        right = derived(event_id, part)
        if right or stored:
            changes.require(records.conflicts_stream(event_id))
            write(event_id, right, stored, changes)


def derived(event_id: UUID, places: Iterable[Place]) -> list[Conflict]:
    """What the conflicts of these places should be, from presence and the acts alone."""
    held = _held(places)
    found = {_id(event_id, place): (place, each) for place in held if (each := taken_twice(place, held[place]))}
    standings = standings_of({key: each for key, (_, each) in found.items()})
    return [Conflict(key, str(event_id), each, standings[key], slot=place.slot) for key, (place, each) in found.items()]


def taken(event_id: UUID) -> set[Place]:
    """All places of the event that several people have now."""
    here = models.Presence.objects.filter(checkpoint__venue__event=event_id, state="present", slot__isnull=False)
    counted = here.order_by().values("checkpoint", "window", "slot").annotate(holders=Count("pk"))
    rows = counted.filter(holders__gt=1).values_list("checkpoint", "window", "slot")
    return {Place(str(checkpoint), window, slot or "") for checkpoint, window, slot in rows}


def _id(event_id: UUID, place: Place) -> str:
    return str(uuid5(event_id, f"slot_taken/{'/'.join(place)}"))


def _held(places: Iterable[Place]) -> dict[Place, dict[str, Presence]]:
    held: dict[Place, dict[str, Presence]] = {place: {} for place in places}
    rows = _HOLDERS.rows({place.slot for place in held}, within={place.checkpoint for place in held})
    for checkpoint, window, slot, subject, *presence in rows:
        if (place := Place(checkpoint, window, slot)) in held:
            held[place][subject] = Presence(*presence)
    return held

"""What a batch tells other apps: one domain event for each kind of fact, venue and transaction (protocol 3)."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from eventsync.jobs.publishing import publish
from eventsync.sync.events import OperationsQuarantined, OperationsRecorded
from eventsync.sync.models import Device
from eventsync.sync.registry import Incoming, Outcome, Quarantine, Recorded, registry

Place = tuple[type[OperationsRecorded], UUID, UUID | None]  # a kind of fact, an event, and one of its venues


def tell(what: Iterable[tuple[str, Place | None]]) -> None:
    """Publishes what happened, in its transaction: operations and where they belong, each told of for the first time.

    What began each domain event is its first operation.
    """
    found: dict[Place, list[str]] = {}
    for place, group in groupby(what, key=itemgetter(1)):  # a batch is mostly of one place; to hash ids is slow
        if place is not None:
            found.setdefault(place, []).extend(key for key, _ in group)
    for (kind, event, venue), operations in found.items():
        fact = kind(event=event, venue=venue, operations=tuple(operations))
        publish(fact, correlation=UUID(operations[0]))


def place_of(judged: Incoming | Quarantine, outcome: Outcome | None, author: Device) -> Place | None:
    """None for an intent that lost: nothing has happened."""
    if isinstance(judged, Incoming) and isinstance(outcome, Recorded):
        return registry.kinds[judged.kind].fact, author.event_id, outcome.venue
    if not isinstance(judged, Incoming) or isinstance(outcome, Quarantine):
        return OperationsQuarantined, author.event_id, None
    return None

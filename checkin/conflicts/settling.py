"""Both sorts of conflicts, of people and of places, made what they should be."""

from collections.abc import Collection, Iterable
from uuid import UUID

from checkin.conflicts import places as placing
from checkin.conflicts import projection
from checkin.ledger import Place
from checkin.models import Conflict
from eventsync.sync.streams import Changes


def settle(event_id: UUID, *, subjects: Collection[str], places: Collection[Place], changes: Changes) -> None:
    """After the presence of these was written."""
    projection.settle(event_id, subjects, changes)
    placing.settle(event_id, places, changes)


def settle_again(event_id: UUID, conflicts: Iterable[UUID | str], changes: Changes) -> None:
    """After somebody acted upon these. The head of `conflicts:{event}` is locked."""
    about = Conflict.objects.filter(event=event_id, id__in=conflicts).order_by()
    rows = list(about.values_list("subject", "checkpoint_id", "window", "slot"))
    subjects = {subject for subject, *_ in rows if subject}
    places = {Place(str(checkpoint), window, slot) for _, checkpoint, window, slot in rows if slot}
    settle(event_id, subjects=subjects, places=places, changes=changes)

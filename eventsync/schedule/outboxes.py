"""Which event an exported outbox is of."""

from django.db.models import QuerySet

from eventsync.schedule.models import Event
from eventsync.sync.outbox.reading import Outbox, OutboxError


def event_of(outbox: Outbox, *, chosen: Event | None, among: QuerySet[Event]) -> Event:
    """The event that the file names, which must be the chosen one if there is one; OutboxError.

    `among`: those for which whoever asks may import.
    """
    named = outbox.header.event
    if named is None:
        if chosen is None:
            raise OutboxError("The file does not say which event it is of. Say which.")
        return chosen
    if chosen is not None and named.id != str(chosen.id):
        raise OutboxError(f"The file is of the event “{named.slug}”, not of “{chosen.slug}”.")
    event = among.filter(id=named.id).first()
    if event is None:
        raise OutboxError(f"The file is of the event “{named.slug}”, which is not here.")
    return event

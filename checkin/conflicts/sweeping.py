"""Looking for swapped wristbands. A door's transaction reads and locks its own venue alone, so it cannot see them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from checkin import records
from checkin.conflicts.projection import settle
from checkin.ledger import CHUNK, records_about
from checkin.models import AttendanceRecord
from eventsync.schedule.models import Event
from eventsync.sync.models import Operation
from eventsync.sync.streams import lock

EVERY = timedelta(minutes=1)
_LOOKBACK = 3 * EVERY  # what was being written during one sweep is there for the next


def sweep(now: datetime) -> None:
    """Looks at everybody who arrived anywhere lately, whenever that was by the phones' clocks."""
    arrivals = Operation.objects.filter(received_at__gte=now - _LOOKBACK, kind="checkin.arrive").order_by()
    for event in Event.objects.values_list("id", flat=True):
        lately = arrivals.filter(event_id=event).values("id")
        seen = AttendanceRecord.objects.filter(operation_id__in=lately).order_by()
        _look_at(event, set(seen.values_list("subject", flat=True)))


def look_again(event_id: UUID) -> None:
    """After a change of what is distant, or of how many minutes count."""
    everybody = AttendanceRecord.objects.filter(event=event_id, verb="arrive").order_by()
    _look_at(event_id, set(everybody.values_list("subject", flat=True)))


def _look_at(event_id: UUID, subjects: Collection[str]) -> None:
    """A few at a time, so that nobody who undoes something waits long."""
    wanted = sorted(subjects)
    for start in range(0, len(wanted), CHUNK):
        about = records_about(wanted[start : start + CHUNK], event_id=event_id).filter(verb="arrive")
        counted = about.values("subject").annotate(places=Count("checkpoint", distinct=True)).filter(places__gt=1)
        if elsewhere := list(counted.values_list("subject", flat=True)):
            _settle(event_id, elsewhere)


@transaction.atomic
def _settle(event_id: UUID, subjects: Collection[str]) -> None:
    changes = lock([records.conflicts_stream(event_id)])
    settle(event_id, subjects, changes)
    changes.write()

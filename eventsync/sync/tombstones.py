"""Tombstones: what tells a device that a record is gone. They live seven days, and leave a floor behind."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from eventsync.sync.models import Change, StreamHead
from eventsync.sync.streams import lock

LIFE = timedelta(days=7)


def purge(*, now: datetime) -> int:
    """Removes tombstones that are older than their life, one stream at a time; answers how many.

    Who stands below the floor has not heard of all that was removed and pulls the stream anew.
    """
    old = Change.objects.filter(deleted=True, deleted_at__lt=now - LIFE)
    streams = old.order_by("stream").values_list("stream", flat=True).distinct()
    return sum(_purge_stream(stream, older_than=now - LIFE) for stream in list(streams))


def _purge_stream(stream: str, *, older_than: datetime) -> int:
    with transaction.atomic():
        lock([stream])
        old = Change.objects.filter(stream=stream, deleted=True, deleted_at__lt=older_than)
        highest = old.aggregate(Max("seq"))["seq__max"]
        if highest is None:
            return 0
        gone, _ = old.delete()
        StreamHead.objects.filter(stream=stream, floor__lt=highest).update(floor=highest)
    return gone

"""What an organiser decides about a conflict: an act like a lead's, without a phone."""

from datetime import datetime
from uuid import uuid4

import orjson
from django.db import transaction

from checkin import records
from checkin.conflicts.settling import settle_again
from checkin.models import Conflict, ConflictAct, Resolution
from eventsync.sync.streams import lock


def decide(*, conflict: Conflict, resolution: Resolution, by: str, now: datetime) -> None:
    """It covers the records that the conflict shows."""
    seen = " ".join(each["id"] for each in orjson.loads(conflict.body)["operations"])
    event = conflict.event_id
    with transaction.atomic():
        changes = lock([records.conflicts_stream(event)])
        ConflictAct.objects.create(
            operation_id=uuid4(), event_id=event, conflict_id=conflict.id, verb=ConflictAct.Verb.RESOLVE,
            resolution=resolution, seen=seen, at=now, seq=0, by=by, received_at=now,
        )  # fmt: skip
        settle_again(event, [conflict.id], changes)
        changes.write()

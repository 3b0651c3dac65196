"""Reads that others need of the engine."""

from datetime import datetime
from itertools import pairwise
from uuid import UUID

from eventsync.sync.models import Backup, Operation

MOST = 50


def holes(device_id: UUID) -> list[tuple[int, int]]:
    """The numbers (first, last) that a device must have given to operations that never arrived; the first 50 gaps."""
    query = Operation.objects.filter(device=device_id, seq__isnull=False).order_by("seq")
    seen = [0, *(seq for seq in query.values_list("seq", flat=True).distinct() if seq is not None)]
    gaps = [(before + 1, after - 1) for before, after in pairwise(seen) if after - before > 1]
    return gaps[:MOST]


def durable() -> datetime | None:
    """The server's time before the copying of the newest verified backup began: what is older survives a restore."""
    return Backup.objects.filter(verified_at__isnull=False).values_list("started_at", flat=True).first()

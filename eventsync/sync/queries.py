"""Reads that others need of the engine."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db.models import QuerySet

from eventsync.sync.models import Backup, Device, Operation, Profile, StreamHead
from eventsync.sync.streams import kiosk_stream, roster_stream

MOST = 50
SILENT = timedelta(minutes=15)


def holes(device_id: UUID) -> list[tuple[int, int]]:
    """The numbers (first, last) that a device must have given to operations that never arrived; the first 50 gaps."""
    return all_holes([device_id]).get(device_id, [])


def all_holes(device_ids: Iterable[UUID]) -> dict[UUID, list[tuple[int, int]]]:
    """The holes of each of these devices that has any, in one query."""
    rows = Operation.objects.filter(device__in=device_ids, seq__isnull=False).order_by("device", "seq")
    pairs = rows.values_list("device_id", "seq").distinct().iterator()
    return {key: gaps for key, seen in groupby(pairs, itemgetter(0)) if (gaps := _gaps(seq for _, seq in seen))}


def _gaps(seen: Iterable[int | None]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    before = 0
    for seq in filter(None, seen):
        if seq > before + 1 and len(found) < MOST:
            found.append((before + 1, seq - 1))
        before = seq
    return found


def silent_holders(devices: QuerySet[Device], *, now: datetime) -> QuerySet[Device]:
    """Those of these devices that hold undelivered records, as they last said, and have not been heard for a while."""
    return devices.filter(pending__gt=0, heard_at__lt=now - SILENT)


def roster_heads(devices: Iterable[Device]) -> dict[UUID, int]:
    """How far the list of people is that each of these devices reads, by the device's id."""
    names = {
        device.id: (kiosk_stream if device.profile == Profile.KIOSK else roster_stream)(device.event_id)
        for device in devices
    }
    heads = dict(StreamHead.objects.filter(stream__in=set(names.values())).values_list("stream", "head"))
    return {device: heads.get(stream, 0) for device, stream in names.items()}


def durable() -> datetime | None:
    """The server's time before the copying of the newest verified backup began: what is older survives a restore."""
    counting = Backup.objects.filter(verified_at__isnull=False, apart=True)
    return counting.values_list("started_at", flat=True).first()

"""Ids that are made here."""

import secrets
from datetime import datetime
from uuid import UUID


def uuid7(now: datetime) -> str:
    """An id that sorts by the time it was made, to the microsecond: RFC 9562, section 6.2, method 3."""
    stamp = max(0, int(now.timestamp() * 1000)) & (2**48 - 1)
    within = now.microsecond % 1000 * 4096 // 1000  # the millisecond
    number = stamp << 80 | 7 << 76 | within << 64 | 2 << 62 | secrets.randbits(62)
    return str(UUID(int=number))


def first_id_at(moment: datetime) -> UUID:
    """None that `uuid7` makes at this moment is smaller: all made between two moments are between two of these."""
    return UUID(int=UUID(uuid7(moment)).int >> 80 << 80)

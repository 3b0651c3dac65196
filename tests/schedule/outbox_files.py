"""Outboxes as phones export them."""

import json
from typing import Any

from tests.cast import Phone


def exported(phone: Phone, *operations: dict[str, Any], **header: Any) -> bytes:
    """The file: `operations` without an author are the phone's own."""
    event = phone.games.event
    first = {
        "format": "eventsync-outbox",
        "version": 1,
        "device": phone.id,
        "event": {"id": str(event.id), "slug": event.slug},
        "exported_at": "2026-07-04T15:00:00.000Z",
        "count": len(operations),
    }
    lines = [first | header, *({"device": phone.id} | operation for operation in operations)]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

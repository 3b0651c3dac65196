"""CloudEvents 1.0: what others get around a fact."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings

from eventsync.jobs.models import DomainEvent

CONTENT_TYPE = "application/cloudevents+json"


def envelope(row: DomainEvent) -> str:
    """JSON. `type` names the fact and its version; `partitionkey` whose it is; `correlationid` what it began with."""
    kind, data = f"eventsync.{row.name}.v{row.version}", json.loads(row.body)
    told = around(str(row.id), kind, row.occurred_at, data)
    return json.dumps(told | {"partitionkey": row.partition, "correlationid": str(row.correlation)})


def around(key: str, kind: str, time: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": key,
        "source": settings.BASE_URL,
        "type": kind,
        "time": time.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }

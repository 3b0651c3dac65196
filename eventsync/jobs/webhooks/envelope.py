"""CloudEvents 1.0: what others get around a fact."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings

from eventsync.jobs.models import DomainEvent, Sending
from eventsync.jobs.publishing import problem_of

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


def problem_with(sending: Sending, said: str) -> str:
    """Why this, which is JSON, cannot go out in the place of what was to be sent; "" when it can."""
    before, after = json.loads(sending.body), json.loads(said)
    if not isinstance(after, dict) or _around(before) != _around(after):
        return "Only what is under “data” can be corrected: all around it says which message it is."
    if "data" not in after:
        return "There is no “data” in it."
    return problem_of(sending.domain_event, json.dumps(after["data"])) if sending.domain_event else ""


def _around(whole: dict[str, Any]) -> str:
    return json.dumps({name: said for name, said in whole.items() if name != "data"}, sort_keys=True)

"""The socket at /ws/v1/plan/<event>: pages for families are told that there is a new plan, and look at it themselves.

It is for everybody, as the plan is, and says nothing but that.
"""

from typing import Any

from channels.db import database_sync_to_async

from eventsync.schedule.models import Event
from eventsync.schedule.records import schedule_stream
from eventsync.sync.poke.consumer import MALFORMED, Closed, Reads, Receive, Send, converse

_NO_STREAM = ""


async def plan(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of one page's socket."""

    async def admit() -> Reads:
        streams = await _streams(scope["url_route"]["kwargs"]["slug"])

        async def reads() -> tuple[str, list[str]]:
            return _NO_STREAM, streams  # for as long as the page is open: whose plan it is never changes

        return reads

    await converse(scope, receive, send, admit, of_page=True)


@database_sync_to_async  # type: ignore[untyped-decorator] # channels has no types
def _streams(slug: str) -> list[str]:
    event = Event.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if event is None:
        raise Closed(MALFORMED)
    return [schedule_stream(event)]

"""The socket at /ws/v1/plan/<event>: pages for families are told that something is new, and look at it themselves: the
plan, or words and symbols, which wait for no release.

It is for everybody, as the plan is, and says nothing but that. Whoever finds no room looks each minute, as all do.
"""

import time
from functools import partial
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import transaction

from eventsync.schedule.models import Event
from eventsync.schedule.records import schedule_stream
from eventsync.sync.poke.announce import announce
from eventsync.sync.poke.consumer import MALFORMED, REVOKED, Closed, Reads, Receive, Send, converse

MOST = 2_000  # sockets of a process
_NO_STREAM = ""


class Pages:
    """The ASGI application of pages' sockets, of which `most` are open at once. Lives in one event loop."""

    def __init__(self, most: int) -> None:
        self._free = most

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if not self._free:
            await receive()
            await send({"type": "websocket.close", "code": REVOKED})
            return
        self._free -= 1
        try:
            await _listen(scope, receive, send)
        finally:
            self._free += 1


plan = Pages(MOST)


async def _listen(scope: dict[str, Any], receive: Receive, send: Send) -> None:
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
    return [schedule_stream(event), _pages(event)]


def told_at_once(*events: UUID) -> None:
    """Pages of these events look once what was just written is committed."""
    heads = {_pages(event): time.time_ns() for event in events}  # no heads, only something that was not said yet
    transaction.on_commit(partial(announce, heads), robust=True)


def _pages(event: UUID) -> str:
    return f"pages:{event}"

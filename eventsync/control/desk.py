"""The socket at /ws/v1/desk: pages of the desk are told that something moved, and fetch themselves again.

It says nothing but that: who may see what is decided when the page is fetched. A session is let in as a page is.
"""

import time
from functools import partial
from importlib import import_module
from typing import Any
from uuid import uuid4

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie

from eventsync.access.second_step import owed
from eventsync.control.rights import SEE
from eventsync.jobs.alerts import when_changed
from eventsync.schedule.staff import events_seen, venues_for
from eventsync.sync.models import Device, Profile
from eventsync.sync.poke.announce import announce
from eventsync.sync.poke.consumer import UNAUTHENTICATED, Closed, Reads, Receive, Send, converse
from eventsync.sync.poke.hub import ALERTS
from eventsync.sync.registry import registry

_sessions = import_module(settings.SESSION_ENGINE)
_NO_STREAM = ""


async def desk(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of one page's socket."""
    cookies = parse_cookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))

    async def admit() -> Reads:
        return partial(_readable, cookies.get(settings.SESSION_COOKIE_NAME, ""))

    await converse(scope, receive, send, admit, of_page=True)


@database_sync_to_async  # type: ignore[untyped-decorator] # channels has no types
def _readable(session: str) -> tuple[str, list[str]]:
    """What whoever signed in with this may be told of: the streams of their events and venues, and that of alerts."""
    request = HttpRequest()
    request.session = _sessions.SessionStore(session)
    request.user = get_user(request)
    staff = request.user.is_active and request.user.is_staff
    if not (staff and request.user.has_perm(SEE)) or owed(request):
        raise Closed(UNAUTHENTICATED)
    return _NO_STREAM, [ALERTS, *_streams(request.user)]


def _streams(user: Any) -> list[str]:
    """Those that a control room's device would read at their events, of the events and venues that they see.

    Named also before anything is in them: the first arrival at a venue is news.
    """
    events = events_seen(user, SEE).values_list("pk", flat=True)
    seen = set(map(str, (*events, *venues_for(user, SEE).values_list("pk", flat=True))))
    devices = (Device(id=uuid4(), event_id=event, profile=Profile.CONTROL) for event in events)
    names = (name for device in devices for name in registry.readable(device))
    return [name for name in names if name.rpartition(":")[2] in seen]


@when_changed
def _announce_alerts() -> None:
    announce({ALERTS: time.time_ns()})  # no head, only something that was not said yet

"""Which request a log line belongs to, and one line for each request.

A caller may say what it belongs to with a W3C `traceparent`; its trace id is then in every line as `trace`, and in what
the request owes as its correlation. A push is about operations: the first one's id is its correlation.
"""

import re
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import structlog
from django.http import HttpRequest, HttpResponseBase

from eventsync.jobs.correlation import correlated

log = structlog.get_logger(__name__)

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_QUIET = {"healthz", "readyz", "metrics"}  # asked for every few seconds, by machines


def trace_of(traceparent: str) -> UUID | None:
    """The trace id of a `traceparent` header; None when it is not one."""
    found = _TRACEPARENT.fullmatch(traceparent.strip())
    return UUID(found[1]) if found else None


class TraceMiddleware:
    """The outermost: its time is that of the whole request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        trace = trace_of(request.headers.get("traceparent", ""))
        also = {"trace": trace.hex} if trace else {}
        began = time.monotonic()
        with correlated(trace or uuid4(), **also):
            response = self._get_response(request)
            _say(request, response.status_code, time.monotonic() - began)
        return response


def _say(request: HttpRequest, status: int, seconds: float) -> None:
    """The route and never the path, in which anybody may type anything."""
    match = request.resolver_match
    if status < 400 and (match is None or match.url_name in _QUIET):
        return
    level = log.warning if status >= 500 else log.info
    route = match.route if match else ""
    level("request", method=request.method, route=route, status=status, ms=round(seconds * 1000, 1))

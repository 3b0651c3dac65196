"""Which request a log line belongs to, and one line for each request.

A caller may say what it belongs to with a W3C `traceparent`; its trace id is then in every line as `trace`, and in what
the request owes as its correlation. A push is about operations: the first one's id is its correlation.
"""

import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponseBase

from eventsync.jobs import spans
from eventsync.jobs.correlation import correlated

log = structlog.get_logger(__name__)

_QUIET = {"healthz", "readyz", "metrics"}  # asked for every few seconds, by machines


class TraceMiddleware:
    """The outermost: its time is that of the whole request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        caller = spans.caller_of(request.headers.get("traceparent", ""))
        also = {"trace": caller.trace.hex} if caller else {}
        began = time.monotonic()
        trace = caller.trace if caller else uuid4()
        with correlated(trace, **also), spans.span("", kind="SERVER", caller=caller) as span:
            response = self._get_response(request)
            _say(request, response.status_code, time.monotonic() - began, span)
        return response


def _say(request: HttpRequest, status: int, seconds: float, span: spans.Span) -> None:
    """The route and never the path, in which anybody may type anything."""
    match = request.resolver_match
    if status < 400 and (match is None or match.url_name in _QUIET):
        span.wanted = False
        return
    level = log.warning if status >= 500 else log.info
    method, route = str(request.method), match.route if match else ""
    level("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
    span.name = f"{method} {route}".strip()
    span.says = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
    span.failed = str(status) if status >= 500 else ""

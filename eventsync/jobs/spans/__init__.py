"""Spans: what was done and how long it took, for OpenTelemetry, where `OTEL_*` says so. Else nothing of it is imported.

The trace is what it all began with: its id is the correlation, so one id leads through the log, `/control/trace/` and
the collector. A span is written when it ends, for only then a push knows what it is about.
"""

import logging
import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID, uuid4

from django.conf import settings

from eventsync.jobs import correlation as began

log = logging.getLogger(__name__)

Kind = Literal["INTERNAL", "SERVER", "CLIENT", "CONSUMER"]
Says = Mapping[str, str | int | bool]

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asked us, as its W3C `traceparent` says; `sampled`: whether it keeps this trace."""

    trace: UUID
    span: int
    sampled: bool


def caller_of(traceparent: str) -> Caller | None:
    """None when it is none."""
    found = _TRACEPARENT.fullmatch(traceparent.strip())
    return Caller(UUID(found[1]), int(found[2], 16), bool(int(found[3], 16) & 1)) if found else None


@dataclass(slots=True)
class Span:
    """`says`: attributes, of which none may be anybody's data. `failed`: in a word. `wanted`: False: not written."""

    name: str
    kind: Kind
    says: dict[str, str | int | bool]
    parent: "Span | None" = None
    caller: Caller | None = None
    failed: str = ""
    wanted: bool = True
    id: int = field(default_factory=lambda: random.getrandbits(64) or 1)

    @property
    def traceparent(self) -> str:
        """For whoever is asked from within."""
        return f"00-{_trace().hex}-{self.id:016x}-{int(settings.TELEMETRY):02x}"


_now_in: ContextVar[Span | None] = ContextVar("span", default=None)


def _trace() -> UUID:
    return began.current() or uuid4()


@contextmanager
def span(
    name: str, says: Says | None = None, *, kind: Kind = "INTERNAL", caller: Caller | None = None
) -> Iterator[Span]:
    """Spans within it are its children. An exception that leaves it is told by its type."""
    parent = _now_in.get()
    here = Span(name, kind, dict(says or {}), parent, caller or (parent.caller if parent else None))
    if not settings.TELEMETRY:
        yield here
        return
    token, start = _now_in.set(here), time.time_ns()
    try:
        yield here
    except BaseException as error:
        here.failed = type(error).__name__
        raise
    finally:
        _now_in.reset(token)
        if here.wanted:
            _write(here, start)


def _write(here: Span, start: int) -> None:
    try:
        from eventsync.jobs.spans import exporting  # noqa: PLC0415 - only where it is asked for

        exporting.write(here, trace=_trace(), start=start, end=time.time_ns())
    except Exception as error:  # noqa: BLE001 - whatever the libraries raise: what was done is done
        log.warning("A span was not written: %s", error)

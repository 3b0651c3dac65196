"""Spans on their way to an OpenTelemetry collector, by OTLP over HTTP. The libraries read from `OTEL_*` where it is."""

import os
import threading
from multiprocessing import util
from uuid import UUID

from django.conf import settings
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import Tracer, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from eventsync.jobs.spans import Caller, Span


class _Ids(IdGenerator, threading.local):
    """Those of the span that this thread writes."""

    span = trace = 0

    def generate_span_id(self) -> int:
        return self.span

    def generate_trace_id(self) -> int:
        return self.trace


class _Mine:
    """What belongs to this process: the thread that sends would not live on in a fork."""

    process = 0
    lock = threading.Lock()
    provider: TracerProvider
    tracer: Tracer


_ids = _Ids()


def write(span: Span, *, trace: UUID, start: int, end: int) -> None:
    """Hands it to the thread that sends. `start`, `end`: nanoseconds since 1970."""
    _ids.span, _ids.trace = span.id, trace.int
    elsewhere = span.caller if span.caller and span.caller.trace != trace and span.parent is None else None
    written = _tracer().start_span(
        span.name,
        context=_parent(span, trace),
        kind=SpanKind[span.kind],
        attributes=span.says,
        links=[Link(_context(elsewhere))] if elsewhere else None,
        start_time=start,
    )
    if span.failed:
        written.set_status(Status(StatusCode.ERROR, span.failed))
    written.end(end_time=end)


def _parent(span: Span, trace: UUID) -> Context:
    """What the span is in: another of ours, or the caller's, if it is of the same trace."""
    caller = span.caller if span.caller and span.caller.trace == trace else None
    if span.parent is not None:
        sampled = caller.sampled if caller else _is_sampled(trace)
        flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        context = SpanContext(trace.int, span.parent.id, is_remote=False, trace_flags=flags)
    elif caller is not None:
        context = _context(caller)
    else:
        return Context()
    return set_span_in_context(NonRecordingSpan(context), Context())


def _context(caller: Caller) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if caller.sampled else TraceFlags.DEFAULT)
    return SpanContext(caller.trace.int, caller.span, is_remote=True, trace_flags=flags)


def _is_sampled(trace: UUID) -> bool:
    """What the parent, which is written later, will be told."""
    return _tracer().sampler.should_sample(Context(), trace.int, "").decision is Decision.RECORD_AND_SAMPLE


def _tracer() -> Tracer:
    with _Mine.lock:
        if _Mine.process != os.getpid():
            _Mine.process, _Mine.provider = os.getpid(), _provider()
            _Mine.tracer = _Mine.provider.get_tracer("eventsync", settings.VERSION)  # type: ignore[assignment]
            # Not by atexit, which processes that do jobs do not run.
            util.Finalize(None, _Mine.provider.shutdown, exitpriority=10)
    return _Mine.tracer


def _provider() -> TracerProvider:
    ours = Resource({"service.name": "eventsync", "service.version": settings.VERSION})
    provider = TracerProvider(
        id_generator=_ids, resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def flush() -> None:
    """Returns when all that was written is sent, or cannot be."""
    with _Mine.lock:
        if _Mine.process == os.getpid():
            _Mine.provider.force_flush()

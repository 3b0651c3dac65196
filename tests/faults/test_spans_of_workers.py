"""Spans of real workers: their processes are forked, and come to their end without Python's own."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.faults.workshop import Workshop, on
from tests.jobs.receiver import listening

pytestmark = pytest.mark.long


@on("orm")
def test_worker_that_is_told_to_stop_has_sent_what_it_did(workshop: Workshop) -> None:
    with listening() as collector:
        workshop.settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url.removesuffix("/hook")
        workshop.owe("note=5", "refuse=1")
        worker = workshop.worker()
        workshop.settled()
        worker.told_to_stop()
        requests = [ExportTraceServiceRequest.FromString(body) for _, body in collector.heard]
    names = [
        span.name
        for request in requests
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert sorted(names) == ["job note"] * 5 + ["job refuse"]

"""Spans, as an OpenTelemetry collector gets them: real OTLP over HTTP, taken on loopback and read as protobuf."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from eventsync.jobs import queue, spans
from eventsync.jobs.correlation import correlated
from eventsync.jobs.models import Webhook
from eventsync.jobs.spans import exporting
from tests.cast import Games, Phone
from tests.jobs.receiver import Receiver, listening
from tests.log_lines import collected

ROOT = Path(__file__).parent.parent.parent
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


class Collector:
    """What the receiver has heard, as spans."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def requests(self) -> list[ExportTraceServiceRequest]:
        exporting.flush()
        return [ExportTraceServiceRequest.FromString(body) for _, body in self._receiver.heard]

    def spans(self) -> dict[str, Span]:
        """By name; none may come twice."""
        found = [
            span
            for request in self.requests()
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        assert len({span.span_id for span in found}) == len(found)
        return {span.name: span for span in found}

    def service(self) -> dict[str, str]:
        [resource, *_] = [each.resource for request in self.requests() for each in request.resource_spans]
        return {pair.key: pair.value.string_value for pair in resource.attributes}


@pytest.fixture
def collector(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with listening() as receiver:
        receiver.url = receiver.url.removesuffix("/hook")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        monkeypatch.setattr(exporting._Mine, "process", 0)  # as a process that has sent nothing yet
        settings.TELEMETRY = True
        yield Collector(receiver)
        exporting._Mine.provider.shutdown()


def says(span: Span) -> dict[str, Any]:
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


@pytest.mark.django_db(transaction=True)
def test_one_id_leads_from_the_operation_to_the_webhook(
    games: Games, phone: Phone, collector: Collector, settings: Any
) -> None:
    settings.WEBHOOKS_PRIVATE = True
    operation = phone.arrive(games.people[0])
    with listening() as other:
        Webhook.objects.create(name="Transport", url=other.url, names=["people_arrived"])
        phone.push(operation)
        queue.run()
        [(headers, _)] = other.heard
    found = collector.spans()
    request, push, job, sent = (found[name] for name in ("POST api/v1/push", "push", "job webhooks.send", "webhook"))
    assert {span.trace_id.hex() for span in (request, push, job, sent)} == {UUID(operation["id"]).hex}
    assert (push.parent_span_id, sent.parent_span_id) == (request.span_id, job.span_id)
    assert (request.parent_span_id, job.parent_span_id) == (b"", b"")
    assert headers["traceparent"] == f"00-{sent.trace_id.hex()}-{sent.span_id.hex()}-01"
    kinds = [request.kind, push.kind, job.kind, sent.kind]
    assert kinds == [Span.SPAN_KIND_SERVER, Span.SPAN_KIND_INTERNAL, Span.SPAN_KIND_CONSUMER, Span.SPAN_KIND_CLIENT]
    assert (says(push)["eventsync.operations"], says(job)["eventsync.attempt"]) == (1, 1)
    assert (says(request)["http.route"], says(sent)["http.response.status_code"]) == ("api/v1/push", 200)
    assert all(span.start_time_unix_nano < span.end_time_unix_nano for span in found.values())


def test_a_callers_trace_goes_on_in_ours(phone: Phone, collector: Collector) -> None:
    phone.client.get("/api/v1/streams", headers=phone.headers | {"traceparent": PARENT})
    span = collector.spans()["GET api/v1/streams"]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, "00f067aa0ba902b7")
    assert list(span.links) == []


def test_a_push_is_in_the_trace_of_its_operation_and_links_to_the_callers(
    games: Games, phone: Phone, collector: Collector
) -> None:
    operation = phone.arrive(games.people[0])
    phone.post({"protocol": 1, "operations": [operation]}, traceparent=PARENT)
    span = collector.spans()["POST api/v1/push"]
    assert (span.trace_id.hex(), span.parent_span_id) == (UUID(operation["id"]).hex, b"")
    assert [(link.trace_id.hex(), link.span_id.hex()) for link in span.links] == [(TRACE, "00f067aa0ba902b7")]


def test_what_the_caller_does_not_keep_is_not_sent(phone: Phone, collector: Collector) -> None:
    headers = phone.headers | {"traceparent": f"{PARENT[:-2]}00"}
    phone.client.get("/api/v1/streams", headers=headers)
    phone.client.get("/api/v1/streams", headers=phone.headers)
    assert [span.parent_span_id for span in collector.spans().values()] == [b""]


def test_what_fails_is_told_by_its_type_and_nobodys_words(collector: Collector) -> None:
    with pytest.raises(ValueError, match="Maria"), correlated(uuid4()), spans.span("outer"), spans.span("inner"):
        raise ValueError("Maria was late")
    assert {name: (span.status.code, span.status.message) for name, span in collector.spans().items()} == {
        "outer": (Status.STATUS_CODE_ERROR, "ValueError"),
        "inner": (Status.STATUS_CODE_ERROR, "ValueError"),
    }
    assert b"Maria" not in b"".join(request.SerializeToString() for request in collector.requests())


def test_what_machines_ask_all_the_time_is_no_span(db: None, collector: Collector) -> None:
    Client().get("/healthz")
    Client().get("/api/v1/streams")
    assert list(collector.spans()) == ["GET api/v1/streams"]


def test_the_service_is_named_by_us_or_by_who_runs_it(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=games,deployment.environment.name=day")
    with spans.span("alone"):
        pass
    named = collector.service()
    assert (named["service.name"], named["deployment.environment.name"]) == ("games", "day")
    assert named["service.version"] != ""


def test_a_collector_that_is_away_fails_nothing(phone: Phone, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TELEMETRY = True

    def fail(*_: object, **__: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(exporting, "write", fail)
    with collected() as lines:
        assert phone.client.get("/api/v1/streams", headers=phone.headers).status_code == 200
    assert "A span was not written: OSError: no" in lines.events()


def start(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    environment = inherited | {"DJANGO_SETTINGS_MODULE": "eventsync.settings"} | variables
    command = [sys.executable, "-c", f"import sys\n{code}"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_without_its_variables_nothing_of_it_is_imported() -> None:
    code = "from eventsync.jobs import spans\nwith spans.span('x'): pass\n"
    done = start(f"{code}sys.exit('opentelemetry' in sys.modules)")
    assert (done.returncode, done.stderr) == (0, "")


def test_without_its_libraries_the_start_says_what_to_install() -> None:
    code = "import importlib.metadata as m\ndef gone(name): raise m.PackageNotFoundError\nm.version = gone\n"
    done = start(f"{code}import eventsync.settings", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "EventSync cannot start: an OTEL_ variable is set, so OpenTelemetry must be installed"
    )
    pinned = (ROOT / "tests" / "requirements.txt").read_text().splitlines()
    wanted = [word for word in done.stderr.split() if "==" in word]
    assert (len(wanted), set(wanted) - set(pinned)) == (2, set())

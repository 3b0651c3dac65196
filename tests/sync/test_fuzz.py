"""Whatever comes in over HTTP: no 500, every answer in the OpenAPI document, every error in our one shape."""

import gzip
import json
import os
from typing import Any

import brotli
import pytest
import requests
import schemathesis
import schemathesis.specs.openapi.checks as openapi
import zstandard
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response

from eventsync.sync import authentication
from eventsync.sync.errors import STATUS
from eventsync.sync.registry import registry
from tests.cast import Phone

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))  # for each operation of the document
KINDS = sorted(registry.kinds)
HOST = "http://testserver"

document = SchemaGenerator().get_schema(request=None, public=True)
api = schemathesis.openapi.from_dict(document)
fuzzed = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)

# Those that look at the answer alone: others send requests of their own, or want a push to refuse what it quarantines.
CHECKS = [
    not_a_server_error,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.status_code_conformance,
]


client = Client(raise_request_exception=False)  # one for all: it takes longer to be made than to ask


@pytest.fixture(autouse=True)
def any_number_of_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the throttle would be all that is ever seen of `enrol`."""
    monkeypatch.setattr(authentication, "GUESSES_PER_MINUTE", 10**9)


def answered(case: Any, headers: dict[str, str]) -> Response:
    """What the server says to this request, in process."""
    asked = requests.Request(**case.as_transport_kwargs(base_url=HOST)).prepare()
    sent = {name: text(value) for name, value in asked.headers.items()} | headers
    answer = client.generic(
        str(asked.method), asked.path_url, asked.body or b"", sent.pop("Content-Type", ""), headers=sent
    )
    told = {name.lower(): [value] for name, value in answer.items()}
    return Response(answer.status_code, told, unpacked(answer), asked, elapsed=0, verify=False, encoding="utf-8")


def text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def unpacked(answer: Any) -> bytes:
    match answer.headers.get("Content-Encoding"):
        case "gzip":
            return gzip.decompress(answer.content)
        case "br":
            return bytes(brotli.decompress(answer.content))
        case "zstd":
            return zstandard.ZstdDecompressor().decompress(answer.content)
    return bytes(answer.content)


def judge(case: Any, headers: dict[str, str]) -> None:
    answer = answered(case, headers)
    case.validate_response(answer, checks=CHECKS)
    assert answer.headers["x-eventsync-epoch"]
    if answer.status_code >= 400:
        error = json.loads(answer.content)["error"]
        assert set(error) == {"code", "message", "fields", "request_id"}
        assert STATUS[error["code"]] == answer.status_code
    assert answer.status_code < 500


@api.parametrize()
@fuzzed
def test_api_answers_a_stranger_as_documented(case: Any, db: None) -> None:
    judge(case, {})


@api.parametrize()
@fuzzed
def test_api_answers_an_enrolled_phone_as_documented(case: Any, phone: Phone) -> None:
    judge(case, phone.headers)


@api.include(path_regex="/changes$").parametrize()
@fuzzed
def test_api_answers_about_a_stream_that_the_phone_reads_as_documented(case: Any, phone: Phone) -> None:
    case.path_parameters["stream"] = f"roster:{phone.games.event.id}"
    judge(case, phone.headers)


@api.include(path_regex="/push$").parametrize()
@fuzzed
def test_push_of_what_is_nearly_right_is_answered_as_documented(case: Any, phone: Phone) -> None:
    """Known kinds, real doors and people, own and new ids, among whatever else there is."""
    case.headers.pop("Content-Encoding", None)
    operations = case.body.get("operations") if isinstance(case.body, dict) else None
    for operation in filter(lambda each: isinstance(each, dict), operations if isinstance(operations, list) else []):
        right = phone.arrive(phone.games.people[0])
        payload = operation.get("payload")
        operation.pop("device", None)
        operation |= {"id": right["id"], "kind": KINDS[len(repr(operation)) % len(KINDS)]}
        if isinstance(payload, dict):
            payload |= {name: value for name, value in right["payload"].items() if name not in payload}
    judge(case, phone.headers)

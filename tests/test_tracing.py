"""Which request a line belongs to, and what follows from it."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.test import Client

from eventsync.jobs import correlation
from eventsync.jobs.spans import Caller, caller_of
from tests.cast import Games, Phone
from tests.log_lines import Lines, collected

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
CALLER = Caller(UUID(TRACE), 0x00F067AA0BA902B7, sampled=True)


@pytest.fixture
def lines() -> Iterator[Lines]:
    with collected() as found:
        yield found


@pytest.mark.parametrize(
    ("header", "caller"),
    [
        (PARENT, CALLER),
        (f" {PARENT} ", CALLER),
        (f"cc{PARENT[2:]}-what-comes-later", CALLER),
        (f"{PARENT[:-2]}00", Caller(CALLER.trace, CALLER.span, sampled=False)),
        (f"ff{PARENT[2:]}", None),
        (PARENT.upper(), None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"{PARENT}x", None),
        ("", None),
        ("Maria", None),
    ],
)
def test_traceparent_is_read_as_the_standard_says(header: str, caller: Caller | None) -> None:
    assert caller_of(header) == caller


def test_a_callers_trace_is_in_each_line_and_is_the_correlation_of_a_request(phone: Phone, lines: Lines) -> None:
    phone.client.get("/api/v1/streams", headers=phone.headers | {"traceparent": PARENT})
    assert [(line["trace"], line["correlation"]) for line in lines.all()] == [(TRACE, str(UUID(TRACE)))]


def test_a_push_is_about_its_first_operation_whatever_the_caller_traces(
    games: Games, phone: Phone, lines: Lines
) -> None:
    operation = phone.arrive(games.people[0])
    phone.post({"protocol": 1, "operations": [operation]}, traceparent=PARENT)
    assert {(line["trace"], line["correlation"]) for line in lines.all()} == {(TRACE, operation["id"])}


def test_requests_without_a_trace_have_each_their_own_and_leave_none_behind(db: None, lines: Lines) -> None:
    for _ in range(2):
        Client().get("/api/v1/streams")
    assert len({line["correlation"] for line in lines.all("request")}) == 2
    assert correlation.current() is None


def test_an_error_names_the_request_by_which_its_lines_are_found(phone: Phone, lines: Lines) -> None:
    answers = [phone.client.get("/api/v1/streams"), phone.client.get("/api/v1/nothing/here"), phone.post(b"{")]
    named = [answer.json()["error"]["request_id"] for answer in answers]
    assert named == [line["correlation"] for line in lines.all("request")]
    assert [line["status"] for line in lines.all("request")] == [401, 404, 400]


def test_what_machines_ask_all_the_time_is_not_logged(db: None, lines: Lines) -> None:
    Client().get("/healthz")
    assert lines.events() == []


def test_correlation_can_be_named_better_until_the_request_ends() -> None:
    first, second = uuid4(), uuid4()
    with correlation.correlated(first):
        correlation.rename(str(second))
        assert correlation.current() == second
    assert correlation.current() is None

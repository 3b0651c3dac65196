"""Whose clock: a device learns from answers how far its own is off."""

import json
from datetime import timedelta

import pytest

from eventsync.sync.client.clock import hear
from eventsync.sync.client.messages import write_time
from eventsync.sync.client.outbox import Outbox
from eventsync.sync.client.server import Answer
from tests.cast import NOON


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def listen(outbox: Outbox, *, took: int, server_ahead: int, read_after: int | None = None) -> int | None:
    """Hears an answer that took so many ms; the server read its clock in the middle, or so many ms after our asking."""
    read = NOON + timedelta(milliseconds=took / 2 if read_after is None else read_after)
    body = json.dumps({"server_time": write_time(read + timedelta(milliseconds=server_ahead))}).encode()
    hear(outbox, Answer(body, "epoch", NOON, NOON + timedelta(milliseconds=took)))
    offset: int | None = outbox.recall("offset_ms")
    return offset


def test_offset_is_from_the_middle_of_the_exchange(outbox: Outbox) -> None:
    assert listen(outbox, took=400, server_ahead=3 * 3_600_000) == 3 * 3_600_000
    assert outbox.recall("offset_doubt_ms") == 200


def test_estimate_is_never_more_wrong_than_its_doubt(outbox: Outbox) -> None:
    assert listen(outbox, took=400, server_ahead=0, read_after=400) == 200


def test_better_estimate_replaces_a_worse_one_and_not_the_other_way(outbox: Outbox) -> None:
    listen(outbox, took=4_000, server_ahead=0, read_after=4_000)
    assert listen(outbox, took=100, server_ahead=0) == 0
    assert listen(outbox, took=4_000, server_ahead=0, read_after=4_000) == 0


def test_clock_that_was_set_is_noticed(outbox: Outbox) -> None:
    listen(outbox, took=100, server_ahead=0)
    assert listen(outbox, took=2_000, server_ahead=-3_600_000) == -3_600_000


def test_clock_that_was_set_back_during_the_exchange_says_nothing(outbox: Outbox) -> None:
    assert listen(outbox, took=-3_600_000, server_ahead=0) is None


@pytest.mark.parametrize("body", [b"", b"[]", b'{"server_time": 5}', b'{"other": "2026-07-04T12:00:00Z"}'])
def test_answer_without_a_time_says_nothing(outbox: Outbox, body: bytes) -> None:
    hear(outbox, Answer(body, "epoch", NOON, NOON))
    assert outbox.recall("offset_ms") is None

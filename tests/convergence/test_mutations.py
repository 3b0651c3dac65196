"""Would the convergence test notice? Defects are put into the server, and each must be found.

Nothing here is shrunk: that a story fails is all that is asked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings

from checkin import references
from eventsync.sync import batch, pull, streams
from tests.convergence.stories import Delivery, ends_the_same, stories

Break = Callable[[pytest.MonkeyPatch], None]


def no_deduplication(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batch, "_known", lambda ids: {})


def acknowledged_before_commit(patch: pytest.MonkeyPatch) -> None:
    """Each third batch is answered and then rolled back."""
    sound, calls = batch.apply_batch, count(1)

    def hasty(*arguments: Any, **named: Any) -> Any:
        with transaction.atomic():
            answers = sound(*arguments, **named)
            transaction.set_rollback(next(calls) % 3 == 0)
        return answers

    patch.setattr("eventsync.sync.push.apply_batch", hasty)


def position_that_was_given_before(patch: pytest.MonkeyPatch) -> None:
    """What a cursor by time, or by a number taken outside the lock, comes to: a change below a cursor already given."""
    sound = streams.Changes._write_stream

    def late(self: Any, head: Any, records: Any) -> None:
        head.head -= head.head > 1
        sound(self, head, records)

    patch.setattr(streams.Changes, "_write_stream", late)


def tombstones_unsent(patch: pytest.MonkeyPatch) -> None:
    sound = pull.read_page

    def forgetful(**named: Any) -> pull.Page:
        page = sound(**named)
        return replace(page, rows=[row for row in page.rows if not row[3]])

    patch.setattr(pull, "read_page", forgetful)


def checksum_not_kept_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(streams, "record_checksum", lambda kind, key, seq: 1)


def void_forgotten_when_it_comes_first(patch: pytest.MonkeyPatch) -> None:
    sound = references.voids_around

    def forgetful(operations: Any) -> Any:
        found = sound(operations)
        found.waiting.clear()
        return found

    patch.setattr("checkin.batch_page.voids_around", forgetful)


DEFECTS: list[Break] = [
    no_deduplication,
    acknowledged_before_commit,
    position_that_was_given_before,
    tombstones_unsent,
    checksum_not_kept_up,
    void_forgotten_when_it_comes_first,
]


@contextmanager
def broken(defect: Break) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        defect(patch)
        yield


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_defect_is_found(db: None, defect: Break) -> None:
    @settings(
        deadline=None,
        max_examples=200,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(story=stories())
    def check(story: tuple[list[dict[str, Any]], list[Delivery], list[Delivery]]) -> None:
        acts, *ways = story
        ends_the_same(acts, ways)

    with broken(defect), pytest.raises(AssertionError):
        check()

"""Ids that are made here."""

import uuid
from datetime import UTC, datetime

from eventsync.ids import first_id_at, uuid7


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [uuid7(datetime(2026, 7, 4, 12, second, tzinfo=UTC)) for second in range(30)]
    assert ids == sorted(ids)
    assert {uuid.UUID(each).version for each in ids} == {7}


def test_ids_sort_by_the_microsecond() -> None:
    ids = [uuid7(datetime(2026, 7, 4, 12, 0, 0, micro, tzinfo=UTC)) for micro in range(2_500)]
    assert ids == sorted(ids)


def test_id_is_made_by_a_clock_that_is_impossibly_wrong() -> None:
    assert uuid.UUID(uuid7(datetime(1, 1, 1, tzinfo=UTC))).version == 7


def test_ids_of_a_moment_are_between_the_first_one_at_it_and_the_first_one_after_it() -> None:
    second = datetime(2026, 7, 4, 12, 0, 1, tzinfo=UTC)
    first, last = first_id_at(second), first_id_at(second.replace(second=2))
    assert all(first <= uuid.UUID(uuid7(second)) < last for _ in range(30))
    assert uuid.UUID(uuid7(second.replace(second=0))) < first

"""Ids that are made here."""

import uuid
from datetime import UTC, datetime

from eventsync.ids import uuid7


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [uuid7(datetime(2026, 7, 4, 12, second, tzinfo=UTC)) for second in range(30)]
    assert ids == sorted(ids)
    assert {uuid.UUID(each).version for each in ids} == {7}


def test_id_is_made_by_a_clock_that_is_impossibly_wrong() -> None:
    assert uuid.UUID(uuid7(datetime(1, 1, 1, tzinfo=UTC))).version == 7

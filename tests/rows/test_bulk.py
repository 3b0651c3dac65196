"""Writing without the ORM: what is written reads as if the ORM had written it."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from eventsync.rows import bulk
from eventsync.sync.models import Change, Device, Quarantined, StreamHead
from tests.cast import NOON, Games, Phone
from tests.rows.test_lookup import AWKWARD

HEAD = ("stream", "head", "count", "checksum")
CHANGE = ("stream", "kind", "key", "seq", "deleted", "deleted_at", "body")


def test_any_text_is_stored_as_it_is(db: None) -> None:
    bulk.insert(Change, CHANGE, [("s", "k", str(n), n, False, None, text) for n, text in enumerate(AWKWARD)])
    assert list(Change.objects.order_by("seq").values_list("body", flat=True)) == AWKWARD


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 7, 4, 12, tzinfo=UTC),
        datetime(2026, 7, 4, 12, 0, 0, 123000, tzinfo=UTC),
        datetime(2026, 7, 4, 15, 0, 0, 1, tzinfo=timezone(timedelta(hours=3))),
        datetime(1900, 1, 1, tzinfo=UTC),
    ],
)
def test_times_are_stored_to_the_microsecond(db: None, moment: datetime) -> None:
    bulk.insert(Change, CHANGE, [("s", "k", "1", 1, True, moment, ""), ("s", "k", "2", 1, False, None, "{}")])
    assert list(Change.objects.order_by("key").values_list("deleted", "deleted_at")) == [(True, moment), (False, None)]


def test_bytes_and_ids_of_either_form_are_stored(games: Games, phone: Phone) -> None:
    columns = ("operation_id", "device", "carrier", "received_at", "code", "message", "body", "body_hash")
    body, first, second = bytes(range(256)), uuid4(), str(uuid4())
    rows = [(id, UUID(phone.id), None, NOON, "unstorable", "", body, "hash") for id in (first, second)]
    bulk.insert(Quarantined, columns, rows)
    stored = {(row.operation_id, str(row.device_id), bytes(row.body)) for row in Quarantined.objects.all()}
    assert stored == {(first, phone.id, body), (UUID(second), phone.id, body)}


def test_a_row_that_is_there_stops_insert_and_is_left_alone_by_insert_new(db: None) -> None:
    bulk.insert(StreamHead, HEAD, [("a", 1, 0, 0)])
    bulk.insert_new(StreamHead, HEAD, [("a", 9, 9, 9), ("b", 2, 0, 0)])
    assert set(StreamHead.objects.values_list("stream", "head")) == {("a", 1), ("b", 2)}
    with pytest.raises(IntegrityError):
        bulk.insert(StreamHead, HEAD, [("c", 3, 0, 0), ("a", 9, 9, 9)])


def test_upsert_gives_new_values_to_rows_with_the_key(db: None) -> None:
    bulk.upsert(StreamHead, HEAD, [("a", 1, 0, 0)], key=("stream",))
    bulk.upsert(StreamHead, HEAD, [("a", 2, 5, 7), ("b", 1, 0, 0)], key=("stream",))
    assert set(StreamHead.objects.values_list(*HEAD)) == {("a", 2, 5, 7), ("b", 1, 0, 0)}


def test_update_changes_only_rows_that_are_there(games: Games, phone: Phone, other_phone: Phone) -> None:
    rows = [(NOON, 3, UUID(phone.id)), (NOON, 4, uuid4())]
    bulk.update(Device, ("heard_at", "pending"), rows, key=("id",))
    assert Device.objects.get(id=phone.id).pending == 3
    assert Device.objects.get(id=phone.id).heard_at == NOON
    assert Device.objects.get(id=other_phone.id).pending is None


def test_delete_removes_the_rows_with_the_whole_key(db: None) -> None:
    bulk.insert(StreamHead, HEAD, [(name, head, 0, 0) for name, head in [("a", 1), ("b", 2), ("c", 3)]])
    bulk.delete(StreamHead, [("a", 1), ("b", 3)], key=("stream", "head"))
    bulk.delete(StreamHead, [], key=("stream", "head"))
    assert set(StreamHead.objects.values_list("stream", flat=True)) == {"b", "c"}


def test_more_rows_than_go_into_one_parameter(db: None) -> None:
    count = 5_001
    bulk.insert(StreamHead, HEAD, [(str(number), number, 0, 0) for number in range(count)])
    assert StreamHead.objects.count() == count


def test_no_rows_change_nothing(db: None) -> None:
    bulk.insert(StreamHead, HEAD, [])
    bulk.update(StreamHead, ("head",), [], key=("stream",))
    assert StreamHead.objects.count() == 0

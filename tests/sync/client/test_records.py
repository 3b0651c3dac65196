"""What was pulled: rows, cursor, number and checksum change together, or not at all."""

from typing import Any

import pytest

from eventsync.sync.client.messages import CHECKSUM_MODULUS, record_checksum
from eventsync.sync.client.records import Cursor, Records

STREAM = "roster:x"


@pytest.fixture
def records() -> Records:
    found = Records()
    found.replace(STREAM, number=found.begin(STREAM), seq=2, epoch="one", changes=[put("a", 1), put("b", 2)])
    return found


def put(key: str, seq: int) -> dict[str, Any]:
    return {"seq": seq, "kind": "person", "key": key, "deleted": False, "body": {"name": key}}


def gone(key: str, seq: int) -> dict[str, Any]:
    return {"seq": seq, "kind": "person", "key": key, "deleted": True}


def cursor(seq: int, **live: int) -> Cursor:
    """As it must be after these (key=seq) are what is held."""
    checksum = sum(record_checksum("person", key, at) for key, at in live.items()) % CHECKSUM_MODULUS
    return Cursor(STREAM, seq, "one", len(live), checksum)


def test_page_is_applied_with_number_and_checksum(records: Records) -> None:
    changes = [put("a", 3), gone("b", 3), put("c", 4), gone("never", 4)]
    assert records.apply(STREAM, after=2, seq=5, epoch="one", changes=changes) == cursor(5, a=3, c=4)
    assert records.live(STREAM) == {("person", "a"): (3, {"name": "a"}), ("person", "c"): (4, {"name": "c"})}
    assert records.cursors() == {STREAM: cursor(5, a=3, c=4)}


@pytest.mark.parametrize(("after", "epoch"), [(1, "one"), (3, "one"), (2, "two")])
def test_page_that_does_not_begin_at_the_cursor_changes_nothing(records: Records, after: int, epoch: str) -> None:
    assert records.apply(STREAM, after=after, seq=9, epoch=epoch, changes=[put("c", 4)]) is None
    assert records.apply("another", after=0, seq=9, epoch="one", changes=[]) is None
    assert records.cursors() == {STREAM: cursor(2, a=1, b=2)}


def test_page_that_cannot_be_stored_moves_no_cursor(records: Records) -> None:
    with pytest.raises(KeyError):
        records.apply(STREAM, after=2, seq=9, epoch="one", changes=[put("c", 4), {"seq": 5}])
    assert records.cursors() == {STREAM: cursor(2, a=1, b=2)}
    assert len(records.live(STREAM)) == 2


def test_snapshot_takes_the_place_of_what_was_held(records: Records) -> None:
    changes = [put("b", 5), put("c", 6), gone("c", 7)]
    number = records.begin(STREAM)
    assert records.replace(STREAM, number=number, seq=8, epoch="one", changes=changes) == cursor(8, b=5)
    assert records.live(STREAM) == {("person", "b"): (5, {"name": "b"})}


def test_of_snapshots_that_were_asked_for_together_the_first_one_stays(records: Records) -> None:
    """Two tabs: the one that was quicker may have gone on since."""
    held, quicker = records.begin(STREAM), records.begin(STREAM)
    assert records.replace(STREAM, number=quicker, seq=7, epoch="one", changes=[put("b", 5)]) == cursor(7, b=5)
    assert records.replace(STREAM, number=held, seq=5, epoch="one", changes=[put("a", 1)]) is None
    assert records.replace(STREAM, number=held, seq=9, epoch="one", changes=[put("c", 8)]) is None
    assert (records.cursors(), set(records.live(STREAM))) == ({STREAM: cursor(7, b=5)}, {("person", "b")})


@pytest.mark.parametrize("stream", [STREAM, "roster:never-held"])
def test_snapshot_from_before_the_stream_was_erased_is_not_put_in_place(records: Records, stream: str) -> None:
    held = records.begin(stream)
    assert stream in records.streams()
    records.erase(stream)
    assert stream not in records.streams()
    assert records.replace(stream, number=held, seq=5, epoch="one", changes=[put("a", 1)]) is None
    assert (records.cursors().get(stream), records.live(stream)) == (None, {})
    again = records.begin(stream)
    assert records.replace(stream, number=held, seq=5, epoch="one", changes=[put("a", 1)]) is None
    assert records.replace(stream, number=again, seq=5, epoch="one", changes=[put("a", 1)]) is not None


def test_snapshot_takes_back_no_page_that_was_applied_since_it_was_begun(records: Records) -> None:
    number = records.begin(STREAM)
    records.apply(STREAM, after=2, seq=7, epoch="one", changes=[put("c", 7)])
    assert records.replace(STREAM, number=number, seq=6, epoch="one", changes=[put("a", 1)]) is None
    assert records.cursors() == {STREAM: cursor(7, a=1, b=2, c=7)}
    assert records.replace(STREAM, number=number, seq=7, epoch="one", changes=[put("c", 7)]) == cursor(7, c=7)


def test_snapshot_begins_anew_where_another_history_or_a_dropped_cursor_was_further(records: Records) -> None:
    records.drop_cursor(STREAM)
    number = records.begin(STREAM)
    assert records.replace(STREAM, number=number, seq=1, epoch="one", changes=[put("a", 1)]) == cursor(1, a=1)
    number = records.begin(STREAM)
    assert records.replace(STREAM, number=number, seq=0, epoch="two", changes=[]) == Cursor(STREAM, 0, "two", 0, 0)


def test_dropped_cursors_keep_what_is_shown(records: Records) -> None:
    records.drop_cursors()
    assert records.cursors()[STREAM].epoch == ""
    assert len(records.live(STREAM)) == 2


def test_erased_stream_is_gone(records: Records) -> None:
    records.erase(STREAM)
    assert (records.cursors(), records.live(STREAM)) == ({}, {})

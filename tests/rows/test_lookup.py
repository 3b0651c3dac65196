"""Reading without the ORM: the same answers as with it, on either database."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from checkin.models import AttendanceRecord, Checkpoint, Person
from eventsync.rows.lookup import Lookup
from eventsync.sync.models import Device, StreamHead
from tests.cast import NOON, Games, Phone

AWKWARD = ["", "it's", 'two "quotes"', "back\\slash", "50 %s", "näin, 名前", "line\nbreak", "[1, 2]"]


@pytest.mark.parametrize("count", [1, 3])
def test_rows_are_those_with_the_keys_in_one_statement(games: Games, count: int) -> None:
    lookup = Lookup(Person, ("id", "name"), by="id")
    wanted = games.people[:count]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = lookup.rows([person.id for person in wanted] + [uuid4()])
    assert sorted(found) == sorted((str(person.id), person.name) for person in wanted)
    assert len(queries) == 1


def test_no_keys_ask_nothing(games: Games) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert Lookup(Person, ("id",), by="id").rows([]) == []
    assert len(queries) == 0


def test_any_text_is_found_as_it_is(games: Games) -> None:
    for text in AWKWARD:
        StreamHead.objects.create(stream=text)
    assert sorted(Lookup(StreamHead, ("stream",), by="stream").rows(AWKWARD)) == sorted((text,) for text in AWKWARD)


def test_only_rows_with_the_given_values(games: Games) -> None:
    lookup = Lookup(Person, ("id",), by="name", where=("event",))
    assert lookup.rows(["Guest 1"], games.event.id) == [(str(games.people[1].id),)]
    assert lookup.rows(["Guest 1"], uuid4()) == []


def test_only_rows_within_the_other_keys(games: Games) -> None:
    lookup = Lookup(Person, ("name",), by="name", within="id")
    first, second, third = games.people[:3]
    assert lookup.rows([first.name, second.name], within=[second.id, third.id]) == [(second.name,)]
    assert lookup.rows([first.name], within=[]) == []


def test_columns_of_other_tables_follow_the_foreign_keys(games: Games) -> None:
    lookup = Lookup(Checkpoint, ("name", "venue__name", "venue__event", "venue__event__tz"), by="id")
    assert lookup.one(games.door.id) == ("Door", "Main hall", str(games.event.id), "UTC")
    assert lookup.one(uuid4()) is None


def test_values_look_the_same_on_either_database(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]))
    columns = ("operation_id", "checkpoint", "at", "voided", "seq", "refers_to")
    found = Lookup(AttendanceRecord, columns, by="checkpoint").one(str(games.door.id))
    record = AttendanceRecord.objects.get()
    assert found == (str(record.pk), str(games.door.id), NOON, False, 1, None)
    assert found[2].tzinfo is not None
    assert Lookup(Device, ("revoked_at",), by="id").one(UUID(phone.id)) == (None,)


def test_times_with_and_without_a_fraction(games: Games, phone: Phone) -> None:
    lookup = Lookup(Device, ("heard_at",), by="id")
    for moment in (datetime(2026, 7, 4, 12, tzinfo=UTC), datetime(2026, 7, 4, 12, 0, 0, 123456, tzinfo=UTC)):
        Device.objects.filter(id=phone.id).update(heard_at=moment)
        assert lookup.one(phone.id) == (moment,)


def test_locked_rows_come_in_order(games: Games) -> None:
    names = ["b", "c", "a"]
    for name in names:
        StreamHead.objects.create(stream=name)
    with transaction.atomic():
        assert Lookup(StreamHead, ("stream",), by="stream", lock=True).rows(names) == [("a",), ("b",), ("c",)]

"""Tombstones go after seven days; who did not hear of them pulls anew."""

from datetime import datetime, timedelta

from django.utils import timezone

from eventsync.sync import tombstones
from eventsync.sync.audit import differences
from eventsync.sync.models import Change, StreamHead
from tests.cast import Games, Phone

LATER = timedelta(days=7, minutes=1)


def void_an_arrival(phone: Phone) -> str:
    """Leaves the tombstone of one presence in the hall's stream, whose name it answers."""
    arrival = phone.arrive(phone.games.people[0])
    phone.push(arrival)
    phone.push(phone.void(arrival))
    return f"attendance:{phone.games.hall.id}"


def purge(now: datetime | None = None) -> int:
    return tombstones.purge(now=now or timezone.now() + LATER)


def test_purge_leaves_young_tombstones(phone: Phone) -> None:
    stream = void_an_arrival(phone)
    assert purge(timezone.now() + timedelta(days=6)) == 0
    assert StreamHead.objects.get(stream=stream).floor == 0
    assert Change.objects.filter(stream=stream, deleted=True).count() == 1


def test_purge_raises_the_floor_and_keeps_number_and_checksum(phone: Phone) -> None:
    stream = void_an_arrival(phone)
    gone = Change.objects.get(stream=stream, deleted=True)
    assert purge() == 1
    assert StreamHead.objects.get(stream=stream).floor == gone.seq
    assert list(differences()) == []
    assert purge() == 0


def test_cursor_below_the_floor_has_expired_and_one_at_it_has_not(phone: Phone) -> None:
    stream = void_an_arrival(phone)
    purge()
    floor = StreamHead.objects.get(stream=stream).floor
    expired = phone.page(stream, after=floor - 1)
    assert (expired.status_code, expired.json()["error"]["code"]) == (410, "cursor_expired")
    assert "reason" not in expired.json()["error"]["fields"]
    assert phone.page(stream, after=floor).status_code == 200
    assert phone.page(stream, after=0).status_code == 200


def test_snapshot_that_began_below_the_floor_has_expired(phone: Phone) -> None:
    stream = void_an_arrival(phone)
    purge()
    floor = StreamHead.objects.get(stream=stream).floor
    assert phone.page(stream, after=floor, base=floor - 1).status_code == 410
    assert phone.page(stream, after=1, base=floor).status_code == 200


def test_record_that_comes_back_after_the_purge_is_counted_once(games: Games, phone: Phone) -> None:
    stream = void_an_arrival(phone)
    purge()
    phone.push(phone.arrive(games.people[0]))
    assert list(differences()) == []
    header, changes = phone.pull(stream)
    assert header["count"] == len(changes)


def test_record_that_comes_back_before_the_purge_stays(games: Games, phone: Phone) -> None:
    stream = void_an_arrival(phone)
    phone.push(phone.arrive(games.people[0]))
    assert purge() == 0
    assert len([each for each in phone.pull(stream)[1] if each["kind"] == "presence"]) == 1

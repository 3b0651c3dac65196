"""The headcount page in admin."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from checkin.models import Checkpoint
from eventsync.access.ranks import Rank
from eventsync.schedule.models import Event
from eventsync.sync.models import Device, Profile
from tests.cast import NOON, make_phone
from tests.desk import alice, staff, text_of

PAGE = "/admin/checkin/headcount/"


def numbers(answer):
    """(present, unidentified, voided) by checkpoint."""
    found = [count for venue in answer.context["count"].venues for count in venue.checkpoints]
    return {each.checkpoint.name: (each.counts.present, each.counts.unidentified, each.counts.voided) for each in found}


def test_headcount_page_shows_now_and_refreshes_itself(games, phone):
    mistake = phone.arrive(games.people[1])
    phone.push(phone.arrive(games.people[0]), mistake, phone.void(mistake), phone.arrive("A" * 22))
    answer = alice().get(PAGE, {"event": "games"})
    assert numbers(answer)["Door"] == (1, 1, 1)
    assert "admin-refresh.js" in answer.content.decode()


@time_machine.travel(NOON + timedelta(days=3), tick=False)
def test_headcount_page_as_of_a_time_in_the_zone_of_the_event_stands_still(games, phone):
    Event.objects.update(tz="Europe/Helsinki")
    phone.push(phone.arrive(games.people[0]), phone.arrive(games.people[1], at=NOON + timedelta(minutes=1)))
    answer = alice().get(PAGE, {"event": "games", "at": "2026-07-04T15:00"})
    assert numbers(answer)["Door"] == (1, 0, 0)
    page = answer.content.decode()
    assert "as of Sat 4 Jul 2026, 15:00" in page
    assert "admin-refresh.js" not in page


def test_headcount_page_says_what_phones_still_hold_and_which_are_silent(games, phone, other_phone):
    assert "No phone holds anything that is not counted" in text_of(alice().get(PAGE))
    holds(phone, 4)
    holds(other_phone, 1, silent=True)
    holds(make_phone(games, name="Family", profile=Profile.FAMILY), 7)
    page = text_of(staff("vera", Rank.VIEWER, games.event).get(PAGE))
    assert "5 records are still on 2 phones, as they last said: not counted here." in page
    assert "Other phone holds 1, last heard 1 hour ago" in page
    assert page.count("last heard") == 1


def test_headcount_page_sums_up_the_venues_that_its_reader_may_see(games, phone):
    phone.push(phone.arrive(games.people[0]), phone.arrive(games.people[1], door=games.pool_door))
    assert "2 people are in By at least one door" in text_of(staff("vera", Rank.VIEWER, games.event).get(PAGE))
    pool = text_of(staff("paul", Rank.VIEWER, games.event, games.pool).get(PAGE))
    assert "1 person is in By at least one door" in pool
    assert "Main hall" not in pool


def holds(phone, pending, *, silent=False):
    heard = timezone.now() - timedelta(hours=silent)
    Device.objects.filter(id=phone.id).update(pending=pending, heard_at=heard)


def test_headcount_page_explains_a_time_that_is_none(games):
    assert "is not a time. Write it like" in alice().get(PAGE, {"at": "soon"}).content.decode()


def test_headcount_page_before_there_is_anything_says_what_to_do(db):
    client = alice()
    assert "There is no event yet." in client.get(PAGE).content.decode()
    event = Event.objects.create(slug="e", name="E", first_day=NOON.date(), last_day=NOON.date())
    assert "E has no venues yet." in client.get(PAGE).content.decode()
    event.venues.create(slug="v", name="V")
    assert "No checkpoints yet." in client.get(PAGE).content.decode()


def test_headcount_page_starts_with_the_event_that_is_on(games):
    Event.objects.create(slug="later", name="Later", first_day="2027-01-01", last_day="2027-01-02")
    with time_machine.travel(NOON):
        assert alice().get(PAGE).context["event"] == games.event
    assert Checkpoint.objects.count() == 5

"""The headcount page in admin."""

from datetime import timedelta

import time_machine

from checkin.models import Checkpoint
from eventsync.schedule.models import Event
from tests.cast import NOON
from tests.desk import alice

PAGE = "/admin/checkin/headcount/"


def numbers(answer):
    """(present, unidentified, voided) by checkpoint."""
    found = [count for venue in answer.context["venues"] for count in venue.checkpoints]
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

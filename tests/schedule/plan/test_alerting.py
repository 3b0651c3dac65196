"""A delay that somebody writes is an alert at other venues that it makes late, for as long as it does."""

import re
from typing import Any

import pytest
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.jobs import alerts, chores
from eventsync.jobs.models import Alert
from eventsync.schedule.models import Activity
from eventsync.schedule.plan import alerting
from tests.cast import NOON
from tests.desk import staff
from tests.schedule.plan.plans import HOUR, MINUTE, Day, make_day
from tests.schedule.test_admin_late import write_delay
from tests.schedule.test_admin_plan import typed


@pytest.fixture
def day(games, time_machine) -> Day:
    """What Norway has in the pool ends just when their party in the hall begins; then there is a film."""
    time_machine.move_to(NOON)
    day = make_day(games)
    end = day.relay.end
    Activity.objects.filter(pk=day.party.pk).update(start=end, end=end + HOUR / 2, groups=["Norway"])
    Activity.objects.create(
        event=day.event, place=day.stage, title="Film", start=end + HOUR / 2, end=end + HOUR, groups=["Norway"]
    )
    return day


@pytest.fixture
def lead(games) -> Client:
    return staff("petra", Rank.LEAD, games.event, games.pool)


def put_off(client: Client, minutes: int = 30, **said: Any) -> str:
    return write_delay(client, group="Finland", minutes=minutes, **said)


def alerted() -> list[tuple[object, str]]:
    return list(Alert.objects.filter(kind="running_late", cleared_at=None).values_list("venue_id", "message"))


def test_other_venues_have_one_alert_with_the_newest_minutes(games, day, lead):
    assert "An alert says so at Main hall." in put_off(lead)
    late = "Party (Stage), planned for Saturday, 14:00, will probably begin {} minutes late: Relay (Deck) ends late."
    assert alerted() == [(games.hall.pk, f"{late.format(30)} 1 more here will be late.")]
    assert "An alert says so at Main hall." in put_off(lead, 45)
    assert alerted() == [(games.hall.pk, f"{late.format(45)} 1 more here will be late.")]
    assert Alert.objects.get().count == 2
    alert_list = "/admin/jobs/alert/"
    assert "Party" in staff("lena", Rank.LEAD, games.event, games.hall).get(alert_list).content.decode()
    assert "Party" not in lead.get(alert_list).content.decode()


def test_a_delay_on_the_page_of_an_activity_is_an_alert_elsewhere_too(games, day, lead):
    page = f"/admin/schedule/activity/{day.relay.pk}/change/"
    said = {"title": "Relay", "start_1": "13:00", "end_1": "14:00", "groups": "Finland\nNorway", "delay": 20}
    written = lead.post(page, typed(day.deck, **said), follow=True).content.decode()
    assert "An alert says so at Main hall." in written
    assert [message.count("20 minutes late: Relay (Deck) ends late.") for _, message in alerted()] == [1]
    again = typed(day.deck, **said, note="Bring a towel.", edited=2)
    assert "An alert says so" not in lead.post(page, again, follow=True).content.decode()


def test_their_lead_writes_what_is_theirs_by_the_same_form_and_still_has_the_alert(games, day, lead):
    put_off(lead)
    hall = staff("lena", Rank.LEAD, games.event, games.hall)
    shown = put_off(hall)
    assert dict(Activity.objects.values_list("title", "delay")) == {"Swim": 30, "Relay": 30, "Party": 30, "Film": 30}
    assert "An alert says so" not in shown  # they have it
    more = write_delay(hall, group="Norway", minutes=50, since="2026-07-04T14:00")
    assert Activity.objects.get(title="Party").delay == 50
    assert "An alert says so" not in more  # it is their own doing
    alerting.keep_true(NOON)
    assert len(alerted()) == 1


def test_nobody_writes_what_is_not_theirs_and_no_alert_comes_of_it(games, day):
    hall = staff("lena", Rank.LEAD, games.event, games.hall)
    Activity.objects.filter(place=day.stage).delete()
    assert "Nothing of this is yours to write into the draft." in put_off(hall)
    assert alerted() == []


@pytest.mark.parametrize(
    ("of", "change", "left"),
    [
        ({}, {"version": 2}, [("Party", 30)]),
        ({"title": "Swim"}, {"delay": 0}, [("Party", 30)]),  # the relay is late, still
        ({"title": "Relay"}, {"delay": 10}, [("Party", 30)]),  # the swimming is in its way, still
        ({"title__in": ["Swim", "Relay"]}, {"delay": 10}, [("Party", 10)]),
        ({"title__in": ["Swim", "Relay"]}, {"delay": 0}, []),
        ({"title": "Party"}, {"delay": 30}, [("Party", 30)]),  # their lead wrote it
        ({"title": "Party"}, {"start": NOON + 5 * HOUR, "end": NOON + 6 * HOUR}, []),
        ({"title": "Party"}, {"status": "cancelled"}, []),
        ({"title": "Party"}, {"status": "held", "delay": 30}, []),
    ],
)
def test_alert_says_what_is_so_by_now_and_ends_when_nothing_is_late(day, lead, of, change, left):
    Activity.objects.filter(title="Film").delete()
    put_off(lead)
    Activity.objects.filter(**of).update(**change)
    alerting.keep_true(NOON)
    said = [re.match(r"(\w+).*begin (\d+)", message) for _, message in alerted()]
    assert [(found[1], int(found[2])) for found in said if found] == left
    assert Alert.objects.get().count == 1


def test_alert_goes_on_to_what_is_next_and_ends_when_the_last_is_over(day, lead):
    put_off(lead)
    last = day.relay.end + HOUR
    for now, first in ((last - MINUTE, "Party"), (last, "Film"), (last + HOUR / 2 - MINUTE, "Film")):
        alerting.keep_true(now)
        assert [said.split(" (")[0] for _, said in alerted()] == [first]
    alerting.keep_true(last + HOUR / 2)
    assert alerted() == []


def test_what_was_said_to_be_dealt_with_comes_again_only_with_another_delay(day, lead):
    put_off(lead)
    alerts.clear(alert_id=Alert.objects.get().pk, by="lena", now=NOON)
    alerting.keep_true(NOON)
    put_off(lead)  # the same again: nothing would be later than it is
    assert alerted() == []
    put_off(lead, 45)
    assert len(alerted()) == 1


def test_a_worker_keeps_them_true(day, lead):
    put_off(lead)
    Activity.objects.filter(place=day.stage).delete()
    chores.Rota().do_due(NOON)
    assert alerted() == []

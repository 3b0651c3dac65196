"""However somebody has an activity of today end later, whom this makes late elsewhere has an alert until it is told."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Activity
from eventsync.schedule.plan import alerting
from tests.cast import NOON
from tests.desk import staff
from tests.schedule.plan.plans import Day, day_address, release
from tests.schedule.plan.test_alerting import alerted, day
from tests.schedule.test_admin_files import bring, confirm
from tests.schedule.test_admin_moving import MOVE, asked, form
from tests.schedule.test_admin_plan import typed

__all__ = ["day"]
SAYS_SO = "An alert says so at Main hall."
SHEET = "number,title,date,start,end\nR,Relay,2026-07-04,13:20,14:20\n"


@pytest.fixture
def told(day: Day) -> Day:
    """Families know the plan."""
    Activity.objects.filter(pk=day.relay.pk).update(number="R")
    release(day.event)
    return day


@pytest.fixture
def manager(games) -> Client:
    return staff("mara", Rank.MANAGER, games.event)


def held_up() -> list[int]:
    return [int(minutes) for _, said in alerted() for minutes in re.findall(r"Party .* begin (\d+) minutes late", said)]


def move(client: Client, day: Day, minutes: int) -> str:
    """All that is on the deck from one o'clock."""
    said = asked(day, place=day.deck.pk, since="13:00", minutes=minutes)
    sent = form(client.get(MOVE, said)) | {"minutes": minutes, "direction": "later"}
    return client.post(MOVE, sent, follow=True).content.decode()


def test_move_by_minutes_is_an_alert_elsewhere_until_it_is_told(told, manager):
    assert SAYS_SO in move(manager, told, 20)
    assert held_up() == [20]
    alerting.keep_true(NOON)
    assert held_up() == [20]
    release(told.event)
    alerting.keep_true(NOON)
    assert alerted() == []


def test_move_that_is_taken_back_makes_nobody_late(told, manager):
    move(manager, told, 20)
    assert "An alert says so" not in manager.post(day_address(told.event), {"undo": ""}, follow=True).content.decode()
    alerting.keep_true(NOON)
    assert alerted() == []


def test_taking_back_may_make_others_late_too(told, manager):
    """What was earlier for a while is when it was, behind what is late by now."""
    Activity.objects.filter(pk=told.relay.pk).update(delay=15)
    chosen = {"activities": f"{told.party.pk}:1", "minutes": 60, "direction": "earlier"}
    seen = form(manager.post(MOVE, chosen))["seen"]
    manager.post(MOVE, chosen | {"seen": seen})
    assert held_up() == []
    assert SAYS_SO in manager.post(day_address(told.event), {"undo": ""}, follow=True).content.decode()
    assert held_up() == [15]


def test_swap_that_has_something_end_later_is_an_alert_elsewhere(told, manager):
    Activity.objects.filter(pk=told.swim.pk).update(groups=["Norway"])
    Activity.objects.filter(pk=told.relay.pk).update(groups=["Finland"], end=told.relay.end + timedelta(minutes=10))
    sent = {"swap": f"{told.swim.pk}:1 {told.relay.pk}:1"}
    assert SAYS_SO in manager.post(day_address(told.event), sent, follow=True).content.decode()
    assert held_up() == [10]


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ({"end_1": "14:10"}, [10]),
        ({"start_1": "13:30", "end_1": "14:30"}, [30]),
        ({"end_1": "13:50"}, []),
        ({"title": "Race"}, []),
        ({"start_1": "14:00", "end_1": "15:00"}, []),  # it is at the same time: that is a collision, and said so
        ({"status": "held", "end_1": "14:10"}, []),
    ],
)
def test_other_times_on_the_page_of_an_activity(told, manager, said, minutes):
    Activity.objects.filter(title="Film").delete()
    page = f"/admin/schedule/activity/{told.relay.pk}/change/"
    usual = {"title": "Relay", "start_1": "13:00", "end_1": "14:00", "groups": "Finland\nNorway", "number": "R"}
    answer = manager.post(page, typed(told.deck, **usual | said), follow=True).content.decode()
    assert ((SAYS_SO in answer), held_up()) == (bool(minutes), minutes)


def test_what_is_new_behind_something_late_is_an_alert_where_it_is(told, manager):
    Activity.objects.filter(pk=told.relay.pk).update(delay=30)
    Activity.objects.filter(place=told.stage).delete()
    new = typed(told.stage, title_fi="", title="Party", start_1="14:00", end_1="15:00", groups="Norway")
    assert SAYS_SO in manager.post("/admin/schedule/activity/add/", new, follow=True).content.decode()
    assert held_up() == [30]


def test_file_at_the_desk_is_an_alert_elsewhere(told, manager):
    answer = confirm(manager, bring(manager, SHEET))
    assert SAYS_SO in answer.content.decode()
    assert held_up() == [20]


def test_file_by_command_is_an_alert_elsewhere(told, tmp_path: Path):
    (tmp_path / "plan.csv").write_text(SHEET)
    out = StringIO()
    call_command("import_schedule", str(tmp_path / "plan.csv"), "--event", "games", stdout=out)
    assert out.getvalue().splitlines()[-1] == "What it makes late is an alert at Main hall."
    assert held_up() == [20]


def test_before_it_is_the_day_a_move_is_planning_and_no_alert(told, manager, time_machine):
    time_machine.move_to(NOON - timedelta(days=2))
    assert "An alert says so" not in move(manager, told, 20)
    assert alerted() == []


def test_what_families_know_nothing_of_makes_nobody_late(day, manager):
    assert "An alert says so" not in move(manager, day, 20)
    assert alerted() == []


def test_who_is_late_and_planned_later_is_not_late_any_more(told, manager):
    move(manager, told, 20)
    Activity.objects.filter(title="Party").update(start=told.relay.end + timedelta(minutes=20))
    Activity.objects.filter(title="Film").delete()
    alerting.keep_true(NOON)
    assert alerted() == []

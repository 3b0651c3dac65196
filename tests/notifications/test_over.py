"""Whoever was told to wait hears that waiting is over; N5: each hold has an “over” message."""

from datetime import timedelta
from typing import Any

import pytest

from notifications.models import Delivery, Notice
from notifications.rules import CAP
from tests.cast import NOON, Games
from tests.notifications.families import make_notice, make_recipient, owe
from tests.notifications.tomorrow import NEXT_DAY, change, make_tomorrow, tell
from tests.schedule.plan.plans import HOUR, MINUTE, Day

TOMORROW = NOON + NEXT_DAY  # when the swim begins


@pytest.fixture
def day(games: Games, time_machine: Any) -> Day:
    time_machine.move_to(NOON)
    return make_tomorrow(games)


def sent(notice: Notice) -> list[tuple[str, str]]:
    return list(Delivery.objects.filter(notice=notice, channel="push").values_list("state", "why"))


@pytest.mark.parametrize(("status", "title"), [("planned", "Swim: It goes on"), ("cancelled", "Swim: Cancelled")])
def test_it_goes_out_also_as_one_too_many_for_a_day(day, status, title):
    family = make_recipient(day.event)
    change(day.swim, status="held")
    tell(day)
    for _ in range(CAP):
        owe(make_notice(day.event), family, state="accepted", accepted_at=NOON)
    change(day.swim, status=status)
    tell(day, NOON + HOUR)
    notice = Notice.objects.latest("made_at")
    assert (str(notice), sent(notice)) == (title, [("queued", "cancelled")])


def test_another_time_is_one_too_many(day):
    family = make_recipient(day.event)
    for _ in range(CAP):
        owe(make_notice(day.event), family, state="accepted", accepted_at=NOON)
    change(day.swim, start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)
    tell(day, NOON + HOUR)
    assert sent(Notice.objects.latest("made_at")) == [("over_budget", "cap")]


@pytest.mark.parametrize(("status", "title"), [("planned", "Swim: It goes on"), ("cancelled", "Swim: Cancelled")])
def test_it_is_said_also_when_what_was_planned_is_over(day, status, title):
    make_recipient(day.event)
    change(day.swim, status="held")
    tell(day, TOMORROW - 10 * MINUTE)
    after = TOMORROW + HOUR + 30 * MINUTE
    change(day.swim, status=status)
    tell(day, after)
    notice = Notice.objects.latest("made_at")
    assert (str(notice), notice.expires_at) == (title, after + timedelta(hours=2))


@pytest.mark.parametrize(("after", "told"), [(6 * HOUR - MINUTE, 2), (6 * HOUR, 1), (33 * HOUR, 1)])
def test_tidying_up_wakes_nobody_who_waits_no_more(day, after, told):
    make_recipient(day.event)
    change(day.swim, status="held")
    tell(day, TOMORROW - 10 * MINUTE)
    change(day.swim, status="cancelled")
    tell(day, TOMORROW + HOUR + after)
    assert Notice.objects.exclude(deliveries=None).count() == told


def test_what_nobody_waits_for_is_over_when_it_is(day):
    make_recipient(day.event)
    change(day.swim, status="cancelled")
    tell(day, TOMORROW + HOUR + 30 * MINUTE)
    assert not Notice.objects.exists()

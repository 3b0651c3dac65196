"""Leaders of groups: known by their cards, written to by themselves, asked to say that they read of another place."""

from typing import Any

import pytest

from notifications.hand import audience
from notifications.hand.answers import answers
from notifications.hand.rules import To
from notifications.models import Delivery, Notice, Recipient
from notifications.plan import holding, telling
from notifications.rules import CAP
from tests.cast import NOON, Games
from tests.notifications.families import make_notice, make_recipient, owe
from tests.notifications.tomorrow import change, later, make_tomorrow, tell
from tests.notifications.writing import written
from tests.schedule.links.cards import make_card
from tests.schedule.plan.plans import HOUR, Day


@pytest.fixture
def day(games: Games) -> Day:
    return make_tomorrow(games)


def by_card(day: Day, *groups: str, leads: bool = False, **said: Any) -> Recipient:
    found = make_recipient(day.event, groups=[], **said)
    found.links.add(make_card(day.event, groups=groups, leads=leads).link)
    return found


def of(recipient: Recipient) -> Notice:
    return Notice.objects.get(deliveries__recipient=recipient, deliveries__channel="in_app")


def test_leader_is_asked_to_say_that_they_read_of_another_place_and_nobody_else_is(day):
    leader, family = by_card(day, "Finland", leads=True), by_card(day, "Finland")
    other = by_card(day, "Norway", leads=True)  # hears of the relay only
    change(day.swim, place=day.stage)
    tell(day)
    asked, told = of(leader), of(family)
    assert (asked.must_acknowledge, told.must_acknowledge) == (True, False)
    assert (asked.texts, asked.importance) == (told.texts, told.importance)
    assert not Delivery.objects.filter(recipient=other).exists()
    [everybody, *_] = answers(asked)
    assert (everybody.people, everybody.read) == (1, 0)


@pytest.mark.parametrize(("leads", "became"), [(True, ("queued", "cancelled")), (False, ("over_budget", "cap"))])
def test_place_to_be_answered_goes_out_also_as_one_too_many_for_a_day(day, leads, became):
    whom = by_card(day, "Finland", leads=leads)
    for _ in range(CAP):
        owe(make_notice(day.event), whom, state="accepted", accepted_at=NOON)
    change(day.swim, place=day.stage)
    tell(day, NOON + HOUR)
    [push] = Delivery.objects.filter(notice=of(whom), channel="push")
    assert (push.state, push.why) == became


@pytest.mark.parametrize(("begins", "state"), [(17, "queued"), (20, "held")])
def test_place_to_be_answered_waits_for_the_morning_only_where_that_is_early_enough(day, begins, state):
    leader, night = by_card(day, "Finland", leads=True), NOON + 10 * HOUR
    change(day.swim, start=NOON + begins * HOUR, end=NOON + (begins + 1) * HOUR)
    tell(day)
    Delivery.objects.filter(state="queued").update(state="displayed")
    change(day.swim, place=day.stage)
    tell(day, night)
    assert Delivery.objects.get(recipient=leader, channel="push", notice__made_at=night).state == state


def test_of_another_time_they_are_only_told(day):
    leader = by_card(day, "Finland", leads=True)
    later(day.swim, HOUR)
    tell(day)
    assert not of(leader).must_acknowledge


def test_place_of_a_group_that_they_only_hear_of_is_nothing_to_answer(day):
    leader = by_card(day, "Norway", leads=True)
    leader.links.add(make_card(day.event, groups=("Finland",)).link)
    change(day.swim, place=day.stage)
    tell(day)
    assert not of(leader).must_acknowledge


def test_told_twice_it_is_one_notice(day):
    by_card(day, "Finland", leads=True)
    by_card(day, "Finland")
    change(day.swim, place=day.stage)
    tell(day)
    made = set(Notice.objects.values_list("pk", flat=True))
    telling.make(day.event, since=1, until=2, now=NOON)
    assert set(Notice.objects.values_list("pk", flat=True)) == made
    assert len(made) == 2


def test_what_waited_for_the_morning_still_asks(day):
    leader = by_card(day, "Finland", leads=True)
    night, morning = NOON + 10 * HOUR, NOON + 19 * HOUR
    for each in (day.swim, day.relay):
        later(each, HOUR)
    tell(day, night)
    change(day.swim, place=day.stage)
    tell(day, night + HOUR)
    holding.let_go(day.event.pk, now=morning - HOUR)
    holding.let_go(day.event.pk, now=morning)
    [sent] = Delivery.objects.filter(recipient=leader, channel="push", state="queued").select_related("notice")
    assert (sent.notice.must_acknowledge, len(sent.notice.activities)) == (True, 2)


def test_place_that_did_not_get_through_is_still_to_be_answered(day):
    by_card(day, "Finland", leads=True)
    change(day.swim, place=day.stage)
    tell(day)
    later(day.swim, HOUR)
    tell(day, NOON + HOUR)
    pushed = Delivery.objects.get(channel="push", state="queued")
    assert pushed.notice.must_acknowledge


def test_card_that_was_taken_back_leads_nobody(day):
    leader = by_card(day, "Finland", leads=True)
    leader.links.update(revoked_at=NOON)
    assert Recipient.objects.get(pk=leader.pk).leads == frozenset()


@pytest.mark.parametrize(("groups", "hear"), [([], ["Finland", "Norway"]), (["Norway"], ["Norway"]), (["Peru"], [])])
def test_organisers_write_to_leaders_alone(day, groups, hear):
    leaders = {each: by_card(day, each, leads=True) for each in ("Finland", "Norway")}
    by_card(day, "Norway")
    make_recipient(day.event)  # hears of everything
    row = written(day.event, to=To.LEADERS, groups=groups)
    assert audience.hearers(row) == [leaders[each] for each in reversed(hear)]
    assert audience.told(row) == (f"leaders of {groups[0]}" if groups else "leaders of all groups")

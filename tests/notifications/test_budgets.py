"""Budgets: counted before anything goes out, with a part that only somebody's safety may use."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsync.jobs.models import Alert
from notifications import carrying
from notifications.budgets import keeping
from notifications.budgets.rules import Budget, Level
from notifications.models import Channel, ChannelBudget, Delivery
from notifications.sms.sending import Texts
from tests.cast import NOON, make_games
from tests.notifications.carried import due_by, reachable
from tests.notifications.test_notice_rules import examples

SMS = Channel.SMS
BIG, CRITICAL = (1, "big"), (1, "critical")


def take(event, *wanted) -> list[bool]:
    return keeping.take(event.pk, SMS, wanted, now=NOON)


def limit(event, most: int, used: int = 0) -> ChannelBudget:
    return ChannelBudget.objects.create(event=event, channel=SMS, limit=most, used=used)


def kinds() -> list[str]:
    return list(Alert.objects.filter(cleared_at=None).order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("limit", "used", "calm", "critical"),
    [
        (100, 0, 70, 100),
        (100, 69, 1, 31),
        (100, 70, 0, 30),
        (100, 100, 0, 0),
        (10, 3, 4, 7),
        (1, 0, 0, 1),
        (5, 9, 0, 0),
    ],
)
def test_thirty_percent_are_kept_for_what_is_critical(limit, used, calm, critical):
    budget = Budget(limit, used)
    assert (budget.room(critical=False), budget.room(critical=True)) == (calm, critical)


@pytest.mark.parametrize(("used", "reached"), [(49, 0), (50, 1), (79, 1), (80, 2), (99, 2), (100, 3), (120, 3)])
def test_somebody_is_told_at_half_at_eighty_percent_and_at_the_end(used, reached):
    assert Budget(100, used).levels == set(list(Level)[:reached])


@examples
@given(st.integers(1, 500), st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=300))
def test_whatever_is_wanted_the_limit_holds_and_safety_has_its_part(limit, wanted):
    used = calm = 0
    for units, critical in wanted:
        if units <= Budget(limit, used).room(critical=critical):
            used, calm = used + units, calm + (0 if critical else units)
        else:
            assert not critical or used + units > limit
    assert used <= limit
    assert calm * 100 <= limit * 70


def test_event_has_a_budget_before_anybody_thought_of_it(games):
    assert take(games.event, BIG) == [True]
    assert str(ChannelBudget.objects.get()) == "Text messages, in segments: 1 of 1000"


def test_what_goes_beyond_stays_back_and_is_told(games):
    limit(games.event, 10, used=6)
    assert take(games.event, BIG, BIG, CRITICAL, BIG) == [True, False, True, False]
    assert ChannelBudget.objects.get().used == 8
    assert kinds() == ["budget_low"]
    assert take(games.event, (3, "critical"), CRITICAL, CRITICAL, CRITICAL) == [False, True, True, False]
    assert (ChannelBudget.objects.get().used, kinds()) == (10, ["budget_low", "budget_spent"])
    assert Alert.objects.latest("pk").message == (
        "The budget of Games for text messages is used up: 10 of 10. Not even what is critical goes out."
    )


def test_each_level_is_told_once(games):
    limit(games.event, 10)
    for _ in range(10):
        take(games.event, CRITICAL)
    assert kinds() == ["budget_half", "budget_low", "budget_spent"]
    assert set(Alert.objects.values_list("count", flat=True)) == {1}
    assert set(Alert.objects.values_list("event_id", flat=True)) == {games.event.pk}


def test_more_money_ends_the_alerts_of_this_event_alone(games):
    camp = make_games("camp", people=0).event
    for event in (games.event, camp):
        limit(event, 10, used=9)
        take(event, CRITICAL)
    row = ChannelBudget.objects.get(event=games.event)
    row.limit = 16
    row.save()
    keeping.calm(row, now=NOON, by="maria")
    left = Alert.objects.filter(cleared_at=None).values_list("event_id", flat=True)
    assert list(left) == [camp.pk]


def test_what_was_given_back_can_be_used_again(games):
    limit(games.event, 1)
    take(games.event, CRITICAL)
    keeping.give_back(games.event.pk, SMS, 1)
    keeping.give_back(games.event.pk, SMS, 1)
    assert take(games.event, CRITICAL) == [True]


@pytest.mark.parametrize("count", [1, 3])
def test_taking_for_one_takes_as_many_queries_as_for_three(games, count, django_assert_num_queries):
    limit(games.event, 100)
    with django_assert_num_queries(5):  # two of them begin and end the transaction
        take(games.event, *[BIG] * count)


def test_delivery_for_which_there_is_no_money_is_over_budget_and_says_so(games, settings, tmp_path):
    settings.SMS, settings.VAR_DIR = replace(settings.SMS, gateway="file"), tmp_path
    limit(games.event, 3)  # two of them for anybody
    families = [reachable(games.event, phone=f"+35840000000{n}") for n in range(4)]
    for family in families:
        due_by("sms", family)
    due_by("sms", families[0], importance="critical")
    carrying.send_due(games.event.pk, Texts())
    found = Delivery.objects.order_by("due_at").values_list("notice__importance", "state", "error")
    assert [each for each in found if each[1] == "over_budget"] == [("big", "over_budget", carrying.NO_MONEY)] * 3
    assert ("critical", "accepted", "") in found

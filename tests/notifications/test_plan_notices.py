"""From a release to notices: settled, only what is different in the end, one for each recipient, when it suits them."""

from datetime import timedelta
from typing import Any

import pytest

from eventsync.jobs import queue
from eventsync.jobs.models import Job
from eventsync.schedule.models import Activity
from notifications import deliveries, owing
from notifications.models import Channel, Delivery, Notice, Recipient
from notifications.plan import holding, telling
from tests.cast import NOON
from tests.notifications.families import make_recipient
from tests.notifications.tomorrow import NEXT_DAY, change, hear, later, make_tomorrow, tell
from tests.schedule.plan.plans import HOUR, MINUTE, Day, release

NIGHT, MORNING = NOON + 10 * HOUR, NOON + 19 * HOUR  # of the fourth of July, and of the day after


@pytest.fixture
def day(games, time_machine) -> Day:
    """Of tomorrow, released."""
    time_machine.move_to(NOON)
    return make_tomorrow(games)


def heard(recipient: Recipient, channel: str = Channel.PUSH) -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(recipient=recipient, channel=channel).order_by("notice__until", "due_at", "notice")
    return [(str(each.notice), each.state) for each in rows]


def test_first_release_is_no_news(day):
    assert not Notice.objects.exists()


def test_release_is_told_by_itself_once_it_has_settled(day, time_machine):
    family = make_recipient(day.event, browsers=0)
    time_machine.move_to(NOON, tick=False)
    change(day.swim, place=day.stage)
    release(day.event)
    queue.run()
    time_machine.shift(timedelta(seconds=119))
    queue.run()
    assert not Notice.objects.exists()
    time_machine.shift(timedelta(seconds=1))
    queue.run()
    assert Notice.objects.get().texts == {
        "en": {
            "title": "Swim: Another place",
            "body": "Sunday 5 July, midday. Stage. Please go to the new place.",
        }
    }
    assert heard(family, Channel.IN_APP) == [("Swim: Another place", "accepted")]


def test_another_release_makes_it_wait_but_not_longer_than_ten_minutes(day, time_machine):
    make_recipient(day.event)
    time_machine.move_to(NOON, tick=False)
    for _ in range(6):
        later(day.party, 5 * MINUTE)
        release(day.event)
        queue.run()
        time_machine.shift(timedelta(seconds=110))
        queue.run()
    assert Notice.objects.get().made_at == NOON + 11 * MINUTE  # when somebody looked next after ten


def test_two_releases_become_one_notice_of_the_difference_of_both(day):
    family = make_recipient(day.event)
    change(day.swim, place=day.stage)
    hear(day, NOON - 3 * MINUTE)
    later(day.swim, HOUR)
    tell(day)
    assert heard(family) == [("Swim: Later", "queued")]
    assert Notice.objects.get().texts["en"]["body"] == "Sunday 5 July, 1 pm. Stage. Please go to the new place."


def test_what_changed_and_changed_back_is_nothing(day):
    make_recipient(day.event)
    change(day.swim, place=day.stage)
    hear(day, NOON - 3 * MINUTE)
    change(day.swim, place=day.deck)
    tell(day)
    assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)


def test_clock_that_was_put_back_between_two_releases_loses_nothing(day):
    family = make_recipient(day.event)
    change(day.swim, place=day.stage)
    hear(day, NOON - 2 * MINUTE)
    later(day.swim, HOUR)
    hear(day, NOON - HOUR)
    telling.tell(day.event.pk, now=NOON)
    assert heard(family) == [("Swim: Later", "queued")]


@pytest.mark.parametrize("ends", [1, 2])
def test_telling_that_ended_half_way_is_taken_up_where_it_was(day, monkeypatch, ends):
    families = [make_recipient(day.event) for _ in range(3)]
    monkeypatch.setattr(deliveries, "AT_ONCE", 2)
    plan, calls = telling.plan, []

    def die(*args: Any, **kwargs: Any) -> None:
        calls.append(args)
        if len(calls) == ends:
            raise InterruptedError
        plan(*args, **kwargs)

    change(day.swim, place=day.stage)
    hear(day, NOON - 2 * MINUTE)
    monkeypatch.setattr(telling, "plan", die)
    with pytest.raises(InterruptedError):
        telling.tell(day.event.pk, now=NOON)
    telling.tell(day.event.pk, now=NOON + MINUTE)
    assert [heard(each) for each in families] == [[("Swim: Another place", "queued")]] * 3
    assert Notice.objects.count() == 1


def test_release_while_the_one_before_is_told_is_told_next(day, monkeypatch):
    family = make_recipient(day.event)
    change(day.swim, place=day.stage)
    hear(day, NOON - 2 * MINUTE)
    make = telling.make

    def make_and_hear(*args: Any, **kwargs: Any) -> None:
        make(*args, **kwargs)
        later(day.party, HOUR)
        hear(day, NOON)

    monkeypatch.setattr(telling, "make", make_and_hear)
    telling.tell(day.event.pk, now=NOON)
    monkeypatch.setattr(telling, "make", make)
    telling.tell(day.event.pk, now=NOON + MINUTE)
    assert heard(family) == [("Swim: Another place", "queued")]
    telling.tell(day.event.pk, now=NOON + 2 * MINUTE)
    assert heard(family) == [("Swim: Another place", "queued"), ("Party: Later", "queued")]


def test_telling_twice_tells_nothing_more(day):
    make_recipient(day.event)
    change(day.swim, place=day.stage)
    tell(day)
    telling.hear(day.event.pk, number=2, at=NOON)  # the same fact once more
    telling.tell(day.event.pk, now=NOON + HOUR)
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 2)


def test_each_hears_of_their_groups_and_of_what_is_for_everybody(day):
    finland, norway, all_of_it = (make_recipient(day.event, groups=each) for each in (["finland"], ["Norway"], None))
    for each in (day.swim, day.relay):
        change(each, place=day.stage)
    tell(day)
    assert heard(norway) == [("Relay: Another place", "queued")]
    assert heard(finland) == heard(all_of_it) == [("Changes in the plan: 2", "queued")]
    assert Notice.objects.count() == 2


def test_whoever_is_not_concerned_hears_nothing(day):
    norway = make_recipient(day.event, groups=["Norway"])
    change(day.swim, place=day.stage)
    tell(day)
    assert heard(norway) == heard(norway, Channel.IN_APP) == []
    assert Notice.objects.get().deliveries.count() == 0  # for whoever comes later, and for screens


@pytest.mark.parametrize(
    ("wishes", "pushed"),
    [
        ({"news": "all"}, ["queued"]),
        ({"news": "big"}, []),
        ({"news": "safety"}, []),
        ({"timing": "in_the_app"}, []),
        ({"timing": "at_set_times"}, ["held"]),
    ],
)
def test_push_is_as_they_wish_and_the_list_has_it_all_the_same(day, wishes, pushed):
    family = make_recipient(day.event, **wishes)
    later(day.party, 5 * MINUTE)
    tell(day)
    assert [state for _, state in heard(family)] == pushed
    assert heard(family, Channel.IN_APP) == [("Party: Later", "accepted")]


def test_each_browser_of_somebody_gets_it(day):
    family = make_recipient(day.event, browsers=2)
    change(day.swim, status="cancelled")
    tell(day)
    assert heard(family) == [("Swim: Cancelled", "queued")] * 2


def test_newer_notice_about_the_same_supersedes_what_has_not_gone_out(day):
    family = make_recipient(day.event)
    later(day.party, HOUR)
    tell(day)
    later(day.party, HOUR)
    tell(day, NOON + HOUR)
    assert heard(family) == [("Party: Later", "superseded"), ("Party: Later", "queued")]
    [first, last] = Notice.objects.filter(deliveries__recipient=family, deliveries__channel="push").order_by("until")
    assert last.supersedes == first


def test_what_is_over_is_not_told(day):
    make_recipient(day.event)
    change(day.swim, place=day.stage)
    tell(day, NOON + NEXT_DAY + 2 * HOUR)
    assert Notice.objects.count() == 0


def test_in_quiet_hours_it_is_held_and_goes_out_in_the_morning(day):
    family = make_recipient(day.event)
    change(day.swim, place=day.stage)
    tell(day, NIGHT)
    held = Delivery.objects.get(channel=Channel.PUSH)
    assert (held.state, held.why, held.due_at) == ("held", "quiet", MORNING)
    job = Job.objects.filter(task=owing.DELIVER).get()
    assert job.due_at == MORNING
    holding.let_go(day.event.pk, now=MORNING - MINUTE)
    assert heard(family) == [("Swim: Another place", "held")]
    holding.let_go(day.event.pk, now=MORNING)
    assert heard(family) == [("Swim: Another place", "queued")]


def test_what_changed_back_in_the_night_is_never_said(day):
    family = make_recipient(day.event)
    for place, at in ((day.stage, NIGHT), (day.deck, NIGHT + HOUR)):
        change(day.swim, place=place)
        tell(day, at)
    holding.let_go(day.event.pk, now=MORNING)
    assert {state for _, state in heard(family)} == {"superseded"}


@pytest.mark.parametrize("count", [1, 3])
def test_of_all_that_happened_in_the_night_one_notice_is_said(day, count):
    families = [make_recipient(day.event, browsers=2) for _ in range(count)]
    for activity, at in ((day.swim, NIGHT), (day.party, NIGHT + HOUR)):
        change(activity, status="cancelled")
        tell(day, at)
    holding.let_go(day.event.pk, now=MORNING)
    missed = [("Swim: Cancelled", "superseded"), ("Party: Cancelled", "superseded")] * 2
    for family in families:
        assert sorted(heard(family)) == sorted([*missed, *[("Changes in the plan: 2", "queued")] * 2])
        assert [title for title, _ in heard(family, Channel.IN_APP)] == ["Swim: Cancelled", "Party: Cancelled"]


@pytest.mark.parametrize(
    ("wishes", "state"),
    [({"news": "big"}, "superseded"), ({"timing": "in_the_app"}, "superseded"), ({"how": "sound"}, "queued")],
)
def test_who_chooses_in_the_night_to_hear_less_is_not_woken_by_what_waited(day, wishes, state):
    family = make_recipient(day.event)
    later(day.party, 5 * MINUTE)
    tell(day, NIGHT)
    Recipient.objects.filter(pk=family.pk).update(**wishes)
    holding.let_go(day.event.pk, now=MORNING)
    assert heard(family) == [("Party: Later", state)]
    assert heard(family, Channel.IN_APP) == [("Party: Later", "accepted")]


def test_what_is_of_no_use_in_the_morning_is_never_pushed(day):
    family = make_recipient(day.event)
    row = Activity.objects.get(pk=day.swim.pk)
    change(day.swim, start=row.start - 6 * HOUR, end=row.end - 6 * HOUR)  # to six in the morning
    tell(day, NOON)
    Delivery.objects.filter(channel=Channel.PUSH).update(state="displayed")
    change(day.swim, status="held")
    tell(day, NIGHT)
    holding.let_go(day.event.pk, now=MORNING)
    assert heard(family)[-1] == ("Swim: Please wait", "expired")


def test_after_four_of_a_day_the_list_has_it_and_no_phone(day):
    family = make_recipient(day.event)
    for number in range(5):
        later(day.party, HOUR)
        tell(day, NOON + number * 10 * MINUTE)
        Delivery.objects.filter(state="queued").update(state="accepted", accepted_at=NOON)
    assert [state for _, state in heard(family)] == ["accepted"] * 4 + ["over_budget"]
    assert len(heard(family, Channel.IN_APP)) == 5
    change(day.party, status="cancelled")
    tell(day, NOON + HOUR)
    assert heard(family)[-1] == ("Party: Cancelled", "queued")


@pytest.mark.parametrize("count", [1, 3])
def test_telling_one_takes_as_many_queries_as_telling_three(day, count, django_assert_num_queries):
    for _ in range(count):
        make_recipient(day.event)
    change(day.swim, place=day.stage)
    hear(day, NOON - 2 * MINUTE)
    with django_assert_num_queries(40):
        telling.tell(day.event.pk, now=NOON)
    assert Delivery.objects.count() == 2 * count

"""A notice that failed goes out again once, to where they are now, if it is still of use."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.control.inbox import acting
from eventsync.jobs import queue
from eventsync.jobs.models import Alert
from eventsync.jobs.seeing.letters import Fate, sources
from notifications import deliveries
from notifications.addresses import digest_of
from notifications.confirming import codes
from notifications.failing import keeping
from notifications.models import CallTask, Channel, Delivery, Recipient
from notifications.plan import telling
from notifications.push.rules import TRIES
from notifications.rules import State
from tests.cast import NOON
from tests.desk import staff
from tests.notifications.carried import due_by, reachable
from tests.notifications.failing.letters import (
    AGAIN,
    PAGE,
    act,
    dealt_with,
    failed,
    listed,
    opened,
    read,
    text,
)
from tests.notifications.families import make_notice
from tests.notifications.pushing import HOUR, became
from tests.notifications.sms_gateway import LOST
from tests.together import together


def test_replay_sends_it_again_once_under_its_id(gateway, family, lead):
    gateway.says = [400, 201]
    owed = due_by("sms", family)
    text(family)
    assert act(lead, owed, replay="") == AGAIN
    assert act(lead, owed, replay="") == dealt_with("Goes out now")
    assert opened() == []
    queue.run()
    assert act(lead, owed, replay="") == dealt_with("Handed over")
    queue.run()
    row = became(owed)
    assert (row.state, row.attempts, row.units, gateway.counts) == ("accepted", 1, 1, {1: 1})
    assert {told["id"] for _, _, told in gateway.asked} == {str(owed.pk)}
    assert Alert.objects.get().cleared_by == "lea"


@pytest.mark.django_db(transaction=True)
def test_two_who_replay_at_once_send_it_once(gateway, games):
    owed = failed(reachable(games.event))
    staff("lea", Rank.LEAD, games.event)

    def replay() -> bool:
        user, row = User.objects.get(username="lea"), Delivery.objects.get(pk=owed.pk)
        return acting.replay(user, sources["notice"], row).done

    assert sorted(together([replay, replay])) == [False, True]
    queue.run()
    assert gateway.counts == {1: 1}


def test_one_that_fails_again_is_a_letter_again_and_an_alert(gateway, family, lead):
    gateway.says = [400, 422]
    owed = due_by("sms", family)
    text(family)
    act(lead, owed, replay="")
    queue.run()
    assert listed(lead) == [str(owed.pk)]
    page = read(lead, f"{PAGE}notice/{owed.pk}/")
    assert "Try 1: The gateway answered 400 (21211)." in page
    assert "Try 2: The gateway answered 422." in page
    assert opened() == [("notice_failed", "sms", 1)]
    assert Alert.objects.count() == 2


def test_it_has_all_its_tries_before_it_again(gateway, family, lead):
    gateway.says = [503]
    owed = due_by("sms", family)
    for _ in range(TRIES):
        Delivery.objects.update(due_at=timezone.now())
        text(family)
    act(lead, owed, replay="")
    text(family)
    assert (became(owed).state, became(owed).attempts) == ("failed_temp", 1)


def test_what_may_be_there_already_is_not_sent_any_more_often(gateway, family, lead):
    gateway.says = [LOST]
    owed = due_by("sms", family, importance="critical")
    for _ in range(deliveries.MOST_UNSURE - 1):
        Delivery.objects.update(due_at=timezone.now())
        text(family)
    Delivery.objects.update(due_at=timezone.now())
    gateway.says = [400, LOST]
    text(family)
    assert listed(lead) == [str(owed.pk)]
    act(lead, owed, replay="")
    for _ in range(3):
        text(family)
        Delivery.objects.update(due_at=timezone.now())
    assert (became(owed).state, gateway.counts) == ("uncertain", {deliveries.MOST_UNSURE: 1})


def expire(owed: Delivery) -> None:
    owed.notice.expires_at = timezone.now()
    owed.notice.save()


def say_anew(owed: Delivery) -> None:
    newer = make_notice(owed.notice.event, since=0, activities=["1", "2"], expires_at=NOON + HOUR)
    telling.plan(newer, [owed.recipient], telling.said_anew(newer), now=timezone.now())


def read_it(owed: Delivery) -> None:
    rest = {"channel": Channel.IN_APP, "state": State.ACCEPTED, "due_at": NOON, "changed_at": NOON}
    line = Delivery.objects.create(notice=owed.notice, recipient=owed.recipient, **rest)
    deliveries.heard(line, State.ACKNOWLEDGED, now=timezone.now())


def call(owed: Delivery) -> None:
    times = {"due_at": NOON, "made_at": NOON, "changed_at": NOON, "tries": 1, "last": "reached"}
    CallTask.objects.create(notice=owed.notice, recipient=owed.recipient, state="reached", **times)


def take_away(owed: Delivery) -> None:
    codes.take_away(owed.recipient, Channel.SMS)


OVER: list[tuple[Callable[[Delivery], None], str]] = [
    (expire, "It is of no use any more."),
    (read_it, "They have read it elsewhere."),
    (call, "Somebody has called them."),
    (take_away, "They have taken that number or address away."),
]


@pytest.mark.parametrize(("happen", "why"), OVER)
def test_replay_of_what_is_of_no_use_any_more_is_too_late(gateway, family, lead, happen, why):
    owed = failed(family)
    keeping.tell(family.event_id, "sms", now=timezone.now())
    happen(owed)
    assert act(lead, owed, replay="") == f"Nothing was done: it is too late. {why}"
    assert act(lead, owed, replay="") == dealt_with(why)
    queue.run()
    assert (listed(lead), opened(), gateway.asked, became(owed).state) == ([], [], [], "failed_perm")


@pytest.mark.parametrize(("happen", "why"), OVER)
def test_what_is_of_no_use_any_more_bothers_nobody(family, lead, happen, why):
    owed, other = failed(family), failed(reachable(family.event, phone="+358400000000"))
    for _ in range(2):
        keeping.tell(family.event_id, "sms", now=timezone.now())
    happen(owed)
    keeping.end_what_is_over(timezone.now())
    assert (listed(lead), opened()) == ([str(other.pk)], [("notice_failed", "sms", 2)])
    assert (became(owed).closed_why, became(owed).closed_by) == (why, "")
    expire(other)
    keeping.end_what_is_over(timezone.now())
    assert (listed(lead), opened(), Alert.objects.get().cleared_by) == ([], [], "")


def test_what_a_newer_notice_says_is_not_sent_again(gateway, family, lead):
    owed = failed(family, activities=["1"])
    say_anew(owed)
    assert listed(lead) == []
    assert act(lead, owed, replay="") == dealt_with(keeping.NEWER)


def test_one_that_was_in_hand_when_a_newer_one_was_made_is_not_sent_again(gateway, family, lead):
    owed = due_by("sms", family, activities=["1"])
    run = uuid4()
    deliveries.claim(family.event_id, on="sms", by=run, most=1, now=timezone.now())
    say_anew(owed)
    deliveries.settle(owed.pk, State.FAILED_PERM, by=run, now=timezone.now(), error="The gateway answered 400.")
    assert listed(lead) == [str(owed.pk)]
    assert f"it is too late. {keeping.NEWER}" in act(lead, owed, replay="")
    assert listed(lead) == []


def test_it_goes_to_the_number_that_they_have_by_now(gateway, family, lead):
    owed = failed(family)
    Recipient.objects.update(phone="+358400000000")
    assert act(lead, owed, replay="") == AGAIN
    queue.run()
    assert list(gateway.taken) == ["+358400000000"]


def test_where_the_same_went_already_it_does_not_go_twice(gateway, family, lead):
    owed = failed(family)
    Recipient.objects.update(phone="+358400000000")
    made = {"channel": "sms", "endpoint": digest_of("+358400000000"), "due_at": NOON, "changed_at": NOON}
    Delivery.objects.create(notice=owed.notice, recipient=family, state=State.ACCEPTED, **made)
    assert act(lead, owed, replay="").startswith("Nothing was done: there is nowhere to send it")


@pytest.mark.parametrize("wishes", [{"timing": "in_the_app"}, {"news": "safety"}])
def test_whoever_does_not_want_such_any_more_does_not_get_it(gateway, family, lead, wishes):
    owed = failed(family)
    Recipient.objects.update(**wishes)
    assert act(lead, owed, replay="").startswith("Nothing was done: they want such news only in their list")
    assert listed(lead) == [str(owed.pk)]


def test_at_night_it_waits_for_the_morning(gateway, family, lead, time_machine):
    time_machine.move_to(NOON + 9 * HOUR)
    owed, early = failed(family, expires_at=NOON + 24 * HOUR), failed(family)
    now = failed(family, importance="critical")
    assert act(lead, owed, replay="") == "It goes out at 07:00, under the same id."
    assert act(lead, early, replay="") == (
        "Nothing was done: it may not go out before 07:00, and is of no use by then."
    )
    assert act(lead, now, replay="") == AGAIN
    assert [became(each).state for each in (owed, early, now)] == ["held", "failed_perm", "queued"]


def test_after_four_on_a_day_it_is_not_one_more(gateway, family, lead):
    owed = failed(family)
    for _ in range(4):
        due_by("sms", family)
    Delivery.objects.exclude(pk=owed.pk).update(state=State.ACCEPTED, accepted_at=timezone.now())
    assert act(lead, owed, replay="").startswith("Nothing was done: they were sent four today.")
    assert listed(lead) == [str(owed.pk)]


@pytest.mark.parametrize(
    ("state", "closed", "fate"),
    [
        (State.FAILED_PERM, False, Fate.FAILED),
        (State.FAILED_PERM, True, Fate.WELL),
        (State.FAILED_TEMP, False, Fate.FAILED),
        (State.OVER_BUDGET, False, Fate.FAILED),
        (State.QUEUED, False, Fate.WAITING),
        (State.HELD, False, Fate.WELL),
        (State.ACCEPTED, False, Fate.WELL),
    ],
)
def test_a_replay_of_many_stops_where_they_fail_again(family, state, closed, fate):
    owed = failed(family)
    said = {"closed_at": NOON, "closed_why": "Over."} if closed else {}
    Delivery.objects.update(state=state, **said)
    assert sources["notice"].fates([str(owed.pk)]) == {str(owed.pk): fate}


# Discard

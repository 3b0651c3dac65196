"""What is critical climbs until somebody has it: push, text message after five minutes, a call after fifteen."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.jobs import queue
from eventsync.jobs.models import Alert, Job
from eventsync.schedule.models import StaffRole
from notifications import deliveries, owing, tasks
from notifications.addresses import digest_of
from notifications.ladder import calls, climbing
from notifications.ladder.rules import Call, Outcome
from notifications.models import CallTask, Channel, Delivery, Notice, Recipient
from notifications.plan import telling
from notifications.rules import State
from tests.cast import NOON, make_games
from tests.notifications.carried import NUMBER, reachable
from tests.notifications.families import make_notice, make_recipient
from tests.notifications.sms_gateway import texting

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def texts(settings, tmp_path):
    settings.SMS, settings.VAR_DIR = replace(settings.SMS, gateway="file"), tmp_path


def person(name: str, event: Any, rank: Rank = Rank.LEAD, **said: Any) -> User:
    user = User.objects.create_user(name, is_staff=True, **said)
    StaffRole.objects.create(user=user, event=event, rank=rank)
    return user


def say(*people: Recipient, **said: Any) -> Notice:
    """Something critical, at noon."""
    notice = make_notice(people[0].event, **({"importance": "critical"} | said))
    telling.plan(notice, people, now=NOON)
    return notice


def climb(notice: Notice, minutes: float) -> None:
    climbing.climb(notice.pk, now=NOON + minutes * MINUTE)


def got(recipient: Recipient) -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(recipient=recipient).exclude(channel=Channel.IN_APP)
    return sorted(rows.values_list("channel", "state"))


def hear(recipient: Recipient, said: State) -> None:
    pushed = Delivery.objects.get(recipient=recipient, channel=Channel.PUSH)
    assert deliveries.heard(pushed, said, now=NOON + 2 * MINUTE)


def with_push(event: Any, **said: Any) -> Recipient:
    return reachable(event, **({"browsers": 1, "email": ""} | said))


def sent() -> None:
    Delivery.objects.filter(channel=Channel.PUSH).update(state=State.ACCEPTED)


def test_not_shown_within_five_minutes_it_goes_out_as_a_text_message(games):
    family = with_push(games.event)
    notice = say(family)
    sent()
    climb(notice, 4.9)
    assert got(family) == [("push", "accepted")]
    for _ in range(2):
        climb(notice, 5)
    assert got(family) == [("push", "accepted"), ("sms", "queued")]
    row = Delivery.objects.get(channel=Channel.SMS)
    assert (row.endpoint, row.why) == (digest_of(NUMBER), "critical")
    assert Job.objects.filter(task=owing.TEXT).exists()


def test_whoever_has_no_browser_gets_it_at_once(games):
    family = reachable(games.event, email="")
    notice = say(family)
    assert got(family) == [("sms", "queued")]
    climb(notice, 5)
    assert got(family) == [("sms", "queued")]


def test_browser_that_is_gone_is_not_waited_for(games):
    family = with_push(games.event)
    notice = say(family)
    Delivery.objects.filter(channel=Channel.PUSH).update(state=State.FAILED_PERM)
    climb(notice, 0.5)
    assert got(family) == [("push", "failed_perm"), ("sms", "queued")]


@pytest.mark.parametrize("said", [State.DISPLAYED, State.OPENED])
def test_shown_but_not_read_somebody_is_to_call(games, said):
    family, lead = with_push(games.event), person("leo", games.event)
    notice = say(family)
    sent()
    hear(family, said)
    climb(notice, 14.9)
    assert not CallTask.objects.exists()
    for _ in range(2):
        climb(notice, 15)
    task = CallTask.objects.get()
    assert (task.recipient, task.owner, task.state) == (family, lead, "open")
    assert got(family) == [("push", said)]
    [alert] = Alert.objects.all()
    assert (alert.kind, alert.event_id) == ("calls_waiting", games.event.pk)
    assert alert.message == "Nobody said that they read “Swim: another place”: call 1 of those who were to hear it."


def test_whoever_read_it_is_left_in_peace(games):
    family = with_push(games.event)
    notice = say(family)
    sent()
    hear(family, State.ACKNOWLEDGED)
    climb(notice, 15)
    assert (got(family), CallTask.objects.count()) == ([("push", "acknowledged")], 0)


def test_without_a_number_there_is_no_rung(games):
    family = make_recipient(games.event)
    notice = say(family)
    assert not Job.objects.filter(task=owing.CLIMB).exists()
    climb(notice, 15)
    assert (len(got(family)), CallTask.objects.count()) == (1, 0)


def test_where_no_text_messages_go_out_somebody_calls_all_the_same(games, settings):
    settings.SMS = replace(settings.SMS, gateway="none")
    family = with_push(games.event)
    notice = say(family)
    climb(notice, 15)
    assert ([channel for channel, _ in got(family)], CallTask.objects.count()) == (["push"], 1)


@pytest.mark.parametrize("importance", ["big", "normal"])
def test_nothing_climbs_but_what_is_critical(games, importance):
    family = with_push(games.event)
    notice = say(family, importance=importance)
    climb(notice, 15)
    assert ([channel for channel, _ in got(family)], CallTask.objects.count()) == (["push"], 0)
    assert not Job.objects.filter(task=owing.CLIMB).exists()


def test_it_climbs_by_itself(games, time_machine, settings):
    time_machine.move_to(NOON, tick=False)
    family = with_push(games.event)
    with texting() as gateway:
        settings.SMS = replace(settings.SMS, gateway="http", url=gateway.origin, private=True)
        notice = say(family)
        sent()
        for minutes, messages, tasks_ in ((4, 0, 0), (5, 1, 0), (14, 1, 0), (15, 1, 1), (30, 1, 1)):
            time_machine.move_to(NOON + minutes * MINUTE, tick=False)
            queue.run()
            assert (len(gateway.asked), CallTask.objects.filter(notice=notice).count()) == (messages, tasks_)
    assert climbing.left(now=timezone.now()) == []


def test_what_nobody_owes_any_more_is_found(games, time_machine):
    family = with_push(games.event)
    notice = say(family)
    sent()
    Job.objects.all().delete()
    time_machine.move_to(NOON + 5.5 * MINUTE, tick=False)
    tasks.climb_what_was_left(timezone.now())
    assert not Job.objects.exists()
    time_machine.move_to(NOON + 7 * MINUTE, tick=False)
    tasks.climb_what_was_left(timezone.now())
    queue.run()
    assert ("sms", "accepted") in got(family)
    assert climbing.left(now=NOON + 7 * MINUTE) == []
    assert climbing.left(now=NOON + 17 * MINUTE) == [notice]


def test_calls_are_shared_by_leads_and_a_deputy_where_there_is_none(games):
    families = [with_push(games.event, phone=f"+35840000000{n}") for n in range(4)]
    owner = person("olga", games.event, Rank.OWNER)
    for name in ("lea", "leo"):
        person(name, games.event)
    person("gone", games.event, is_active=False)
    camp = make_games("camp", people=0).event
    climb(say(*families), 15)
    assert sorted(CallTask.objects.values_list("owner__username", flat=True)) == ["lea", "lea", "leo", "leo"]
    StaffRole.objects.filter(rank=Rank.LEAD).delete()
    assert calls.owners_for(games.event, 1) == [owner.pk]
    assert calls.owners_for(camp, 1) == [None]


def make_call(event: Any) -> CallTask:
    notice = say(with_push(event))
    sent()
    climb(notice, 15)
    return CallTask.objects.get(notice=notice)


def note(task: CallTask, outcome: Outcome, tries: int = 0, at: datetime = NOON + 16 * MINUTE) -> bool:
    done = calls.note(task.pk, outcome, tries=tries, now=at)
    task.refresh_from_db()
    return done


def test_reached_ends_it_and_the_alert(games):
    task = make_call(games.event)
    assert note(task, Outcome.REACHED)
    assert (task.state, task.last, task.tries) == ("reached", "reached", 1)
    assert Alert.objects.get().cleared_at is not None
    assert not note(task, Outcome.NO_ANSWER, tries=1)


def test_no_answer_is_tried_again_and_a_second_tap_counts_nothing(games):
    task = make_call(games.event)
    assert [note(task, Outcome.NO_ANSWER) for _ in range(2)] == [True, False]
    assert (task.state, task.tries, task.due_at) == ("open", 1, NOON + 21 * MINUTE)
    assert note(task, Outcome.CALL_AGAIN, tries=1)
    assert (task.tries, task.due_at) == (2, NOON + 26 * MINUTE)
    assert Alert.objects.get().cleared_at is None


def test_wrong_number_is_forgotten(games):
    task = make_call(games.event)
    other = say(task.recipient)
    climb(other, 15)
    note(task, Outcome.WRONG_NUMBER)
    task.recipient.refresh_from_db()
    assert (task.state, task.recipient.phone) == ("wrong_number", "")
    assert calls.end(now=NOON + 17 * MINUTE) == 1  # what else they were to be called about


def test_whoever_reads_it_meanwhile_need_not_be_called(games):
    task = make_call(games.event)
    hear(task.recipient, State.ACKNOWLEDGED)
    task.refresh_from_db()
    assert (task.state, Alert.objects.get().cleared_at is not None) == ("read", True)


def test_nobody_calls_about_what_is_over(games):
    task = make_call(games.event)
    tasks.climb_what_was_left(NOON + HOUR)
    task.refresh_from_db()
    assert (task.state, Alert.objects.get().cleared_at is not None) == (Call.OVER, True)


def test_call_is_given_to_another_while_it_is_open(games):
    task, maria = make_call(games.event), person("maria", games.event)
    assert calls.assign(task.pk, owner=maria.pk, now=NOON)
    task.refresh_from_db()
    assert task.owner == maria
    note(task, Outcome.REACHED)
    assert not calls.assign(task.pk, owner=maria.pk, now=NOON)


@pytest.mark.parametrize("count", [1, 3])
def test_climbing_with_one_takes_as_many_queries_as_with_three(games, count, django_assert_num_queries):
    person("leo", games.event)
    notice = say(*[with_push(games.event, phone=f"+35840000000{n}") for n in range(count)])
    with django_assert_num_queries(26):
        climb(notice, 15)
    assert (CallTask.objects.count(), Delivery.objects.filter(channel="sms").count()) == (count, count)

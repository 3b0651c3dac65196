"""Pushes as a worker sends them: by themselves after a release, again after a death, late where that was asked for."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.models import Job
from eventsync.schedule.models import Activity
from notifications import deliveries, owing, tasks
from notifications.models import Delivery
from notifications.push import sending
from notifications.rules import State
from tests.cast import NOON
from tests.notifications.families import make_recipient
from tests.notifications.push_service import Browser
from tests.notifications.pushing import HOUR, became, due, join
from tests.schedule.plan.plans import make_day, release


def test_what_a_run_had_when_it_died_is_sent_by_the_next(service, family):
    browser = service.browser()
    join(family, browser)
    owed = due(family)
    [lost] = deliveries.claim(family.event_id, on="push", by=(dead := uuid4()), most=1, now=timezone.now())
    assert sending.send_due(family.event_id) == 0  # it may be at it still
    Delivery.objects.update(claimed_at=timezone.now() - deliveries.LEASE)
    tasks.owe_what_was_left(timezone.now())
    queue.run()
    assert became(owed).state == "accepted"
    assert not deliveries.settle(lost.pk, State.FAILED_PERM, by=dead, now=timezone.now())


def test_job_sends_and_owes_itself_for_what_waits(service, family):
    join(family, service.browser(503, 201))
    owed = due(family)
    owing.owe_delivering(family.event_id, timezone.now())
    queue.run()
    job = Job.objects.get(task=owing.DELIVER, state="available")
    assert job.due_at == became(owed).due_at


@pytest.mark.parametrize(("minutes", "owed"), [(4, 0), (6, 1)])
def test_what_nobody_owes_any_more_is_owed_again(family, minutes, owed):
    now = timezone.now()
    join(family, Browser("https://push.example/"))
    due(family)
    Delivery.objects.update(due_at=now - timedelta(minutes=minutes))
    for _ in range(2):
        tasks.owe_what_was_left(now)
    assert Job.objects.filter(task=owing.DELIVER, subject=family.event_id).count() == owed


def test_release_reaches_the_browser_by_itself(service, games, family, time_machine):
    day, browser = make_day(games), service.browser()
    time_machine.move_to(NOON - 2 * HOUR)
    release(day.event)
    queue.run()
    join(family, browser)
    Activity.objects.filter(pk=day.swim.pk).update(place=day.stage)
    release(day.event)
    queue.run()
    assert browser.pushes == []
    time_machine.shift(timedelta(minutes=2))
    queue.run()
    assert [(each["title"], each["body"]) for each in browser.shown] == [
        ("Swim: Another place", "Saturday 4 July, midday. Stage. Please go to the new place.")
    ]
    assert Delivery.objects.get(channel="push").state == "accepted"


def test_what_waits_for_its_time_keeps_nothing_back(service, games, time_machine):
    day, late, soon = make_day(games), service.browser(), service.browser()
    time_machine.move_to(NOON - 2 * HOUR)
    release(day.event)
    queue.run()
    for browser, timing in ((late, "at_set_times"), (soon, "at_once")):
        join(make_recipient(games.event, browsers=0, timing=timing), browser)
        Activity.objects.filter(pk=day.party.pk).update(place=day.deck if browser is late else day.stage)
        Activity.objects.filter(pk=day.swim.pk).update(place=day.stage if browser is late else day.deck)
        release(day.event)
        queue.run()
        time_machine.shift(timedelta(minutes=2))
        queue.run()
    assert (len(late.pushes), len(soon.pushes)) == (0, 1)

"""What is over is cleared away after its time, a little at a time; what waits for somebody stays."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eventsync.jobs import queue, recurring, retention
from eventsync.jobs.models import Alert, Attempt, DomainEvent, Handling, Job, Sending, Webhook, Worker

DAY = timedelta(days=1)


@pytest.fixture
def now(db, settings):
    settings.KEEP_DAYS = 30
    return timezone.now()


def job(state, at, **more):
    return Job.objects.create(task="test", subject=uuid4(), state=state, finished_at=at, **more)


def fact(at, **more):
    said = {"name": "test.done", "version": 1, "correlation": uuid4(), "body": "{}"}
    return DomainEvent.objects.create(id=uuid4(), occurred_at=at, **said, **more)


@pytest.mark.parametrize("state", ["done", "cancelled", "expired", "dead"])
def test_finished_jobs_go_after_their_days_with_their_attempts_and_dead_ones_stay(now, state):
    finished = state != "dead"
    old, young = job(state, now - 31 * DAY), job(state, now - 29 * DAY)
    for each in (old, young):
        Attempt.objects.create(job=each, number=1, worker="w", began_at=now, ended_at=now)
    assert retention.clear(now=now) == ({"jobs": 1} if finished else {})
    left = [young.pk] if finished else sorted([old.pk, young.pk])
    assert sorted(Job.objects.values_list("pk", flat=True)) == left
    assert sorted(Attempt.objects.values_list("job", flat=True)) == left


def test_days_are_a_setting(now, settings):
    settings.KEEP_DAYS = 3
    job("done", now - 4 * DAY)
    assert retention.clear(now=now) == {"jobs": 1}


def test_domain_events_go_unless_somebody_still_waits_for_them(now):
    old, owed, untaken, taken, young = (fact(now - age * DAY) for age in (31, 31, 31, 31, 29))
    Handling.objects.create(domain_event=old, subscriber="test")
    Job.objects.create(task="test", subject=owed.pk, state="dead", finished_at=now - 31 * DAY)
    hook = Webhook.objects.create(name="Hook", url="https://hook.example/")
    for told, at in ((untaken, None), (taken, now)):
        said = {"correlation": uuid4(), "body": "{}", "created_at": now, "taken_at": at}
        Sending.objects.create(id=uuid4(), webhook=hook, domain_event=told, **said)
    assert retention.clear(now=now) == {"domain events": 2}
    assert set(DomainEvent.objects.all()) == {owed, untaken, young}
    assert (Handling.objects.count(), Sending.objects.count()) == (0, 1)


def test_tests_of_webhooks_go_once_they_are_taken_or_discarded(now):
    hook, old = Webhook.objects.create(name="Hook", url="https://hook.example/"), now - 31 * DAY
    told = [{"taken_at": now}, {"discarded_at": now}, {}, {"taken_at": now, "created_at": now - 29 * DAY}]
    rows = [
        Sending.objects.create(id=uuid4(), webhook=hook, correlation=uuid4(), body="{}", **{"created_at": old} | each)
        for each in told
    ]
    assert retention.clear(now=now) == {"tests of webhooks": 2}
    assert set(Sending.objects.all()) == set(rows[2:])


def test_open_alerts_stay_and_cleared_ones_go_after_a_year(now):
    said = {"kind": "test", "message": "Test.", "first_at": now - 500 * DAY, "last_at": now - 500 * DAY}
    for number, cleared in enumerate((None, now - 366 * DAY, now - 364 * DAY)):
        Alert.objects.create(subject=str(number), cleared_at=cleared, **said)
    assert retention.clear(now=now) == {"alerts": 1}
    assert sorted(Alert.objects.values_list("subject", flat=True)) == ["0", "2"]


def test_silent_workers_and_ended_sessions_go(now):
    for name, days in (("old", 8), ("young", 6)):
        Worker.objects.create(name=name, started_at=now - 9 * DAY, heard_at=now - days * DAY)
        Session.objects.create(session_key=name, session_data="", expire_date=now + (7 - days) * DAY)
    assert retention.clear(now=now) == {"workers": 1, "sessions": 1}
    assert [Worker.objects.get().name, Session.objects.get().session_key] == ["young", "young"]


def test_little_is_cleared_at_a_time_and_twice_does_no_harm(now, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(3):
        job("done", now - 31 * DAY)
    assert [retention.clear(now=now) for _ in range(3)] == [{"jobs": 2}, {"jobs": 1}, {}]


def test_clearing_costs_the_same_for_one_and_for_three(now):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            job("done", now - 31 * DAY)
        with CaptureQueriesContext(connection) as asked:
            retention.clear(now=now)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_job_goes_on_until_nothing_is_over_and_no_longer_than_its_share(now, monkeypatch):
    for _ in range(5):
        job("done", now - 31 * DAY)
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    monkeypatch.setattr(retention, "ROUNDS", 3)
    retention.clear_away(now)
    assert Job.objects.count() == 2
    retention.clear_away(now)
    assert Job.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_database_is_tended_by_a_job(transactional_db, broker, monkeypatch):
    """PostgreSQL does it outside of a transaction alone."""
    monkeypatch.setattr(recurring, "_all", [each for each in recurring._all if each.task == "jobs.tend_the_database"])
    recurring.owe_due(timezone.now())
    with CaptureQueriesContext(connection) as asked:
        queue.run()
    assert Job.objects.values_list("state", "error").get() == ("done", "")
    tended = [each["sql"] for each in asked if each["sql"].startswith(("VACUUM", "PRAGMA optimize"))]
    assert len(tended) == 1

"""Alerts that come and go with what is measured, on a clock of our own."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from eventsync.control import alarms, measures, sampling
from eventsync.control.models import Sample, Standing
from eventsync.jobs.alerts import clear
from eventsync.jobs.models import Alert, Attempt, Job, Worker
from tests.cast import NOON

SECONDS = timedelta(seconds=1)


def run(start: datetime, seconds: int) -> datetime:
    """The chore as a worker does it, for so long; answers with the time then."""
    for passed in range(0, seconds + 1, 15):
        alarms.watch(now=start + passed * SECONDS)
    return start + seconds * SECONDS


def owe(count: int, task: str = "send") -> None:
    rows = [Job(task=task, subject=uuid4(), created_at=NOON, due_at=NOON) for _ in range(count)]
    Job.objects.bulk_create(rows)


def states() -> list[tuple[str, str, bool]]:
    return [(row.kind, row.subject, row.cleared_at is None) for row in Alert.objects.order_by("pk")]


@pytest.fixture(autouse=True)
def roomy_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "_used", lambda folder: 0.5)


def test_backlog_is_raised_after_five_minutes_and_cleared_after_two(db: None) -> None:
    owe(101)
    now = run(NOON, 285)
    assert states() == []
    now = run(now, 30)
    assert states() == [("backlog", "", True)]
    assert Alert.objects.get().message.startswith("101 jobs wait")
    Job.objects.filter(pk__in=Job.objects.values("pk")[:42]).update(state="done", finished_at=now)
    now = run(now, 105)
    assert states() == [("backlog", "", True)]
    run(now, 30)
    assert states() == [("backlog", "", False)]
    assert Alert.objects.get().cleared_by == ""


def test_an_alert_that_lasts_is_one_row_that_says_how_it_is_now(db: None) -> None:
    owe(200)
    now = run(NOON, 300)
    owe(100)
    now = run(now, 60)
    row = Alert.objects.get()
    assert (row.message.split()[0], row.last_at, row.count) == ("300", now, 1)


def test_who_said_that_it_is_dealt_with_is_told_again_only_after_it_was_well(db: None) -> None:
    owe(200)
    now = run(NOON, 300)
    clear(alert_id=Alert.objects.get().pk, by="alice", now=now)
    now = run(now, 600)
    assert states() == [("backlog", "", False)]
    Job.objects.all().delete()
    now = run(now, 120)
    owe(200)
    run(now, 300)
    assert states() == [("backlog", "", False), ("backlog", "", True)]


def test_error_rate_is_of_the_task_that_fails(db: None) -> None:
    for task, errors in (("send", 10), ("tidy", 0)):
        job = Job.objects.create(task=task, subject=uuid4(), state="done", created_at=NOON, finished_at=NOON)
        for number in range(20):
            error = "no" if number < errors else ""
            Attempt.objects.create(job=job, number=number, worker="w:1", began_at=NOON, ended_at=NOON, error=error)
    now = run(NOON, 120)
    assert states() == [("error_rate", "send", True)]
    run(now + timedelta(minutes=15), 300)
    assert states() == [("error_rate", "send", False)]


def test_machine_whose_workers_are_silent_is_told_by_another_and_ends_when_one_is_heard(db: None) -> None:
    Worker.objects.create(name="far:1", started_at=NOON, heard_at=NOON - 61 * SECONDS)
    now = run(NOON, 0)
    assert states() == [("worker_silent", "far", True)]
    for beat in range(4):
        Worker.objects.update(heard_at=now + beat * 15 * SECONDS)
        alarms.watch(now=now + beat * 15 * SECONDS)
    assert states() == [("worker_silent", "far", False)]


def test_only_what_is_not_well_is_remembered(db: None) -> None:
    """Machines in a cloud have another name each day."""
    for number in range(3):
        Worker.objects.create(name=f"pod-{number}:1", started_at=NOON, heard_at=NOON)
    run(NOON, 15)
    assert Standing.objects.count() == 0
    now = run(NOON + 61 * SECONDS, 15)
    assert Standing.objects.count() == 3
    run(now + timedelta(days=1), 60)
    assert (Standing.objects.count(), {still for *_, still in states()}) == (0, {False})


def test_disk_is_told_when_it_is_nearly_full_and_of_this_machine_only(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "_folders", lambda: {"var": None})
    monkeypatch.setattr(measures, "_used", lambda folder: 0.93)
    now = run(NOON, 60)
    assert [row.message.split(" is ")[1] for row in Alert.objects.all()] == ["93% full."]
    monkeypatch.setattr("platform.node", lambda: "other")
    monkeypatch.setattr(measures, "_used", lambda folder: 0.1)
    now = run(now, 120)
    assert [still for _, _, still in states()] == [True]


def test_depth_that_grows_as_never_before_is_told_before_it_is_a_backlog(db: None) -> None:
    for minute, count in enumerate([0] * 10 + [12] * 5):
        owe(count)
        sampling.sample(now=NOON + timedelta(minutes=minute))
    now = run(NOON + timedelta(minutes=15), 0)
    assert states() == [("depth_grows", "", True)]
    for minute in range(5):
        sampling.sample(now=now + timedelta(minutes=minute + 1))
    run(now + timedelta(minutes=6), 120)
    assert states() == [("depth_grows", "", False)]


def test_samples_are_one_a_minute_and_go_after_a_day(db: None) -> None:
    for seconds in (0, 20, 40, 60):
        sampling.sample(now=NOON + seconds * SECONDS)
    assert Sample.objects.filter(measure="jobs_waiting").count() == 2
    sampling.sample(now=NOON + timedelta(days=1, minutes=1))
    assert [row.at for row in Sample.objects.filter(measure="jobs_waiting")] == [
        NOON + timedelta(minutes=1),
        NOON + timedelta(days=1, minutes=1),
    ]

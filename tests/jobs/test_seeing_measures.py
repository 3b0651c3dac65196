"""What is measured of jobs and workers."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eventsync.jobs.models import Attempt, Job, Worker
from eventsync.jobs.seeing.registry import measures

NOW = timezone.now().replace(microsecond=0)
SECOND = timedelta(seconds=1)


def make(task: str = "send", partition: str = "hall", *, ago: int = 60, **columns: object) -> Job:
    at = NOW - ago * SECOND
    new = {"task": task, "partition": partition, "subject": uuid4(), "created_at": at, "due_at": at} | columns
    return Job.objects.create(**new)


def tried(job: Job, *errors: str) -> None:
    for number, error in enumerate(errors, start=1):
        Attempt.objects.create(job=job, number=number, worker="w:1", began_at=NOW, ended_at=NOW, error=error)


def read(name: str) -> object:
    return measures[name].read(NOW)


def test_depth_age_and_what_is_in_hand_by_task_and_partition(db: None) -> None:
    make(ago=90)
    make(ago=30)
    make(partition="pool", ago=10, state="retry_wait")
    make(due_at=NOW + 60 * SECOND)
    make(state="running")
    make(state="dead", finished_at=NOW)
    make(state="done", finished_at=NOW)
    assert read("jobs_depth") == {("send", "hall"): 3, ("send", "pool"): 1}
    assert read("jobs_oldest_seconds") == {("send", "hall"): 90, ("send", "pool"): 10}
    assert [read(name) for name in ("jobs_waiting", "jobs_running", "jobs_dead")] == [{(): 3}, {(): 1}, {(): 1}]


def test_latency_is_that_of_the_last_quarter_of_an_hour(db: None) -> None:
    make(ago=30, state="done", finished_at=NOW)
    make(ago=10, state="done", finished_at=NOW)
    make(ago=9000, state="done", finished_at=NOW - 1000 * SECOND)
    make(ago=9000, state="dead", finished_at=NOW)
    assert read("jobs_latency_seconds") == {("send", "hall"): 20}


def test_error_rate_counts_tries_and_a_limit_wants_ten_of_them(db: None) -> None:
    tried(make(), *["no"] * 3, *[""] * 9)
    tried(make("tidy", ""), "no")
    assert read("jobs_error_rate") == {("send", "hall"): 0.25, ("tidy", ""): 1}
    assert read("jobs_task_error_rate") == {("send",): 0.25}


def test_a_machine_is_silent_when_none_of_its_workers_is_heard(db: None) -> None:
    for name, ago in [("a:1", 500), ("a:2", 5), ("b:1", 70), ("c:1", 90_000)]:
        Worker.objects.create(name=name, started_at=NOW, heard_at=NOW - ago * SECOND)
    assert (read("worker_silence_seconds"), read("workers")) == ({("a",): 5, ("b",): 70}, {(): 1})


@pytest.mark.parametrize("name", [name for name in measures if name.startswith(("jobs_", "worker"))])
def test_each_takes_one_query(db: None, name: str) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        read(name)
    assert len(asked) == 1

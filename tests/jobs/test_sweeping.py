"""What workers left behind is found, and what is too late is let go."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from eventsync.jobs import picking, processes, queue, sweeping
from eventsync.jobs.models import Alert, Job
from eventsync.jobs.rules import Policy
from tests.jobs.conftest import Register
from tests.jobs.test_queue import SUBJECT, state


def test_job_that_is_not_done_in_time_expires(tasks: Register, later: Callable[[timedelta], None]) -> None:
    done = tasks("brief", Policy(expires_after=timedelta(minutes=5)))
    job = queue.enqueue("brief", SUBJECT)
    later(timedelta(minutes=6))
    assert not queue.run_one()
    sweeping.sweep(now=timezone.now())
    assert (done, state(job)) == ([], ("expired", 0, ""))


def test_job_that_is_replayed_is_wanted_however_late(tasks: Register, later: Callable[[timedelta], None]) -> None:
    done = tasks("brief", Policy(expires_after=timedelta(minutes=5)), queue.Permanent("Not today."))
    job = queue.enqueue("brief", SUBJECT)
    queue.run()
    later(timedelta(minutes=6))
    assert queue.replay(job.id, now=timezone.now())
    sweeping.sweep(now=timezone.now())
    queue.run()
    assert (len(done), state(job)) == (2, ("dead", 2, "Not today."))


def claimed_by(worker: str) -> Job:
    job = queue.enqueue("note", SUBJECT)
    now = timezone.now()
    found = picking.claim(now=now, lease=now + queue.LEASE, worker=worker, ordered=[])
    assert found == job
    return job


def test_job_of_a_worker_that_died_on_this_machine_is_given_back_at_once(tasks: Register) -> None:
    tasks("note")
    with subprocess.Popen(["sleep", "60"]) as gone:
        job = claimed_by(processes.name_of(gone.pid))
        gone.kill()
    sweeping.sweep(now=timezone.now())
    assert state(job) == ("available", 1, "Its worker died.")


def test_job_of_a_worker_that_lives_is_left_to_it_until_its_lease_runs_out(tasks: Register) -> None:
    tasks("note")
    with subprocess.Popen(["sleep", "60"]) as alive:
        job = claimed_by(processes.name_of(alive.pid))
        sweeping.sweep(now=timezone.now())
        assert state(job)[0] == "running"
        sweeping.sweep(now=timezone.now() + queue.LEASE + timedelta(seconds=1))
        assert state(job)[0] == "available"
        alive.kill()


def test_worker_that_lives_keeps_its_job_but_not_for_ever(tasks: Register) -> None:
    tasks("note")
    job, now = claimed_by("far:1@elsewhere.1"), timezone.now()
    beat = queue.LEASE / 2
    while now < job.created_at + sweeping.LONGEST:
        sweeping.renew(["far:1@elsewhere.1", "far:2@elsewhere.2"], now=now)
        now += beat
        sweeping.sweep(now=now)
        assert state(job) == ("running", 1, "")
    sweeping.renew(["far:1@elsewhere.1"], now=now)
    sweeping.sweep(now=now + queue.LEASE)
    assert state(job) == ("available", 1, "Its worker died.")


def test_lease_of_another_worker_is_not_renewed(tasks: Register) -> None:
    tasks("note")
    job, now = claimed_by("far:1@elsewhere.1"), timezone.now()
    sweeping.renew(["near:1@here.1"], now=now + queue.LEASE / 2)
    sweeping.sweep(now=now + queue.LEASE + timedelta(seconds=1))
    assert state(job) == ("available", 1, "Its worker died.")


def test_job_that_kills_its_worker_stops_after_its_attempts(tasks: Register) -> None:
    tasks("note")
    job = queue.enqueue("note", SUBJECT)
    for _ in range(Policy().attempts):
        now = timezone.now()
        assert picking.claim(now=now, lease=now, worker="elsewhere:1", ordered=[]) == job
        sweeping.sweep(now=now + timedelta(seconds=1))
    assert state(job) == ("dead", 4, "Its worker died each time.")
    assert Alert.objects.get().kind == "dead_letter"


def test_job_that_cannot_be_given_back_keeps_no_other(tasks: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks("note")
    jobs, now = [claimed_by("elsewhere:1"), queue.enqueue("note", SUBJECT, partition="another")], timezone.now()
    assert picking.claim(now=now, lease=now + queue.LEASE, worker="elsewhere:2", ordered=[]) == jobs[1]
    broken, later = Job.objects.filter(state="running").first(), timezone.now() + queue.LEASE + timedelta(seconds=1)
    real = queue.leave

    def leave(job: Job, *said: Any, **more: Any) -> int:
        if job == broken:
            raise RuntimeError("whoever hears of its end")
        return real(job, *said, **more)

    monkeypatch.setattr(queue, "leave", leave)
    sweeping.sweep(now=later)
    assert sorted(state(job)[0] for job in jobs) == ["available", "running"]
    monkeypatch.undo()
    sweeping.sweep(now=later)
    assert {state(job)[0] for job in jobs} == {"available"}


def test_worker_that_comes_back_too_late_ends_nothing(tasks: Register) -> None:
    """Its lease ran out and another has the job: what it says of its own attempt changes nothing."""
    tasks("note")
    job = queue.enqueue("note", SUBJECT)
    now = timezone.now()
    late = picking.claim(now=now, lease=now, worker="elsewhere:1", ordered=[])
    assert late is not None
    sweeping.sweep(now=now + timedelta(seconds=1))
    assert picking.claim(now=now, lease=now + queue.LEASE, worker="elsewhere:2", ordered=[]) is not None
    queue._end(late, Job.State.DONE)
    assert state(job)[:2] == ("running", 2)

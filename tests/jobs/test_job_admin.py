"""Jobs at the desk: what became of each try, tried again or cancelled by who may."""

import uuid

from django.contrib.admin.models import LogEntry
from django.utils import timezone

from eventsync.jobs.models import FINISHED, Attempt, Job
from tests.desk import alice, bob

LIST = "/admin/jobs/job/"


def make_job(state):
    said = {"state": state, "attempts": 1, "error": "It rained."}
    finished_at = timezone.now() if state in FINISHED else None
    job = Job.objects.create(task="test.note", subject=uuid.uuid4(), finished_at=finished_at, **said)
    Attempt.objects.create(job=job, number=1, worker="host:7", began_at=timezone.now(), error="It rained.")
    return job


def act(client, action, *jobs):
    said = {"action": action, "_selected_action": [job.pk for job in jobs]}
    return client.post(LIST, said, follow=True).content.decode()


def test_dead_jobs_are_tried_again_and_done_ones_are_not(db):
    dead, done = make_job("dead"), make_job("done")
    assert "1 job is to be tried again." in act(alice(), "try_again", dead, done)
    assert list(Job.objects.order_by("state").values_list("state", "forgiven")) == [("available", 1), ("done", 0)]
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Replayed."]


def test_jobs_that_wait_or_have_failed_are_cancelled(db):
    jobs = [make_job(state) for state in ("available", "retry_wait", "dead", "running", "done")]
    assert "3 jobs are cancelled." in act(alice(), "cancel_selected", *jobs)
    cancelled = Job.objects.filter(state="cancelled")
    assert set(cancelled.values_list("error", flat=True)) == {"Cancelled by alice."}


def test_page_of_a_job_tells_each_try(db):
    page = alice().get(f"{LIST}{make_job('dead').pk}/change/").content.decode()
    assert "host:7" in page
    assert page.count("It rained.") == 2


def test_bob_who_may_only_look_steers_nothing(db):
    job = make_job("dead")
    act(bob("jobs.view_job"), "try_again", job)
    assert Job.objects.get().state == "dead"

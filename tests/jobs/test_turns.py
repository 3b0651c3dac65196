"""Who owes or claims at the same moment as others: order within a partition, and a hand that is free for the rest."""

import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from eventsync.jobs import picking, queue
from eventsync.jobs.models import Job, Worker
from eventsync.jobs.rules import Policy, Priority
from tests.jobs.conftest import Broker, Register
from tests.together import together

HOUR = timedelta(hours=1)
STEP, NOTE, SAFETY = "test.step", "test.note", "test.safety"
HANDS = settings.Q_CLUSTER["workers"]


@pytest.fixture
def committing(transactional_db: None, tasks: Register) -> None:
    register(tasks)
    heard_from("here:1")


def register(tasks: Register) -> None:
    tasks(STEP, Policy(ordered=True))
    tasks(NOTE)
    tasks(SAFETY, Policy(priority=Priority.CORE))


def heard_from(*workers: str) -> None:
    now = timezone.now()
    for name in workers:
        Worker.objects.create(name=name, started_at=now, heard_at=now)


def owe(task: str, partition: str = "venue") -> Job:
    return queue.enqueue(task, uuid.uuid4(), partition=partition)


def claim() -> Job | None:
    now = timezone.now()
    return picking.claim(now=now, lease=now + queue.LEASE, worker="here:2", ordered=[STEP])


def order() -> list[Job]:
    return list(Job.objects.order_by("created_at"))


def test_ordered_job_comes_behind_the_others_whatever_the_clock_says(
    tasks: Register, later: Callable[[timedelta], None]
) -> None:
    """Of another host, or one that was set back; and two may be owed within one tick of it."""
    register(tasks)
    first = owe(STEP)
    later(-HOUR)
    second, third, elsewhere = owe(STEP), owe(STEP), owe(STEP, "another")
    assert order() == [elsewhere, first, second, third]


def test_replayed_job_is_first_again_but_not_beside_the_one_that_runs(tasks: Register) -> None:
    register(tasks)
    first, second, third = (owe(STEP) for _ in range(3))
    assert claim() == first
    first.attempts = 1
    queue._end(first, Job.State.DEAD, "No.")
    assert claim() == second
    assert queue.replay(first.id, now=timezone.now())
    assert claim() is None
    second.attempts = 1
    queue._end(second, Job.State.DONE)
    assert (claim(), claim(), third) == (first, None, third)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer: nobody owes anything meanwhile")
def test_who_owes_meanwhile_waits_for_the_commit_and_comes_behind(
    committing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a worker could do the later one, of a host whose clock is behind, before the earlier one can be seen."""
    real, slow = timezone.now, threading.local()
    monkeypatch.setattr(timezone, "now", lambda: real() - getattr(slow, "behind", timedelta()))
    owed, elsewhere = threading.Event(), threading.Event()

    def earlier() -> tuple[Job, datetime]:
        with transaction.atomic():
            job = owe(STEP)
            owed.set()
            assert elsewhere.wait(20)
            until(waiting)
            return job, real()

    def behind() -> tuple[Job, datetime]:
        assert owed.wait(20)
        slow.behind = HOUR
        owe(STEP, "another")
        elsewhere.set()
        return owe(STEP), real()

    (first, committed), (second, done) = together([earlier, behind])
    assert done > committed
    assert [each for each in order() if each.partition == "venue"] == [first, second]


def waiting() -> bool:
    """Whether anybody waits for a turn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_one_hand_stays_free_for_others_however_long_the_jobs_of_a_venue_take(tasks: Register) -> None:
    register(tasks)
    heard_from("here:1")
    busy = [owe(NOTE) for _ in range(HANDS)]
    assert [claim() in busy for _ in range(HANDS)] == [True] * (HANDS - 1) + [False]
    quiet = owe(NOTE, "another")
    assert (claim(), claim()) == (quiet, None)


def test_second_hand_is_taken_only_when_it_leaves_one_for_each_that_waits_with_none(
    tasks: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever comes first: or chance would give one venue two hands, and another, which then has none, the last."""
    register(tasks)
    heard_from("here:1")
    monkeypatch.setattr("random.shuffle", list.sort)
    busy = [owe(NOTE, partition) for partition in ("first", "first", "second")]
    assert (claim(), claim(), claim()) == (busy[0], busy[2], None)


@pytest.mark.parametrize("busy", range(1, HANDS))
def test_one_hand_is_free_while_fewer_venues_than_hands_have_long_jobs(tasks: Register, busy: int) -> None:
    """At the latest when as many jobs as there are hands came to their end; and it stays so."""
    register(tasks)
    heard_from("here:1")
    for number in range(5 * HANDS * busy):
        owe(NOTE, f"venue {number % busy}")
    at_work = Job.objects.filter(state=Job.State.RUNNING).order_by("tries__pk")
    used = []
    for _ in range(3 * HANDS):
        while claim():
            pass
        used.append(at_work.count())
        at_work[0].delete()
    while claim():
        pass
    assert used[HANDS:] == [HANDS - 1] * (2 * HANDS)
    quiet = owe(NOTE, "quiet")
    assert claim() == quiet


def test_what_is_core_does_not_wait_for_a_hand_behind_what_is_not(tasks: Register) -> None:
    register(tasks)
    heard_from("here:1")
    for _ in range(HANDS):
        owe(NOTE)
        claim()
    core = owe(SAFETY)
    assert claim() == core


def test_more_workers_have_more_hands_for_a_venue_and_silent_ones_have_none(tasks: Register) -> None:
    register(tasks)
    heard_from("here:1", "there:1")
    Worker.objects.create(name="gone:1", started_at=timezone.now(), heard_at=timezone.now() - HOUR)
    for _ in range(4 * HANDS):
        owe(NOTE)
    assert sum(claim() is not None for _ in range(4 * HANDS)) == 2 * HANDS - 1


def test_hands_that_claim_at_once_leave_one_free(committing: None) -> None:
    for _ in range(3 * HANDS):
        owe(NOTE)
    for _ in range(5):
        assert sum(job is not None for job in together([claim] * HANDS)) == HANDS - 1
        Job.objects.filter(state=Job.State.RUNNING).update(state=Job.State.AVAILABLE, lease=None)


def test_ordered_jobs_are_done_one_by_one_while_others_are_owed(
    committing: None, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[uuid.UUID] = []
    busy = threading.Lock()

    def step(subject: uuid.UUID) -> None:
        assert busy.acquire(blocking=False)
        done.append(subject)
        time.sleep(0.01)
        busy.release()

    def work() -> None:
        while len(done) < 20:
            queue.run()

    def owe_ten() -> None:
        for _ in range(10):
            owe(STEP)

    monkeypatch.setitem(queue._tasks, STEP, queue.Registered(step, Policy(ordered=True)))
    together([work, work, work, owe_ten, owe_ten])
    assert done == [job.subject for job in order()]
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}

"""Jobs: what is owed gets done, once, or is seen to have failed."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django_q.exceptions import TimeoutException

from eventsync.jobs import picking, queue, shift
from eventsync.jobs.models import Alert, Attempt, Job
from eventsync.jobs.rules import RETRIES, Policy
from tests.jobs.conftest import Broker, Register
from tests.together import together

SUBJECT = uuid.UUID("0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11")
OTHER = uuid.UUID("0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f12")
Committing = Callable[..., object]


def state(job: Job) -> tuple[str, int, str]:
    job.refresh_from_db()
    return job.state, job.attempts, job.error


def test_enqueue_wakes_after_commit_and_not_before(
    tasks: Register, broker: Broker, django_capture_on_commit_callbacks: Committing
) -> None:
    tasks("note")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        queue.enqueue("note", SUBJECT)
        assert broker.told == []
    assert broker.told == ["work"]


def test_enqueue_rolled_back_owes_nothing(tasks: Register, broker: Broker) -> None:
    tasks("note")
    with transaction.atomic():
        queue.enqueue("note", SUBJECT)
        transaction.set_rollback(True)
    assert (Job.objects.count(), broker.told) == (0, [])


def test_enqueue_unknown_task_is_a_mistake(db: None) -> None:
    with pytest.raises(LookupError):
        queue.enqueue("nothing", SUBJECT)


def test_run_does_what_is_owed_once_and_then_nothing(tasks: Register) -> None:
    done = tasks("note")
    job = queue.enqueue("note", SUBJECT)
    assert [queue.run_one(), queue.run_one()] == [True, False]
    assert (done, state(job), job.correlation) == ([SUBJECT], ("done", 1, ""), job.id)
    [attempt] = Attempt.objects.all()
    assert (attempt.number, attempt.error, attempt.ended_at is not None) == (1, "", True)


def test_run_goes_on_until_nothing_is_left(tasks: Register) -> None:
    done = tasks("note")
    for _ in range(5):
        queue.enqueue("note", SUBJECT)
    queue.run()
    assert len(done) == 5


def test_job_that_fails_is_tried_again_after_longer_and_longer_and_then_dead_with_an_alert(
    tasks: Register, later: Callable[[timedelta], None]
) -> None:
    done = tasks("fail", error=ValueError("no such file"))
    job = queue.enqueue("fail", SUBJECT)
    for number, delay in enumerate(RETRIES, 1):
        queue.run()
        assert state(job) == ("retry_wait", number, "ValueError: no such file")
        later(delay * 0.79)
        assert not queue.run_one()
        later(delay * 0.42)
    queue.run()
    assert (len(done), state(job)) == (4, ("dead", 4, "ValueError: no such file"))
    assert list(Attempt.objects.values_list("number", "error")) == [
        (n, "ValueError: no such file") for n in range(1, 5)
    ]
    assert Alert.objects.get().message == "A job has failed for good: fail. ValueError: no such file"


def test_what_failed_together_comes_back_within_a_fifth_of_its_delay_to_either_side() -> None:
    policy = Policy(retries=RETRIES)
    for number, delay in enumerate(RETRIES, 1):
        found = [policy.delay(number, dice) for dice in (0, 0.25, 0.5, 1)]
        assert found == [delay * share for share in (0.8, 0.9, 1, 1.2)]
    assert policy.delay(len(RETRIES) + 1, 0.5) is None


def test_job_whose_failure_will_not_pass_is_dead_at_once(tasks: Register) -> None:
    tasks("refuse", error=queue.Permanent("The number does not exist."))
    job = queue.enqueue("refuse", SUBJECT)
    queue.run()
    assert state(job) == ("dead", 1, "The number does not exist.")


@pytest.mark.parametrize(
    ("said", "kept"),
    [("no \0 here", "no \\0 here"), ("no file caf\udce9", "no file caf\\udce9")],
    ids=["NUL", "half a character"],
)
def test_error_that_no_database_takes_as_it_is_is_kept_all_the_same(tasks: Register, said: str, kept: str) -> None:
    """Such as the name of a file in another encoding. The job would else be in hand until its lease runs out."""
    tasks("fail", Policy(retries=()), ValueError(said))
    tasks("refuse", error=queue.Permanent(said))
    failed, refused = (queue.enqueue(name, SUBJECT) for name in ("fail", "refuse"))
    queue.run()
    assert (state(failed), state(refused)) == (("dead", 1, f"ValueError: {kept}"), ("dead", 1, kept))
    assert Alert.objects.filter(message__endswith=kept).count() == 2


def test_job_that_takes_too_long_has_tried_and_its_process_ends(
    tasks: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """django-q2's alarm raises it wherever the task is; whoever connects next gets a new connection."""
    closed: list[bool] = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))

    def hang(subject: UUID) -> None:
        raise TimeoutException

    monkeypatch.setitem(queue._tasks, "hang", queue.Registered(hang, Policy()))
    job = queue.enqueue("hang", SUBJECT)
    with pytest.raises(TimeoutException):
        queue.run()
    assert (state(job), closed) == (("retry_wait", 1, "It took longer than 540 seconds."), [True])


def test_process_that_cannot_write_what_became_of_a_job_ends_so_that_it_is_given_back(
    tasks: Register, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Its job would otherwise wait until the lease runs out, for the process lives. Inline who asked fails."""

    def away(*_: object, **__: object) -> None:
        raise OperationalError

    tasks("note")
    monkeypatch.setattr(queue, "_end", away)
    queue.enqueue("note", SUBJECT)
    with pytest.raises(SystemExit):
        queue.run_one()
    settings.BROKER = "inline"
    queue.enqueue("note", SUBJECT, partition="another")
    with pytest.raises(OperationalError):
        queue.run_one()


def test_process_that_does_not_hear_that_it_has_claimed_a_job_ends_so_that_it_is_given_back(
    tasks: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the database dies after the commit: nobody would do the job, and its lease be renewed all the time."""
    claim = picking.claim

    def unheard(**said: Any) -> None:
        assert claim(**said)
        raise InterfaceError

    done = tasks("note")
    monkeypatch.setattr(picking, "claim", unheard)
    job = queue.enqueue("note", SUBJECT)
    with pytest.raises(InterfaceError):  # the connection is there, so the database has said no
        queue.run_one()
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    Job.objects.update(state="available")
    with pytest.raises(SystemExit):
        queue.run_one()
    assert (state(job)[0], done) == ("running", [])


def test_worker_that_is_to_stop_begins_nothing(tasks: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    done = tasks("note")
    queue.enqueue("note", SUBJECT)
    monkeypatch.setattr(shift, "leaving", lambda: True)
    queue.run()
    assert done == []


def test_inline_whoever_owes_a_job_does_it_after_the_commit(
    tasks: Register, settings: Any, django_capture_on_commit_callbacks: Committing
) -> None:
    settings.BROKER = "inline"
    done = tasks("note")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        queue.enqueue("note", SUBJECT)
        assert done == []
    assert done == [SUBJECT]


def test_job_of_a_task_that_is_gone_is_dead_and_says_so(tasks: Register) -> None:
    job = Job.objects.create(task="gone", subject=SUBJECT)
    queue.run()
    assert state(job) == ("dead", 1, "Nothing here does gone any more.")


def test_job_is_not_done_before_it_is_due(tasks: Register, later: Callable[[timedelta], None]) -> None:
    done = tasks("note")
    queue.enqueue("note", SUBJECT, due_at=timezone.now() + timedelta(hours=1))
    assert not queue.run_one()
    later(timedelta(hours=2))
    queue.run()
    assert done == [SUBJECT]


def test_same_is_not_owed_twice_while_it_waits(tasks: Register) -> None:
    done = tasks("note")
    first, second = (queue.enqueue("note", SUBJECT, dedupe="the same") for _ in range(2))
    assert first == second
    queue.run()
    assert queue.enqueue("note", SUBJECT, dedupe="the same") != first
    queue.run()
    assert len(done) == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer: nobody begins anything meanwhile")
@pytest.mark.django_db(transaction=True)
def test_same_that_waits_begins_only_after_who_owes_it_again_has_committed(
    transactional_db: None, tasks: Register
) -> None:
    """Begun before, it would not see what they changed; and nothing more is owed."""
    done = tasks("note")
    first = queue.enqueue("note", SUBJECT, dedupe="the same")

    def begin() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        return queue.run_one()

    with transaction.atomic():
        assert queue.enqueue("note", SUBJECT, dedupe="the same") == first
        with pytest.raises(OperationalError, match="lock timeout"):
            together([begin])
    assert (together([begin]), done) == ([True], [SUBJECT])


def test_retry_that_is_owed_again_meanwhile_is_left_to_the_newer_job(
    tasks: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_again(subject: UUID) -> None:
        queue.enqueue("again", subject, dedupe="the same")
        raise ValueError("late")

    monkeypatch.setitem(queue._tasks, "again", queue.Registered(ask_again, Policy()))
    first = queue.enqueue("again", SUBJECT, dedupe="the same")
    assert queue.run_one()
    assert state(first) == ("cancelled", 1, "ValueError: late The same is owed by a newer job.")
    assert Job.objects.get(state="available").dedupe == "the same"


def test_dead_job_that_is_replayed_has_all_its_attempts_again(
    tasks: Register, later: Callable[[timedelta], None]
) -> None:
    tasks("fail", Policy(retries=(timedelta(seconds=5),)), ValueError("no"))
    job = queue.enqueue("fail", SUBJECT)
    for _ in range(2):
        queue.run()
        later(timedelta(minutes=1))
    assert state(job)[:2] == ("dead", 2)
    assert [queue.replay(job.id, now=timezone.now()) for _ in range(2)] == [True, False]
    queue.run()
    assert state(job)[:2] == ("retry_wait", 3)
    assert (queue.cancel(job.id, why="Of no use.", now=timezone.now()), state(job)[::2]) == (
        True,
        ("cancelled", "Of no use."),
    )
    later(timedelta(minutes=1))
    assert not queue.run_one()


def test_a_broker_that_is_down_fails_nothing(
    tasks: Register,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Committing,
) -> None:
    def down() -> None:
        raise ConnectionError

    tasks("note")
    monkeypatch.setattr(broker, "tell", down)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        queue.enqueue("note", SUBJECT)
    assert Job.objects.get().state == "available"


@pytest.mark.parametrize(("state", "finished"), [("done", False), ("available", True), ("unheard_of", False)])
def test_a_job_is_finished_by_its_state_and_nothing_else(tasks: Register, state: str, finished: bool) -> None:
    """What waits is found by `finished_at`, in an index that has nothing of what is finished."""
    tasks("note")
    queue.enqueue("note", SUBJECT)
    with pytest.raises(IntegrityError, match="job_finished_by_its_state"), transaction.atomic():
        Job.objects.update(state=state, finished_at=timezone.now() if finished else None)

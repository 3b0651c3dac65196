"""A long queue: droppable work is put together, then refused; what is core is always taken; and people see it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eventsync.control import alarms
from eventsync.jobs import events, pressure, publishing, queue
from eventsync.jobs.events import Fact, domain_event
from eventsync.jobs.models import Alert, DomainEvent, Job, TurnedAway
from eventsync.jobs.pressure import Depth, Full
from eventsync.jobs.publishing import publish, subscribe
from eventsync.jobs.rules import Level, Limits, Policy, Priority
from eventsync.jobs.seeing.registry import measures
from eventsync.jobs.tally import Tally
from tests.jobs.conftest import Register

SUBJECT, HALL, POOL = (uuid.UUID(int=number) for number in (1, 2, 3))
CORE, IMPORTANT, DROPPABLE = (Policy(priority=each) for each in Priority)
Committing = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOpened(Fact):
    """A gate is open."""


@pytest.fixture(autouse=True)
def _short(tasks: Register, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Droppable work feels three jobs and stops at five, important work five and eight."""
    settings.DROPPABLE_JOBS, settings.IMPORTANT_JOBS = (3, 5), (5, 8)
    monkeypatch.setattr(pressure, "depth", Depth())
    monkeypatch.setattr(pressure, "tally", Tally())
    for name, policy in (("core", CORE), ("important", IMPORTANT), ("droppable", DROPPABLE)):
        tasks(name, policy)


def owe(name: str, times: int, **how: Any) -> list[Job]:
    return [queue.enqueue(name, uuid.uuid4(), **how) for _ in range(times)]


def turned_away() -> list[tuple[str, str, int]]:
    return list(TurnedAway.objects.order_by("what", "how").values_list("what", "how", "count"))


@pytest.mark.parametrize(("jobs", "level"), [(2, Level.ROOM), (3, Level.MUCH), (4, Level.MUCH), (5, Level.FULL)])
def test_limits_say_how_much_there_is_to_do(jobs: int, level: Level) -> None:
    assert Limits(3, 5).level(jobs) is level


def test_in_a_long_queue_droppable_jobs_that_are_alike_are_owed_once() -> None:
    owe("droppable", 3)
    first, second = (queue.enqueue("droppable", SUBJECT) for _ in range(2))
    assert (first, Job.objects.count()) == (second, 4)
    assert queue.enqueue("droppable", HALL) != first


def test_in_a_full_queue_droppable_jobs_are_refused_unless_one_like_it_waits() -> None:
    owe("droppable", 3)
    waiting = queue.enqueue("droppable", SUBJECT)
    owe("important", 1)
    with pytest.raises(Full):
        queue.enqueue("droppable", HALL)
    assert (queue.enqueue("droppable", SUBJECT), Job.objects.count()) == (waiting, 5)


def test_core_and_important_jobs_are_always_taken() -> None:
    owe("important", 9)
    owe("core", 9)
    assert Job.objects.count() == 18


def test_important_work_does_not_feel_what_is_less_important() -> None:
    Job.objects.bulk_create([Job(task="droppable", subject=SUBJECT, priority=2) for _ in range(9)])
    assert [pressure.level(each) for each in Priority] == [Level.ROOM, Level.ROOM, Level.FULL]


def test_what_is_for_later_finished_or_waits_for_a_person_is_no_pressure() -> None:
    later, now = timezone.now() + timedelta(hours=1), timezone.now()
    owe("important", 9, due_at=later)
    owe("core", 9)
    Job.objects.filter(task="core").update(state="done", finished_at=now)
    Job.objects.bulk_create([Job(task="important", subject=SUBJECT, state="waiting_approval") for _ in range(9)])
    assert pressure.unfinished().count() == 0
    Job.objects.filter(state="waiting_approval").update(state="retry_wait", due_at=later)
    assert pressure.unfinished().count() == 9


def test_jobs_are_counted_once_a_second_and_not_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("eventsync.jobs.pressure.time.monotonic", lambda: clock[0])
    Job.objects.bulk_create([Job(task="core", subject=SUBJECT, priority=0) for _ in range(30)])
    with CaptureQueriesContext(connection) as asked:
        counted = [pressure.depth.of(Priority.DROPPABLE, most=6) for _ in range(10)]
    assert (counted, len(asked)) == ([6] * 10, 1)
    Job.objects.all().delete()
    clock[0] += 0.9
    assert pressure.depth.of(Priority.DROPPABLE, most=6) == 6
    clock[0] += 0.2
    assert pressure.depth.of(Priority.DROPPABLE, most=6) == 0


@pytest.mark.django_db(transaction=True)
def test_fact_that_no_droppable_subscriber_can_be_told_stays_and_others_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module, name in ((events, "catalogue"), (publishing, "_subscribers"), (queue, "_tasks")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))
    monkeypatch.setattr(publishing, "catalogue", events.catalogue)
    domain_event("gate_opened")(GateOpened)
    subscribe("ledger", GateOpened, CORE)(lambda fact, row: None)
    subscribe("board", GateOpened, DROPPABLE)(lambda fact, row: None)
    owe("core", 3)
    with transaction.atomic():
        publish(*(GateOpened(venue=HALL) for _ in range(4)), GateOpened(venue=POOL))
    owed = Job.objects.filter(task__in=["ledger", "board"]).order_by("task", "created_at")
    assert list(owed.values_list("task", "partition")) == [
        ("board", str(HALL)),
        *[("ledger", str(HALL))] * 4,
        ("ledger", str(POOL)),
    ]
    assert DomainEvent.objects.filter(name="gate_opened").count() == 5
    assert turned_away() == [("board", "merged", 3), ("board", "refused", 1)]


def test_what_is_turned_away_is_counted_for_all_to_see(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Committing
) -> None:
    owe("core", 8)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            with pytest.raises(Full):
                queue.enqueue("droppable", SUBJECT)
    monkeypatch.setattr(pressure, "tally", Tally())  # another process
    with django_capture_on_commit_callbacks(execute=True):
        for name, priority in (("report", Priority.IMPORTANT), ("droppable", Priority.DROPPABLE)):
            with pytest.raises(Full):
                pressure.admit(name, priority)
    assert turned_away() == [("droppable", "delayed", 1), ("droppable", "refused", 3), ("report", "delayed", 1)]
    counted = {("droppable", "delayed"): 1, ("droppable", "refused"): 3, ("report", "delayed"): 1}
    assert measures["jobs_turned_away"].read(timezone.now()) == counted
    assert measures["jobs_turned_away"].read(timezone.now() + timedelta(minutes=20)) == {}


def test_full_queue_is_an_alert_that_ends_by_itself(later: Callable[[timedelta], None]) -> None:
    owe("core", 5)
    alarms.watch(now=timezone.now())
    assert [(row.kind, row.subject) for row in Alert.objects.filter(kind="queue_full")] == [("queue_full", "droppable")]
    assert measures["jobs_fill"].read(timezone.now()) == {("important",): 5 / 8, ("droppable",): 1}
    queue.run()
    for _ in range(3):
        alarms.watch(now=timezone.now())
        later(timedelta(minutes=1))
    alarms.watch(now=timezone.now())
    assert Alert.objects.filter(kind="queue_full", cleared_at=None).count() == 0

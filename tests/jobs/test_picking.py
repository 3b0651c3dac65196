"""Which job is next, and who is told that there is one."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.rules import Policy, Priority
from tests.jobs.conftest import Broker, Register

SUBJECT = uuid.UUID("0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11")
OTHER = uuid.UUID("0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f12")


def test_more_important_goes_first_whoever_came_first(tasks: Register) -> None:
    order: list[UUID] = []
    for name, priority, subject in (("low", Priority.DROPPABLE, SUBJECT), ("high", Priority.CORE, OTHER)):
        tasks(name, Policy(priority=priority))
        queue._tasks[name] = queue.Registered(order.append, Policy(priority=priority))
        queue.enqueue(name, subject)
    queue.run()
    assert order == [OTHER, SUBJECT]


def test_venue_with_much_work_does_not_delay_another(tasks: Register) -> None:
    done = tasks("note")
    for _ in range(40):
        queue.enqueue("note", SUBJECT, partition="busy")
    queue.enqueue("note", OTHER, partition="quiet")
    for _ in range(20):
        queue.run_one()
    assert Counter(done)[OTHER] == 1  # by chance alone: once in a million it is not


def test_ordered_jobs_of_a_partition_wait_for_the_one_before_them(
    tasks: Register, later: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks("step")
    tried: list[UUID] = []

    def step(subject: UUID) -> None:
        tried.append(subject)
        if tried.count(SUBJECT) == 1 and subject == SUBJECT:
            raise ValueError("not yet")

    monkeypatch.setitem(queue._tasks, "step", queue.Registered(step, Policy(ordered=True)))
    queue.enqueue("step", SUBJECT, partition="venue")
    queue.enqueue("step", OTHER, partition="venue")
    queue.enqueue("step", OTHER, partition="another")
    queue.run()
    assert sorted(tried) == [SUBJECT, OTHER]  # that of another partition waits for nobody
    later(timedelta(minutes=1))
    queue.run()
    assert tried[-2:] == [SUBJECT, OTHER]


def test_tick_tells_as_many_workers_as_are_idle_while_something_is_due(tasks: Register, broker: Broker) -> None:
    tasks("note")
    queue.tick(now=timezone.now())
    assert broker.told == []
    queue.enqueue("note", SUBJECT)
    for _ in range(3):
        queue.tick(now=timezone.now())
    assert len(broker.told) == settings.Q_CLUSTER["workers"]


def test_small_mode_uses_one_queue_in_the_database() -> None:
    assert {key: settings.Q_CLUSTER[key] for key in ("name", "orm")} == {"name": "eventsync", "orm": "default"}

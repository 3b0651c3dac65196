"""What is the matter at one venue is no matter of the others: much work, work that fails, work that hangs back."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.models import Job
from eventsync.jobs.rules import Policy
from tests.jobs.conftest import Register

VENUES = ("north", "south", "east", "west", "hall")


def test_ten_thousand_jobs_at_one_venue_delay_another_by_less_than_two_seconds(tasks: Register) -> None:
    """By chance alone: once in a million it takes more than twenty turns, which is still far less."""
    tasks("note")
    Job.objects.bulk_create(
        [Job(task="note", subject=uuid.uuid4(), partition="busy") for _ in range(10_000)], batch_size=1_000
    )
    job, begun = queue.enqueue("note", uuid.uuid4(), partition="quiet"), time.monotonic()
    while job.state != Job.State.DONE:
        assert queue.run_one()
        job.refresh_from_db()
    assert time.monotonic() - begun < 2
    assert Job.objects.filter(partition="busy", state=Job.State.AVAILABLE).count() > 9_900


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ordered", [True, False])
def test_venue_at_which_everything_fails_leaves_four_others_untouched(
    tasks: Register, later: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch, seed: int, ordered: bool
) -> None:
    tasks("step")
    dice, done = random.Random(seed), Counter[str]()
    where: dict[UUID, str] = {}

    def step(subject: UUID) -> None:
        if where[subject] == "north":
            raise ConnectionError("The network of this venue is away.")
        done[where[subject]] += 1

    monkeypatch.setitem(queue._tasks, "step", queue.Registered(step, Policy(ordered=ordered)))
    for venue in dice.choices(VENUES, k=60):
        subject = uuid.uuid4()
        where[subject] = venue
        queue.enqueue("step", subject, partition=venue)
    queue.run()
    others = Counter(venue for venue in where.values() if venue != "north")
    assert done == others
    assert set(Job.objects.exclude(partition="north").values_list("state", "attempts")) == {("done", 1)}
    assert not Job.objects.filter(partition="north", state=Job.State.DONE).exists()
    later(timedelta(hours=1))
    where |= dict.fromkeys((subject for subject, venue in where.items() if venue == "north"), "north again")
    queue.run()
    assert done == Counter(where.values())
    assert Job.objects.filter(finished_at=None, due_at__lte=timezone.now()).count() == 0

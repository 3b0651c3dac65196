"""Brokers forget, are down, or can no longer be believed: what is owed is in the database, and is done."""

from collections import Counter

import pytest

from tests.faults.test_workers_killed import SEVERAL, verify
from tests.faults.workshop import Workshop, on, until

pytestmark = pytest.mark.long


@on("redis", all_of=("redis", "sqs"))
def test_broker_that_forgets_everything_loses_no_job(workshop: Workshop) -> None:
    workshop.owe("slow=20")
    workshop.forget()
    workshop.worker()
    until(lambda: len(workshop.done()) >= SEVERAL, workshop.story)
    workshop.forget()
    workshop.owe("note=20")
    workshop.forget()
    workshop.settled()
    verify(workshop, "slow", "note")
    assert workshop.tries() == Counter(workshop.done())


@on("redis", all_of=("redis",))
def test_broker_that_is_down_delays_jobs_until_it_is_back(workshop: Workshop) -> None:
    """Who owes a job is not failed by it, and a worker that finds nobody asks again."""
    assert workshop.redis is not None
    workshop.redis.stop()
    workshop.owe("note=5")
    worker = workshop.worker(ready=False)
    until(lambda: "running" in worker.log.read_text(), workshop.story)
    workshop.redis.start()
    workshop.settled()
    verify(workshop, "note")
    worker.told_to_stop()


@on("orm")
def test_secret_key_that_was_changed_loses_no_job(workshop: Workshop) -> None:
    """Words that were signed with another key are thrown away, before and while a worker runs."""
    workshop.owe("note=20")
    workshop.settings["EVENTSYNC_SECRET_KEY"] = "another key, for tests only"
    worker = workshop.worker()
    workshop.settled()
    workshop.settings["EVENTSYNC_SECRET_KEY"] = "that which it was before"
    workshop.owe("note=20")
    workshop.settled()
    verify(workshop, "note")
    assert workshop.tries() == Counter(workshop.done())
    assert "Failed to push task to queue" in worker.log.read_text()

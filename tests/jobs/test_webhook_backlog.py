"""A webhook that takes nothing makes no queue long: few jobs of it wait, the rest as rows that come in their order."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.events import JobDone
from eventsync.jobs.models import Job, Sending, Webhook
from eventsync.jobs.publishing import publish
from eventsync.jobs.webhooks import sending
from tests.jobs.conftest import Broker
from tests.jobs.receiver import Receiver, listening

EVENT = uuid.UUID(int=1)


@pytest.fixture
def receiver(
    settings: Any, broker: Broker, db: None, committed: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Receiver]:
    settings.WEBHOOKS_PRIVATE = True
    monkeypatch.setattr(sending, "AT_ONCE", 3)
    with listening() as found:
        Webhook.objects.create(name="Transport", url=found.url)
        yield found


def tell(count: int) -> list[str]:
    """The ids under which it is to hear of so many facts, in their order."""
    for number in range(count):
        publish(JobDone(event=EVENT, job=uuid.UUID(int=number), task="import", subject=EVENT))
    return [str(key) for key in Sending.objects.order_by("id").values_list("id", flat=True)]


def test_receiver_that_is_away_for_long_has_few_jobs_and_gets_everything_in_order(
    receiver: Receiver, later: Callable[[timedelta], None]
) -> None:
    receiver.says = [500]
    ids = tell(4)
    queue.run()
    ids = tell(4)
    assert (Job.objects.count(), set(receiver.ids)) == (3, {ids[0]})
    receiver.says, tried = [200], len(receiver.heard)
    later(timedelta(hours=3))
    queue.run()
    assert (receiver.ids[tried:], Job.objects.filter(state="done").count()) == (ids, 8)


def test_what_nobody_owed_any_more_is_owed_by_a_worker_and_what_was_cancelled_is_not(receiver: Receiver) -> None:
    ids = tell(5)
    for job in Job.objects.all():
        queue.cancel(job.pk, why="Of no use.", now=timezone.now())
    sending.owe_what_was_left(timezone.now())
    queue.run()
    assert receiver.ids == ids[3:]


def test_what_waits_while_a_webhook_is_off_comes_in_order_once_it_is_on(receiver: Receiver) -> None:
    hook = Webhook.objects.get()
    tell(5)
    sending.switch_off(hook, why="For the night.")
    ids = tell(3)
    assert sending.switch_on(hook)
    assert Job.objects.filter(finished_at=None).count() == 3
    queue.run()
    assert receiver.ids == ids

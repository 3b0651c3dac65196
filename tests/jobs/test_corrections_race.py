"""Several people at the same moment: a job runs once, with what it was or with what somebody agreed to."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.approvals import deciding
from eventsync.jobs.corrections.proposing import propose
from eventsync.jobs.models import Approval, Job
from tests.jobs.approving import ALICE, BOB, CHARLIE
from tests.jobs.conftest import Broker
from tests.jobs.correcting import Kitchen, open_kitchen
from tests.jobs.test_corrections import NINE
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kitchen(transactional_db: None, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kitchen]:
    with open_kitchen(monkeypatch) as found:
        yield found


def test_two_who_approve_and_one_who_replays_it_as_it_was_come_to_one_run(kitchen: Kitchen) -> None:
    expected = []
    for _ in range(8):
        kitchen.plates = 10
        job, now = kitchen.fail(), timezone.now()
        kitchen.plates = 20
        propose(job.pk, typed=NINE, reason="Three went home.", by=ALICE, now=now)
        approval = Approval.objects.get(state="requested")
        tasks: list[Callable[[], object]] = [
            partial(deciding.grant, approval.pk, by=BOB, now=now),
            partial(deciding.grant, approval.pk, by=CHARLIE, now=now),
            partial(queue.replay, job.pk, now=now),
        ]
        answers = together(tasks)
        approval.refresh_from_db()
        granted = approval.state == "granted"
        assert [answer is True or getattr(answer, "done", False) for answer in answers].count(True) == 1
        assert (answers[2], approval.state) == (not granted, "granted" if granted else "invalidated")
        expected.append(9 if granted else 12)
        queue.run()
        assert (kitchen.served, Job.objects.get(pk=job.pk).state) == (expected, "done")


def test_two_who_propose_at_once_leave_one_that_waits(kitchen: Kitchen) -> None:
    job, now = kitchen.fail(), timezone.now()
    typed = [NINE, NINE.replace("9", "8")]
    together([partial(propose, job.pk, typed=each, reason="Fewer.", by=ALICE, now=now) for each in typed])
    assert sorted(Approval.objects.values_list("state", flat=True)) == ["invalidated", "requested"]

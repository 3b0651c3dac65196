"""Several people and workers at the same moment: what runs is what somebody approved, and it runs once."""

import json
from collections.abc import Callable
from functools import partial

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.approvals import deciding
from eventsync.jobs.models import Approval, Job
from tests.jobs.approving import BOB, CHARLIE, Wall, put_up, states, waiting
from tests.jobs.conftest import Broker
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wall(transactional_db: None, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Wall:
    return put_up(monkeypatch)


def test_two_who_approve_at_once_run_it_once_and_one_hears_that_it_was_the_other(wall: Wall) -> None:
    for _ in range(10):
        wall.owe()
        key, now = waiting().pk, timezone.now()
        answers = together([partial(deciding.grant, key, by=by, now=now) for by in (BOB, CHARLIE)])
        [told] = [answer.told for answer in answers if not answer.done]
        by = Approval.objects.get(pk=key).decided_name
        assert told == f"It does not wait any more: approved, by {by}."
        queue.run()
    assert (len(wall.done), states()) == (10, ["granted"] * 10)


def test_one_approves_while_another_rejects_and_only_one_of_them_holds(wall: Wall) -> None:
    for _ in range(10):
        wall.owe()
        key, now = waiting().pk, timezone.now()
        answers = together(
            [
                partial(deciding.grant, key, by=BOB, now=now),
                partial(deciding.reject, key, by=CHARLIE, reason="No.", now=now),
            ]
        )
        assert sorted(answer.done for answer in answers) == [False, True]
        queue.run()
    assert len(wall.done) == states().count("granted")
    assert set(Job.objects.values_list("state", flat=True)) <= {"done", "cancelled"}


def test_what_runs_was_approved_exactly_so_however_it_changes_meanwhile(wall: Wall) -> None:
    """One changes it, one approves whatever waits, two workers run: nothing else may ever reach the wall."""
    for number in range(15):
        key, now = Approval.objects.get(subject=wall.owe().id).pk, timezone.now()
        tasks: list[Callable[[], object]] = [
            partial(wall.change, f"Lift 2 is closed, {number}."),
            partial(deciding.grant, key, by=BOB, now=now),
            queue.run,
            queue.run,
        ]
        together(tasks)
        queue.run()
    approved = Approval.objects.filter(state__in=["granted", "invalidated"], decided_by=BOB.key)
    assert set(wall.done) <= {json.loads(each.content)["content"]["text"] for each in approved}
    left = Job.objects.exclude(state="done")
    assert set(left.values_list("state", flat=True)) <= {"waiting_approval"}
    assert Approval.objects.filter(state="requested").count() == left.count()
    assert left.count() + len(wall.done) == 15

"""A task that demands a person: it notes on the wall what an alert says, as that was approved."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.models import Alert, Approval, Job
from eventsync.jobs.rules import Demand, Matter, Policy, Somebody

ALICE, BOB, CHARLIE = (Somebody(f"user:{number}", name) for number, name in enumerate(("alice", "bob", "charlie"), 1))
SPACE = UUID("0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11")
TASK = "test.announce"


class Wall:
    """What was done, and what is to be: the text of an alert, which anybody may change."""

    def __init__(self) -> None:
        self.done: list[str] = []
        now = timezone.now()
        self._row = Alert.objects.create(kind="wall", message="Lift 2 is open.", first_at=now, last_at=now)

    def owe(self, by: Somebody = ALICE) -> Job:
        return queue.enqueue(TASK, uuid5(SPACE, str(self._row.pk)), by=by)

    def change(self, text: str) -> None:
        Alert.objects.filter(pk=self._row.pk).update(message=text)

    def remove(self) -> None:
        Alert.objects.filter(pk=self._row.pk).delete()

    def describe(self, subject: UUID) -> Matter | None:
        row = Alert.objects.select_for_update().filter(pk=self._row.pk).first()
        return Matter(f"Announce: {row.message}", {"text": row.message}) if row else None

    def announce(self, subject: UUID) -> None:
        self.done.append(Alert.objects.get(pk=self._row.pk).message)


@pytest.fixture
def wall(tasks: object, monkeypatch: pytest.MonkeyPatch) -> Wall:
    return put_up(monkeypatch)


def put_up(monkeypatch: pytest.MonkeyPatch) -> Wall:
    made = Wall()
    policy = Policy(approval=Demand(made.describe, within=timedelta(hours=1)))
    monkeypatch.setitem(queue._tasks, TASK, queue.Registered(made.announce, policy))
    return made


def waiting() -> Approval:
    """The one that waits for a person now."""
    return Approval.objects.get(state="requested")


def states() -> list[str]:
    """Of all approvals, in the order in which they were asked for."""
    return list(Approval.objects.order_by("pk").values_list("state", flat=True))


def job() -> tuple[str, str]:
    return Job.objects.values_list("state", "error").get()


Later = Callable[[timedelta], None]

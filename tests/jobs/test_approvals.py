"""Jobs that wait for a person: nothing runs before another person has agreed to exactly it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from eventsync.jobs import queue, sweeping
from eventsync.jobs.approvals import deciding
from eventsync.jobs.models import Alert, Approval, Attempt, Job
from eventsync.jobs.rules import Demand, Matter, Policy
from tests.jobs.approving import ALICE, BOB, CHARLIE, TASK, Later, Wall, job, put_up, states, waiting, wall
from tests.jobs.conftest import Broker, Register

__all__ = ["wall"]


def act(name: str, key: int | None = None, **said: Any) -> tuple[bool, str]:
    """What somebody says of the approval that waits, or of another."""
    answer = getattr(deciding, name)(key or waiting().pk, now=timezone.now(), **said)
    return answer.done, answer.told


def test_job_does_not_run_before_another_person_agrees_and_then_once(wall: Wall, broker: Broker) -> None:
    wall.owe()
    queue.run()
    sweeping.sweep(now=timezone.now())
    queue.tick(now=timezone.now())
    queue.run()
    assert (wall.done, job(), states()) == ([], ("waiting_approval", ""), ["requested"])
    assert act("grant", by=BOB) == (True, "Approved. It is being done.")
    queue.run()
    queue.run()
    assert (wall.done, job(), states()) == (["Lift 2 is open."], ("done", ""), ["granted"])


def test_whoever_asked_cannot_approve_it_and_another_can(wall: Wall) -> None:
    wall.owe(by=ALICE)
    assert act("grant", by=ALICE) == (False, deciding.OWN)
    assert states() == ["requested"]
    assert act("grant", by=BOB)[0]


def test_database_itself_refuses_an_approval_of_ones_own(wall: Wall) -> None:
    wall.owe(by=ALICE)
    said = {"state": "granted", "decided_at": timezone.now()}
    with transaction.atomic(), pytest.raises(IntegrityError, match="approval_not_by_who_asked"):
        Approval.objects.update(**said, decided_by=ALICE.key)
    with transaction.atomic(), pytest.raises(IntegrityError, match="approval_decided_by_somebody"):
        Approval.objects.update(state="granted")
    Approval.objects.update(**said, decided_by=BOB.key)


def test_rejected_with_a_reason_is_cancelled_and_says_by_whom(wall: Wall) -> None:
    wall.owe()
    assert act("reject", by=BOB, reason=" ") == (False, deciding.NO_REASON)
    assert act("reject", by=BOB, reason="It is closed.") == (True, "Rejected. It is not done.")
    queue.run()
    assert (wall.done, job(), states()) == ([], ("cancelled", "Rejected by bob: It is closed."), ["rejected"])
    key = Approval.objects.get().pk
    assert act("grant", key, by=CHARLIE) == (False, "It does not wait any more: rejected, by bob.")


def test_nobody_decides_in_time_and_it_expires(wall: Wall, later: Later) -> None:
    wall.owe()
    expired = Alert.objects.filter(kind="approval_expired")
    later(timedelta(minutes=59))
    deciding.sweep(timezone.now())
    assert (states(), expired.exists()) == (["requested"], False)
    later(timedelta(minutes=1))
    for _ in range(2):
        deciding.sweep(timezone.now())
    assert (job(), states()) == (("expired", "Nobody approved it in time."), ["expired"])
    told = expired.get()
    assert (told.count, told.message.startswith("Nobody decided in time, so it was not done: Announce:")) == (1, True)


def test_approval_that_comes_too_late_approves_nothing(wall: Wall, later: Later) -> None:
    wall.owe()
    later(timedelta(hours=1))
    assert act("grant", by=BOB) == (False, "It does not wait any more: expired.")
    queue.run()
    assert (wall.done, job()[0]) == ([], "expired")


def test_what_changed_before_it_was_approved_waits_again_as_it_is_now(wall: Wall) -> None:
    wall.owe()
    seen = waiting()
    wall.change("Lift 2 is closed.")
    assert act("grant", seen.pk, by=BOB) == (False, deciding.CHANGED)
    queue.run()
    assert (wall.done, states()) == ([], ["invalidated", "requested"])
    again = waiting()
    assert (again.sentence, again.asked_by, again.expires_at) == (
        "Announce: Lift 2 is closed.", ALICE.key, seen.expires_at,
    )  # fmt: skip
    assert act("grant", by=BOB)[0]
    queue.run()
    assert wall.done == ["Lift 2 is closed."]


def test_what_changed_after_it_was_approved_does_not_run_and_costs_no_try(wall: Wall) -> None:
    owed = wall.owe()
    act("grant", by=BOB)
    wall.change("Lift 2 is closed.")
    queue.run()
    assert (wall.done, states()) == ([], ["invalidated", "requested"])
    owed.refresh_from_db()
    assert (owed.state, owed.error, owed.failures) == ("waiting_approval", queue.CHANGED, 0)
    assert list(Attempt.objects.values_list("error", flat=True)) == [queue.CHANGED]
    act("grant", by=CHARLIE)
    queue.run()
    assert (wall.done, job()) == (["Lift 2 is closed."], ("done", ""))


def test_change_is_found_by_the_sweep_before_anybody_looks(wall: Wall) -> None:
    wall.owe()
    wall.change("Lift 2 is closed.")
    deciding.sweep(timezone.now())
    assert (states(), waiting().sentence) == (["invalidated", "requested"], "Announce: Lift 2 is closed.")


@pytest.mark.parametrize("approved", [False, True])
def test_nothing_left_to_do_is_cancelled(wall: Wall, approved: bool) -> None:
    wall.owe()
    if approved:
        act("grant", by=BOB)
    wall.remove()
    deciding.sweep(timezone.now())
    queue.run()
    assert (wall.done, job(), states()) == ([], ("cancelled", deciding.NOTHING_LEFT), ["invalidated"])


def test_broken_glass_runs_at_once_and_is_reviewed_by_somebody_else(wall: Wall) -> None:
    wall.owe(by=ALICE)
    key = waiting().pk
    assert act("force", by=ALICE, reason="") == (False, deciding.NO_REASON)
    assert act("force", by=ALICE, reason="Somebody is stuck.")[0]
    queue.run()
    assert (wall.done, states()) == (["Lift 2 is open."], ["forced"])
    [open_alert] = Alert.objects.filter(kind="break_glass", cleared_at=None)
    assert "alice: Announce: Lift 2 is open. Why: Somebody is stuck." in open_alert.message
    assert act("review", key, by=ALICE, found="Fine.") == (False, deciding.OWN_REVIEW)
    assert act("review", key, by=BOB, found="") == (False, "Say what you found.")
    assert act("review", key, by=BOB, found="Right to do so.") == (True, "Reviewed.")
    assert act("review", key, by=CHARLIE, found="Me too.")[0] is False
    assert (states(), Alert.objects.filter(kind="break_glass", cleared_at=None).count()) == (["reviewed"], 0)


def test_database_itself_refuses_a_review_of_ones_own(wall: Wall) -> None:
    wall.owe(by=ALICE)
    act("force", by=BOB, reason="Somebody is stuck.")
    for own in (ALICE, BOB):
        with transaction.atomic(), pytest.raises(IntegrityError, match="approval_reviewed_by_another"):
            Approval.objects.update(state="reviewed", reviewed_by=own.key)
    Approval.objects.update(state="reviewed", reviewed_by=CHARLIE.key)


def test_job_that_is_cancelled_needs_no_decision_any_more(wall: Wall) -> None:
    owed = wall.owe()
    key = waiting().pk
    assert queue.cancel(owed.id, why="Never mind.", now=timezone.now())
    assert (states(), job()) == (["invalidated"], ("cancelled", "Never mind."))
    assert act("grant", key, by=BOB)[0] is False
    queue.run()
    assert wall.done == []


def test_same_job_owed_again_while_it_waits_asks_once(wall: Wall) -> None:
    first, second = (queue.enqueue(TASK, uuid.uuid4(), dedupe="lift 2", by=ALICE) for _ in range(2))
    assert (first, states()) == (second, ["requested"])
    act("grant", by=BOB)
    assert queue.enqueue(TASK, uuid.uuid4(), dedupe="lift 2", by=ALICE) == first
    assert states() == ["granted"]


def test_approved_job_that_failed_is_tried_again_without_asking_anew(
    wall: Wall, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall.owe()
    act("grant", by=BOB)
    with monkeypatch.context() as broken:
        broken.setattr(wall, "done", None)  # nowhere to note it
        queue.run()
    assert job()[0] == "retry_wait"
    later(timedelta(seconds=7))
    queue.run()
    assert (wall.done, job()[0], states()) == (["Lift 2 is open."], "done", ["granted"])


def test_job_of_a_task_that_demands_nobody_any_more_is_not_forgotten(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall.owe()
    monkeypatch.setitem(queue._tasks, TASK, queue.Registered(wall.announce, Policy()))
    deciding.sweep(timezone.now())
    assert (states(), waiting().sentence) == (["invalidated", "requested"], f"Run {TASK} once.")
    act("grant", by=BOB)
    queue.run()
    assert wall.done == ["Lift 2 is open."]


def test_one_that_cannot_be_described_keeps_no_other_waiting(
    tasks: Register, monkeypatch: pytest.MonkeyPatch, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(subject: uuid.UUID) -> None:
        raise ValueError("no words for it")

    policy = Policy(approval=Demand(lambda subject: Matter("Ring the bell.", {})))
    tasks("test.bell", policy)
    bell = queue.enqueue("test.bell", uuid.uuid4())
    sound = put_up(monkeypatch).owe()
    monkeypatch.setitem(queue._tasks, "test.bell", queue.Registered(broken, Policy(approval=Demand(broken))))
    later(timedelta(hours=2))
    deciding.sweep(timezone.now())
    assert dict(Job.objects.values_list("id", "state")) == {bell.id: "waiting_approval", sound.id: "expired"}
    assert "could not be looked at" in caplog.text

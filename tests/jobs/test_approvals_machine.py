"""Any order of asking, deciding, changing, running and waiting: nothing runs that nobody else approved exactly so."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from eventsync.jobs import queue
from eventsync.jobs.approvals import deciding
from eventsync.jobs.models import Approval, Job
from eventsync.jobs.rules import Somebody
from tests.jobs.approving import ALICE, BOB, CHARLIE, Wall, put_up
from tests.jobs.conftest import Broker

PEOPLE = st.sampled_from([ALICE, BOB, CHARLIE])
ENDED = {"done", "cancelled", "expired"}
OUT = {
    "requested": {"granted", "rejected", "expired", "invalidated", "forced"},
    "granted": {"invalidated"},
    "forced": {"reviewed"},
}


class Approvals(RuleBasedStateMachine):
    """One job at a time; `now` goes on by itself, a second for each step."""

    monkeypatch: pytest.MonkeyPatch

    @initialize()
    def begin(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.gone, self.text, self.ran = timedelta(), "0", 0
        self.before: dict[int, str] = {}
        real = timezone.now
        self.monkeypatch.setattr(timezone, "now", lambda: real() + self.gone)
        self.wall: Wall = put_up(self.monkeypatch)
        self.wall.change(self.text)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.monkeypatch.undo()

    @property
    def now(self) -> datetime:
        return timezone.now()

    @property
    def newest(self) -> Approval:
        newest = Approval.objects.first()
        assert newest is not None
        return newest

    def asked(self) -> bool:
        return Approval.objects.exists()

    @precondition(lambda self: not Job.objects.exclude(state__in=ENDED).exists())
    @rule(by=PEOPLE)
    def ask(self, by: Somebody) -> None:
        self.wall.owe(by)

    @rule(text=st.sampled_from("012"))
    def change(self, text: str) -> None:
        self.text = text
        self.wall.change(text)

    @precondition(asked)
    @rule(by=PEOPLE, how=st.sampled_from(["grant", "reject", "force"]))
    def decide(self, by: Somebody, how: str) -> None:
        approval, words = self.newest, {} if how == "grant" else {"reason": "Because."}
        answer = getattr(deciding, how)(approval.pk, by=by, now=self.now, **words)
        same = approval.sentence == f"Announce: {self.text}"
        may = approval.state == "requested" and same and approval.expires_at > self.now
        assert answer.done == (may and (how != "grant" or by.key != approval.asked_by))

    @precondition(asked)
    @rule(by=PEOPLE)
    def review(self, by: Somebody) -> None:
        approval = self.newest
        answer = deciding.review(approval.pk, by=by, found="Right.", now=self.now)
        assert answer.done == (approval.state == "forced" and by.key not in {approval.asked_by, approval.decided_by})

    @rule()
    def run(self) -> None:
        queue.run()
        new = self.wall.done[self.ran :]
        self.ran = len(self.wall.done)
        for text in new:
            assert text == self.text
            assert self.newest.sentence == f"Announce: {text}"
            assert self.newest.state in {"granted", "forced", "reviewed"}

    @rule()
    def sweep(self) -> None:
        deciding.sweep(self.now)

    @rule(minutes=st.sampled_from([1, 61]))
    def wait(self, minutes: int) -> None:
        self.gone += timedelta(minutes=minutes)

    @precondition(lambda self: Job.objects.filter(state="waiting_approval").exists())
    @rule()
    def cancel(self) -> None:
        assert queue.cancel(Job.objects.get(state="waiting_approval").id, why="Never mind.", now=self.now)

    @invariant()
    def states_are_left_only_as_documented(self) -> None:
        now: dict[int, str] = dict(Approval.objects.values_list("pk", "state"))
        for key, old in self.before.items():
            assert now[key] == old or now[key] in OUT.get(old, set())
        self.before = now

    @invariant()
    def what_waits_has_exactly_one_request_and_what_runs_none(self) -> None:
        for job in Job.objects.all():
            open_ones = Approval.objects.filter(subject=job.id, state="requested").count()
            assert open_ones == (job.state == "waiting_approval")

    @invariant()
    def each_job_ran_once_at_most(self) -> None:
        assert len(self.wall.done) == Job.objects.filter(state="done").count()


def test_any_order_of_events_keeps_the_promise(db: Any, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    Approvals.monkeypatch = monkeypatch
    run_state_machine_as_test(Approvals, settings=settings(max_examples=30, stateful_step_count=25, deadline=None))

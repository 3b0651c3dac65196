"""Any order of owing, agreeing, working, failing, dying and deciding: nothing is lost, nothing is tried too often."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_q.exceptions import TimeoutException
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from eventsync.jobs import processes, queue, sweeping
from eventsync.jobs.approvals import deciding
from eventsync.jobs.approvals.models import AGREED
from eventsync.jobs.models import UNBEGUN, UNFINISHED, Alert, Approval, Attempt, Job
from eventsync.jobs.rules import Demand, Matter, Policy, Somebody
from tests.jobs.approving import ALICE, BOB
from tests.jobs.conftest import Broker
from tests.jobs.states import AGREED_TO, LONG, OUT, POLICIES, Killed, Wrong, need


class Jobs(RuleBasedStateMachine):
    """`now` goes on by itself a little for each step, and much when told to."""

    monkeypatch: pytest.MonkeyPatch

    @initialize()
    def begin(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.gone = timedelta()
        self.outcome = "return"
        self.seen_dead: set[str] = set()
        self.names = 0
        self.late: list[Job] = []
        self.effects: Counter[UUID] = Counter()
        self.owed: list[UUID] = []
        self.before: dict[UUID, str] = {}
        self.texts: dict[UUID, str] = {}  # what jobs that must be agreed to would say, by their subjects
        real, patch = timezone.now, self.monkeypatch.setattr
        patch(timezone, "now", lambda: real() + self.gone)
        patch(processes, "name_of", lambda process: f"worker-{self.names}")
        patch(processes, "is_gone", lambda name: name in self.seen_dead)
        patch(connection, "close", lambda: None)
        demand = Demand(self.describe, within=timedelta(minutes=10))
        self.policies = POLICIES | {AGREED_TO: Policy(retries=(timedelta(seconds=5),), approval=demand)}
        for name, policy in self.policies.items():
            self.monkeypatch.setitem(queue._tasks, name, queue.Registered(self.worker_at(name), policy))

    def teardown(self) -> None:
        self.settle()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.monkeypatch.undo()

    def worker_at(self, name: str) -> Callable[[UUID], None]:
        def work(subject: UUID) -> None:
            [job] = Job.objects.filter(state="running", subject=subject)
            now, beside = timezone.now(), Job.objects.filter(task=name, partition=job.partition)
            need(job.due_at <= now, job.expires_at is None or job.expires_at > now - timedelta(seconds=1))
            if name == AGREED_TO:
                agreed = Approval.objects.filter(subject=job.id)[0]
                need(agreed.state in AGREED, agreed.sentence == self.texts[subject])
            if self.policies[name].ordered:
                need(not beside.filter(state__in=UNFINISHED, created_at__lt=job.created_at).exists())
                need(beside.filter(state="running").count() == 1)
            try:
                self.states_are_left_only_by_their_documented_ways()
            except AssertionError as error:
                raise Wrong from error
            self.effects[subject] += 1
            self.end(job)

        return work

    def end(self, job: Job) -> None:
        match self.outcome:
            case "fail":
                raise ValueError("not yet")
            case "permanent":
                raise queue.Permanent("Never.")
            case "timeout":
                raise TimeoutException
            case "late":
                self.late.append(job)
                raise Killed
            case "seen dead" | "died elsewhere":
                raise Killed

    @rule(
        name=st.sampled_from([*sorted(POLICIES), AGREED_TO, AGREED_TO]),
        partition=st.sampled_from(["north", "south"]),
        dedupe=st.sampled_from(["", "", "same"]),
        minutes=st.sampled_from([0, 0, 0, 2]),
    )
    def owe(self, name: str, partition: str, dedupe: str, minutes: int) -> None:
        due_at = timezone.now() + timedelta(minutes=minutes)
        subject = uuid4()
        self.texts[subject] = "0"
        waiting = Job.objects.filter(task=name, dedupe=dedupe, state__in=UNBEGUN).first() if dedupe else None
        job = queue.enqueue(name, subject, partition=partition, dedupe=dedupe, due_at=due_at, by=ALICE)
        if waiting is None:
            self.owed.append(job.id)
        assert waiting is None or job == waiting

    @rule(name=st.sampled_from(["ordered", AGREED_TO]))
    def owe_several_and_fail_one(self, name: str) -> None:
        """Those behind it are due while it waits to be tried again."""
        for _ in range(3):
            self.owe(name, "north", "", 0)
        for outcome in ("fail", "return"):
            self.work(outcome)

    def describe(self, subject: UUID) -> Matter | None:
        if Job.objects.filter(subject=subject, state="running").exists():
            self.states_are_left_only_by_their_documented_ways()
        text = self.texts.get(subject)
        return Matter(text, {"text": text}) if text else None

    @precondition(lambda self: Job.objects.filter(task=AGREED_TO).exists())
    @rule(which=st.integers(0, 5), text=st.sampled_from(["1", "2", ""]))
    def change(self, which: int, text: str) -> None:
        """What a job would say, or nothing is left of it."""
        jobs = list(Job.objects.filter(task=AGREED_TO))
        self.texts[jobs[which % len(jobs)].subject] = text

    @precondition(lambda self: Approval.objects.filter(state="requested").exists())
    @rule(which=st.integers(0, 5), by=st.sampled_from([ALICE, BOB]), how=st.sampled_from(["grant", "reject", "force"]))
    def decide(self, which: int, by: Somebody, how: str) -> None:
        approval = (asked := list(Approval.objects.filter(state="requested")))[which % len(asked)]
        job = Job.objects.get(id=approval.subject)
        same = job.state == "waiting_approval" and self.texts[job.subject] == approval.sentence
        may = same and approval.expires_at > timezone.now() and (how != "grant" or by != ALICE)
        words = {} if how == "grant" else {"reason": "Because."}
        assert getattr(deciding, how)(approval.pk, by=by, now=timezone.now(), **words).done == may
        job.refresh_from_db()
        assert not may or job.state == ("cancelled" if how == "reject" else "available")

    @rule()
    def look_at_what_waits_for_a_person(self) -> None:
        deciding.sweep(timezone.now())
        for approval in Approval.objects.filter(state="requested"):
            job = Job.objects.get(id=approval.subject)
            assert (job.state, approval.sentence) == ("waiting_approval", self.texts[job.subject])
            assert approval.expires_at > timezone.now() - timedelta(seconds=1)

    @rule(
        outcome=st.sampled_from(
            ["return", "fail", "fail", "permanent", "timeout", "late", "seen dead", "died elsewhere"]
        )
    )
    def work(self, outcome: str) -> None:
        self.outcome = outcome
        self.names += 1
        try:
            queue.run_one()
        except (Killed, TimeoutException):
            if outcome == "seen dead":
                self.seen_dead.add(f"worker-{self.names}")

    @rule(outcome=st.sampled_from(["fail", "timeout", "seen dead", "died elsewhere"]))
    def work_in_vain(self, outcome: str) -> None:
        """More often than any policy allows."""
        for _ in range(6):
            self.work(outcome)
            self.wait(LONG if outcome == "died elsewhere" else timedelta(minutes=2))
            self.sweep()
            self.attempts_are_counted_and_never_more_than_the_policy_gives()
            self.states_are_left_only_by_their_documented_ways()

    @rule(failed=st.booleans())
    def work_too_slowly(self, failed: bool) -> None:
        """The lease runs out, and another begins before the first one comes back."""
        self.work("late")
        self.wait(LONG)
        self.sweep()
        self.states_are_left_only_by_their_documented_ways()
        self.work("late")
        if self.late:
            self.come_back_late(failed)

    @precondition(lambda self: self.late)
    @rule(failed=st.booleans())
    def come_back_late(self, failed: bool) -> None:
        """Somebody else may have the job by now, or it may be dead: then nothing is changed by it."""
        job = self.late.pop(0)
        mine = Job.objects.filter(id=job.id, state="running", attempts=job.attempts).exists()
        before = Job.objects.values().get(id=job.id)
        queue._failed(job, "late") if failed else queue._end(job, Job.State.DONE)
        assert mine or Job.objects.values().get(id=job.id) == before

    @rule()
    def sweep(self) -> None:
        sweeping.sweep(now=timezone.now())
        now = timezone.now()
        for job in Job.objects.filter(state="running"):
            assert job.lease is not None and job.lease >= now - timedelta(seconds=1)
            assert job.tries.get(number=job.attempts).worker not in self.seen_dead

    @rule(span=st.sampled_from([timedelta(seconds=7), timedelta(minutes=2), LONG]))
    def wait(self, span: timedelta) -> None:
        self.gone += span

    @precondition(lambda self: Job.objects.filter(state="dead").exists())
    @rule(which=st.integers(0, 5))
    def replay(self, which: int) -> None:
        dead = list(Job.objects.filter(state="dead"))
        job = dead[which % len(dead)]
        others = Job.objects.filter(task=job.task, dedupe=job.dedupe, state__in=UNBEGUN).exclude(dedupe="")
        possible = not others.exists()
        assert queue.replay(job.id, now=timezone.now()) == possible

    @precondition(lambda self: Job.objects.exists())
    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        jobs = list(Job.objects.all())
        job = jobs[which % len(jobs)]
        possible = job.state in {*UNBEGUN, "dead"}
        assert queue.cancel(job.id, why="Never mind.", now=timezone.now()) == possible

    @invariant()
    def states_are_left_only_by_their_documented_ways(self) -> None:
        now: dict[UUID, str] = dict(Job.objects.values_list("id", "state"))
        for key, old in self.before.items():
            assert now[key] == old or now[key] in OUT.get(old, set()), (old, now[key])
        self.before = now
        assert sorted(now) == sorted(self.owed)

    @invariant()
    def attempts_are_counted_and_never_more_than_the_policy_gives(self) -> None:
        for job in Job.objects.prefetch_related("tries"):
            assert job.failures <= self.policies[job.task].attempts
            assert [each.number for each in job.tries.all()] == list(range(1, job.attempts + 1))
            open_ones = [each.number for each in job.tries.all() if each.ended_at is None]
            assert open_ones == ([job.attempts] if job.state == "running" else [])

    @invariant()
    def columns_say_what_the_state_says(self) -> None:
        for job in Job.objects.all():
            assert (job.lease is not None) == (job.state == "running")
            assert (job.finished_at is not None) == (job.state not in UNFINISHED)
            assert job.state != "done" or self.effects[job.subject]

    @invariant()
    def what_waits_for_a_person_is_asked_of_them_once(self) -> None:
        for job in Job.objects.filter(state="waiting_approval"):
            assert Approval.objects.filter(subject=job.id, state="requested").count() == 1

    @invariant()
    def each_dead_job_is_told_of(self) -> None:
        dead = Counter(Job.objects.filter(state="dead").values_list("task", flat=True))
        told: Counter[str] = Counter()  # what is cleared told of others
        for task, count in Alert.objects.filter(kind="dead_letter", cleared_at=None).values_list("subject", "count"):
            told[task] += count
        assert dead <= told

    def settle(self) -> None:
        """From now on all goes well: what is owed is agreed to and done, if anything is left of it in time."""
        self.outcome = "return"
        for _ in range(3 * len(self.owed) + 3):
            self.gone += LONG
            sweeping.sweep(now=timezone.now())
            deciding.sweep(timezone.now())
            for approval in Approval.objects.filter(state="requested"):
                assert deciding.grant(approval.pk, by=BOB, now=timezone.now()).done
            self.states_are_left_only_by_their_documented_ways()
            while queue.run_one():
                pass
        assert not Job.objects.filter(state__in=UNFINISHED).exists()
        assert not Attempt.objects.filter(ended_at=None).exists()
        self.columns_say_what_the_state_says()


def test_any_order_of_events_loses_no_job(db: Any, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ordinary run shows a failure as it found it. `PROVE_EXAMPLES=2000` makes it long, and different each time."""
    asked = os.environ.get("PROVE_EXAMPLES")
    Jobs.monkeypatch = monkeypatch
    phases = list(Phase) if asked else [Phase.generate]
    size = settings(max_examples=int(asked or 30), stateful_step_count=20, derandomize=not asked, phases=phases)
    run_state_machine_as_test(Jobs, settings=settings(size, deadline=None, database=None))

"""Drills, with a worker's work done in this process. tests/faults/test_drills.py has real workers."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.control import alarms, measures
from eventsync.control.drills import course
from eventsync.control.drills.course import Result
from eventsync.control.drills.running import run, undisturbed
from eventsync.control.management.commands.drill import Waiting
from eventsync.jobs import alerts, brokers, queue, sweeping
from eventsync.jobs.models import Alert, Job, Worker
from eventsync.schedule.models import Event
from tests.desk import alice, staff

INSTANT = timedelta(0)
TOLD = "A drill is running: what is below may be practice."


class Nobody:
    """Looks on."""

    def waits(self, step: str, passed: float, within: float) -> None:
        pass

    def tells(self, result: Result) -> None:
        pass


class Clock:
    """On which each look takes a quarter of a minute, so that no test waits."""

    now = 0.0

    def monotonic(self) -> float:
        self.now += 15
        return self.now


def event(slug: str = "rehearsal", name: str = "Rehearsal") -> Event:
    today = timezone.now().date()
    return Event.objects.create(slug=slug, name=name, first_day=today, last_day=today)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(course, "time", clock)
    return clock


def beat(seconds: float) -> None:
    """What a worker does while the drill waits."""
    now = timezone.now()
    sweeping.sweep(now=now)
    queue.run()
    alarms.watch(now=now)


def outcome(results: Sequence[Result]) -> list[tuple[str, str, bool]]:
    return [(result.step, result.got, result.good) for result in results]


def left() -> tuple[int, list[tuple[str, str]]]:
    """How many jobs there are, and what became of each alert."""
    now = timezone.now()
    return Job.objects.count(), [(row.kind, alerts.describe(row, now=now)) for row in Alert.objects.order_by("pk")]


@pytest.fixture(autouse=True)
def roomy_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "_used", lambda folder: 0.5)


def test_dead_letter_is_told_tried_again_and_dealt_with(db: None) -> None:
    said = "A job has failed for good: drill_dead_letter. This is a drill: nothing is wrong."
    assert outcome(run("dead-letters", event(), screen=Nobody(), pause=beat)) == [
        ("a job fails for good", "1 failed", True),
        ("the alert is raised", said, True),
        ("tried again, it is done", "1 done", True),
        ("with its last letter, the alert is over", "over: Well again by itself", True),
    ]
    assert left() == (0, [("dead_letter", "Well again by itself")])


@pytest.mark.parametrize(
    ("choice", "became", "over"),
    [("replay", "1 done", "Well again by itself"), ("discard", "1 cancelled", "Dealt with by alice")],
)
def test_person_deals_with_a_letter_that_is_held(db: None, choice: str, became: str, over: str) -> None:
    desk = alice()

    def practise(seconds: float) -> None:
        if dead := Job.objects.filter(state="dead").first():
            assert TOLD in desk.get("/control/health/").content.decode()
            desk.post(f"/control/inbox/job/{dead.pk}/", {choice: "", "reason": "A drill."})
        beat(seconds)

    results = run("dead-letters", event(), screen=Nobody(), hold=timedelta(minutes=5), pause=practise)
    assert outcome(results[2:]) == [
        ("a person replays or discards it in /control/inbox/", f"somebody did: {became}", True),
        ("with its last letter, the alert is over", f"over: {over}", True),
    ]
    assert (left()[0], TOLD in desk.get("/control/health/").content.decode()) == (0, False)


def test_letter_that_is_held_and_that_nobody_deals_with_is_missed(db: None) -> None:
    results = run("dead-letters", event(), screen=Nobody(), hold=timedelta(minutes=5), pause=beat)
    assert (results[-1].got, results[-1].good, results[-1].seconds >= 300) == ("nobody did", False, True)
    assert left() == (0, [("dead_letter", "Dealt with by the drill")])


def test_backlog_is_told_and_ends_by_itself(db: None) -> None:
    said = "149 jobs wait, and have for five minutes: they come in faster than they are done."
    assert outcome(run("backlog", event(), screen=Nobody(), span=INSTANT, pause=beat)) == [
        ("no backlog yet", "no open alert", True),
        ("jobs wait", "150 waiting", True),
        ("a worker sees it", "it is seen", True),
        ("the alert is raised", said, True),
        ("let go, they are done", "150 done", True),
        ("a worker sees it", "it is seen", True),
        ("the alert ends by itself", "Well again by itself", True),
    ]
    assert left() == (0, [("backlog", "Well again by itself")])


def test_broker_that_is_emptied_loses_no_job(db: None) -> None:
    brokers.tell()
    assert outcome(run("broker-loss", event(), screen=Nobody(), pause=beat)) == [
        ("the broker is emptied", "words thrown away: 1", True),
        ("all jobs are done", "20 done", True),
        ("each by one try", "20 tries", True),
        ("nobody is bothered", "no open alert", True),
    ]
    assert (brokers.untaken(), left()) == (0, (0, []))


def test_machine_that_is_silent_is_told_and_forgotten_when_it_is_gone(db: None) -> None:
    desk, stranger = alice(), staff("lea", Rank.LEAD, event("games"))

    def watch(seconds: float) -> None:
        beat(seconds)
        alerting = Alert.objects.filter(cleared_at=None).exists()
        assert [TOLD in each.get("/control/health/").content.decode() for each in (desk, stranger)] == [alerting, False]

    results = outcome(run("worker-silent", event(), screen=Nobody(), span=INSTANT, pause=watch))
    assert [(step, good) for step, _, good in results] == [
        ("the alert is raised", True), ("a worker sees it", True), ("the alert ends by itself", True),
    ]  # fmt: skip
    assert (Worker.objects.count(), left()) == (0, (0, [("worker_silent", "Well again by itself")]))


def test_silence_that_nobody_notices_is_missed_and_nothing_is_left(db: None) -> None:
    results = run("worker-silent", event(), screen=Nobody(), pause=lambda seconds: None)
    assert (outcome(results), Worker.objects.count()) == ([("the alert is raised", "no open alert", False)], 0)


def test_alert_that_nobody_raises_is_missed_and_nothing_is_left(db: None) -> None:
    results = run("backlog", event(), screen=Nobody(), span=INSTANT, pause=lambda seconds: None)
    assert outcome(results[2:]) == [("a worker sees it", "nobody looks", False)]
    assert (results[2].seconds >= 120, left()) == (True, (0, []))


def test_alert_that_somebody_silenced_is_missed(db: None) -> None:
    now = timezone.now()
    alerts.alert(kind="backlog", subject="", message="many", now=now)
    alerts.silence(alert_id=Alert.objects.get().pk, by="alice", now=now, span=timedelta(hours=1))
    alerts.clear_all(kind="backlog", subject="", now=now)
    step, got, good = outcome(run("backlog", event(), screen=Nobody(), span=INSTANT, pause=beat))[-1]
    assert (step, got.partition(" until ")[0], good) == ("the alert is raised", "Open, silenced", False)


def test_backlog_that_is_there_already_is_no_drill(db: None) -> None:
    alerts.alert(kind="backlog", subject="", message="200 jobs wait.", now=timezone.now())
    results = run("backlog", event(), screen=Nobody(), pause=beat)
    assert outcome(results) == [("no backlog yet", "200 jobs wait.", False)]
    assert left() == (0, [("backlog", "Open")])


@pytest.mark.parametrize("drill", ["backlog", "dead-letters", "worker-crash", "broker-loss"])
def test_drill_that_is_stopped_takes_away_what_it_made(db: None, drill: str) -> None:
    def stop(seconds: float) -> None:
        assert Job.objects.exists()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(drill, event(), screen=Nobody(), pause=stop)
    assert left() == (0, [])


def test_who_is_told_to_stop_between_two_waits_stops_at_the_next_but_takes_away_undisturbed() -> None:
    waiting = Waiting()
    waiting.tell()
    with pytest.raises(KeyboardInterrupt):
        waiting(0)
    waiting.tell()
    undisturbed(waiting, 0)
    waiting(0)


def test_what_a_killed_drill_left_goes_first(db: None) -> None:
    queue.enqueue("drill_dead_letter", event().pk, correlation=Event.objects.get().pk)
    queue.run()
    run("broker-loss", Event.objects.get(), screen=Nobody(), pause=beat)
    assert left() == (0, [("dead_letter", "Dealt with by the drill")])


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as raised:
        call_command("drill", *arguments)
    assert Job.objects.count() == 0
    return str(raised.value)


def test_drill_is_refused_where_it_would_do_harm(db: None) -> None:
    assert refused("dead-letters") == (
        "There is no event “demo”. Load the demo with manage.py demo, or name a rehearsal: --event."
    )
    event()
    assert refused("dead-letters", "--event", "rehearsal") == (
        "No worker was heard from within a minute. Start one, or add --worker."
    )
    event("games", "The games")
    assert refused("dead-letters", "--event", "games").startswith("“The games” is neither the demo nor a rehearsal.")
    assert refused("dead-letters", "--event", "rehearsal").startswith("“The games” takes place on this server now.")
    although = ["--event", "rehearsal", "--although-an-event-runs"]
    assert refused("dead-letters", *although).startswith("No worker was heard from")


def test_event_that_is_over_or_to_come_forbids_nothing(db: None) -> None:
    event()
    for days in (-2, 2):
        day = timezone.now().date() + timedelta(days=days)
        Event.objects.create(slug=f"games{days}", name="Games", first_day=day, last_day=day)
    assert refused("dead-letters", "--event", "rehearsal").startswith("No worker was heard from")

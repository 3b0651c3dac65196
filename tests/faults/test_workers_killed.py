"""Workers are killed, hang and are told to go: every job is done, or dead and seen; nothing has its effect twice."""

import os
import signal
import time
from collections import Counter
from uuid import UUID

import pytest
from django.db import connection

from tests.faults.processes import Postgres
from tests.faults.workshop import Worker, Workshop, on, until

pytestmark = pytest.mark.long

SEVERAL = 10  # jobs done, so that others are on their way


def verify(workshop: Workshop, *tasks: str) -> None:
    """All jobs of these tasks are done, each with one effect, and what was tried was counted before it was tried."""
    owed = [subject for task in tasks for subject in workshop.owed(task)]
    assert sorted(workshop.done()) == sorted(owed)
    assert {state for task in tasks for state, _, _ in workshop.errors(task)} == {"done"}
    tries = workshop.tries()
    assert {subject: tries[subject] for subject in owed if tries[subject] > workshop.attempts()[subject]} == {}


@on("orm")
def test_worker_killed_in_mid_job_has_tried_and_another_does_it(workshop: Workshop) -> None:
    workshop.owe("stuck_once=1", "note=5")
    worker = workshop.worker()
    os.kill(workshop.running("stuck_once"), signal.SIGKILL)
    workshop.settled()
    assert workshop.errors("stuck_once") == [("done", 2, "")]
    assert workshop.tries() == Counter(workshop.owed("note")) + Counter(workshop.owed("stuck_once") * 2)
    verify(workshop, "note", "stuck_once")
    worker.told_to_stop()


@on("orm")
def test_machine_that_is_lost_loses_its_jobs_and_one_that_lives_keeps_them_however_long(workshop: Workshop) -> None:
    """Of processes of another machine nothing can be seen from here: only that nobody renews their lease."""
    workshop.settings |= {"WORK_LEASE": "3", "WORK_PLACE": "far"}
    workshop.owe("stuck_once=1")
    far = workshop.worker()
    workshop.running("stuck_once")
    workshop.settings["WORK_PLACE"] = "near"
    workshop.worker()
    time.sleep(8)  # longer than two leases
    assert workshop.errors("stuck_once") == [("running", 1, "")]
    far.kill()
    workshop.settled(within=20)
    assert workshop.errors("stuck_once") == [("done", 2, "")]
    verify(workshop, "stuck_once")


@pytest.mark.parametrize("victim", ["those that work", "their guard"])
@on("orm")
def test_idle_processes_killed_are_replaced_and_hang_nothing(workshop: Workshop, victim: str) -> None:
    """One of those that wait for word dies with the lock of all: a replacement would wait for ever."""
    worker = workshop.worker()
    workshop.owe("note=1")
    workshop.settled()
    for process in worker.hands() if victim == "those that work" else worker.guards():
        os.kill(process, signal.SIGKILL)
    workshop.owe("note=5")
    workshop.settled()
    verify(workshop, "note")
    assert workshop.tries() == Counter(workshop.owed("note"))
    worker.told_to_stop()


@on("orm")
def test_worker_that_is_deaf_stops_when_it_is_told_to(workshop: Workshop) -> None:
    """The processes that replace those killed wait for a lock that nobody will give back."""
    worker = workshop.worker()
    killed = worker.hands()
    for process in killed:
        os.kill(process, signal.SIGKILL)
    until(lambda: len(set(worker.hands()) - set(killed)) == len(killed), workshop.story)
    worker.told_to_stop()


@on("orm")
def test_whole_tree_killed_with_200_jobs_queued(workshop: Workshop) -> None:
    """One of two hosts is lost for good; later the other one, too, and a new one comes."""
    workshop.owe("slow=160@north", "slow=30@south", "step=10@north")
    first, second = workshop.worker(), workshop.worker()
    for victim in (first, second):
        enough = len(workshop.done()) + SEVERAL
        until(lambda enough=enough: len(workshop.done()) >= enough, workshop.story)  # type: ignore[misc]
        victim.kill()
    assert sum(count for (_, state), count in workshop.states().items() if state != "done") > SEVERAL
    workshop.worker()
    workshop.settled(within=60)
    verify(workshop, "slow", "step")
    order = workshop.owed("step")
    assert [subject for subject in workshop.done() if subject in order] == order
    extra = workshop.tries() - Counter(workshop.owed("slow")) - Counter(order * 2)
    assert extra.total() <= 6  # three that worked in each of the killed


@on("orm")
def test_worker_told_to_stop_ends_its_jobs_and_begins_no_others(workshop: Workshop) -> None:
    workshop.owe("slow=100")
    worker = workshop.worker()
    until(lambda: len(workshop.done()) >= SEVERAL, workshop.story)
    worker.told_to_stop()
    states = workshop.states()
    assert set(states) == {("slow", "done"), ("slow", "available")}
    assert workshop.tries() == Counter(workshop.done())
    assert workshop.database.rows("SELECT name FROM jobs_worker") == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite runs inside the workers")
@on("orm", all_of=("orm", "redis"))
def test_database_gone_while_jobs_run_and_back(workshop: Workshop) -> None:
    """What became of the jobs under way cannot be written. They are given back at once, not when their lease ends."""
    assert isinstance(workshop.database, Postgres)
    workshop.owe("slow=200")
    worker = workshop.worker()
    until(lambda: len(workshop.done()) >= SEVERAL, workshop.story)
    workshop.database.stop(signal.SIGQUIT)
    workshop.database.start()
    workshop.settled(within=60)
    verify(workshop, "slow")
    assert lives(worker)


@on("orm")
def test_job_that_kills_its_worker_or_hangs_stops_after_its_attempts(workshop: Workshop) -> None:
    workshop.settings["EVENTSYNC_JOB_TIMEOUT"] = "2"
    workshop.owe("deadly=1", "hang=1", "note=5", "refuse=1")
    worker = workshop.worker()
    workshop.settled(within=60)
    assert workshop.errors("deadly") == [("dead", 3, "Its worker died each time.")]
    assert workshop.errors("hang") == [("dead", 3, "It took longer than 2 seconds.")]
    assert workshop.alerts() == [("dead_letter", "deadly"), ("dead_letter", "hang"), ("dead_letter", "refuse")]
    verify(workshop, "note")
    assert lives(worker)
    dead = workshop.database.rows("SELECT id FROM jobs_job WHERE state = 'dead'")
    assert set(workshop.run("inbox.py")) == {f"job/{UUID(str(key))}" for (key,) in dead}  # on the page


def lives(worker: Worker) -> bool:
    return worker.process.poll() is None and len(worker.hands()) == 3

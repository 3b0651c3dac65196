"""`manage.py drill` beside real workers: each fault is seen, nothing is lost, and nothing of it stays behind."""

import signal
import subprocess
import sys

import pytest

from eventsync.control.drills.faults import DRILLS
from tests.e2e.stage import ROOT
from tests.faults.workshop import Workshop, on, until

pytestmark = pytest.mark.long

PATIENCE = 240  # seconds; workers look at limits every 20


def start(workshop: Workshop, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", "drill", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=workshop.environment, stdout=pipe, stderr=pipe, text=True)


def drill(workshop: Workshop, *arguments: str) -> tuple[int, list[str]]:
    """Its exit code and its table, without the head."""
    process = start(workshop, *arguments)
    out, err = process.communicate(timeout=PATIENCE)
    assert out, err
    return process.returncode, out.splitlines()[1:]


def nothing_is_left(workshop: Workshop) -> None:
    assert workshop.database.rows("SELECT task FROM jobs_job WHERE task LIKE 'drill%'") == []
    assert workshop.alerts() == []


@on("orm", all_of=("orm", "redis", "sqs"))
def test_all_drills_go_as_they_must(workshop: Workshop) -> None:
    workshop.worker()
    code, lines = drill(workshop, "--all", "--minutes", "0")
    assert (code, lines[-1]) == (0, "All went as it must."), "\n".join(lines)
    assert {line.split()[1] for line in lines[:-1]} == set(DRILLS)
    assert {line[0] for line in lines[:-1]} == {"✓"}
    nothing_is_left(workshop)


@on("redis", all_of=("redis",))
def test_drill_brings_its_worker_and_takes_it_away(workshop: Workshop) -> None:
    code, lines = drill(workshop, "broker-loss", "--worker")
    assert (code, lines[-1]) == (0, "All went as it must."), "\n".join(lines)
    assert workshop.database.rows("SELECT name FROM jobs_worker") == []
    nothing_is_left(workshop)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@on("orm")
def test_drill_that_is_stopped_leaves_nothing_behind(workshop: Workshop, how: signal.Signals) -> None:
    workshop.worker()
    process = start(workshop, "backlog")
    until(lambda: workshop.states()["drill_backlog", "available"] == 150, workshop.story)
    process.send_signal(how)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "What the drill made is taken away." in err) == (1, True), err
    nothing_is_left(workshop)

"""Whoever hears of a fact acts on it once, whatever dies meanwhile: the effect and the mark of it are one commit."""

import os
import random
import signal
import time
from contextlib import suppress

import pytest

from tests.faults.workshop import Workshop, on, until

pytestmark = pytest.mark.long

FACTS, FATAL, KILLS = 150, 4, 12


def number(workshop: Workshop, sql: str) -> int:
    return int(workshop.database.rows(sql)[0][0] or 0)


def counted(workshop: Workshop) -> int:
    return number(workshop, "SELECT COUNT(*) FROM counted")


@on("orm")
def test_each_fact_has_its_effect_once_though_workers_die_before_and_after_the_commit(
    workshop: Workshop, seed: int
) -> None:
    dice = random.Random(seed)
    workshop.run("tell.py", f"tell={FACTS}", f"fatal={FATAL}")
    worker = workshop.worker()
    for kill in range(1, KILLS + 1):
        until(lambda kill=kill: counted(workshop) > kill * 8, workshop.story)  # type: ignore[misc]
        time.sleep(dice.uniform(0, 0.1))
        if kill % 6:
            with suppress(ProcessLookupError):  # it was killed by what it did
                os.kill(dice.choice(worker.hands()), signal.SIGKILL)
        else:
            worker.kill()
            worker = workshop.worker()
    workshop.settled(within=90)
    assert workshop.states() == {("count_plates", "done"): FACTS + FATAL}
    plates = sum(range(1, FACTS + 1)) + sum(range(1, FATAL + 1))
    assert (counted(workshop), number(workshop, "SELECT n FROM plates")) == (FACTS + FATAL, plates)
    marks = "SELECT COUNT(*) FROM jobs_handling WHERE subscriber = 'count_plates'"
    assert number(workshop, marks) == FACTS + FATAL
    # Of each fatal one the first try was killed after its commit; others were in hand when they were killed.
    assert number(workshop, "SELECT COUNT(*) FROM jobs_job WHERE attempts > 1") > FATAL

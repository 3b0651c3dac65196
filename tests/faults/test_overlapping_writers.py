"""Two web processes on one database, and eight writers whose batches overlap."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.devices import Operation, Writer
from tests.faults.stage import Stage
from tests.proving import PROVING

SECONDS = 20 if PROVING else 6
DEVICES = 4  # each sends through both processes at once


@pytest.mark.long
def test_the_same_operations_through_two_processes_at_once_are_applied_once(stage: Stage, seed: int) -> None:
    near, far = stage.web(), stage.web()
    stage.reader()
    for _ in range(DEVICES):
        stage.writer()
    until = time.monotonic() + SECONDS
    done = threading.Event()
    with ThreadPoolExecutor(DEVICES * 2 + 1) as pool:
        reading = pool.submit(stage.readers[0].follow, done)
        while time.monotonic() < until:
            sending = [
                pool.submit(writer.push, batch, port=port)
                for writer in stage.writers
                for port, batch in zip((near.port, far.port), overlapping(writer), strict=True)
            ]
            for each in sending:
                each.result()  # a busy machine may send some away; they are settled below
        done.set()
        reading.result()
    assert all(writer.batches > SECONDS / 2 for writer in stage.writers)
    stage.verify()


def overlapping(writer: Writer) -> tuple[list[Operation], list[Operation]]:
    """Two batches with the same new operations in another order, and each with some old ones."""
    dice: random.Random = writer.dice
    old = list(writer.recorded)
    new = writer.record(dice.randint(1, 40))
    first, second = ([*new, *dice.sample(old, min(len(old), dice.randint(0, 20)))] for _ in range(2))
    dice.shuffle(second)
    return first, second

"""The promise, under faults: nothing that a person recorded is lost, and doing it twice equals doing it once.

Several devices with two tabs each, over the real HTTP handlers, through a network that drops, repeats, holds back and
shortens; clocks are wrong and are set, devices are switched off, revoked and enrolled again, tombstones go, and the
database is put back from its backup. What must be true after every step and at the end is in books.py.

The ordinary run is bounded and the same each time, and shows a failure as it found it. PROVE_EXAMPLES=10000 makes it
long and different, and makes a failure small: its report has the seed, as captured output, and PROVE_SEED repeats it.
"""

import os
import random
import sys

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from tests.convergence.machine import machine_of
from tests.convergence.world import OnDevices, OnServer, World, day_of_the_event

EXAMPLES = 20
STEPS = 25


def test_devices_and_server_agree_whatever_happens(db: None) -> None:
    asked = os.environ.get("PROVE_EXAMPLES")
    profile = settings(
        deadline=None,
        database=None,
        derandomize=asked is None,
        max_examples=int(asked or EXAMPLES),
        stateful_step_count=STEPS,
        print_blob=True,
        phases=[Phase.generate] if asked is None else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    with day_of_the_event() as cast:
        machine = machine_of(cast)
        if asked is not None:
            chosen = int(os.environ.get("PROVE_SEED") or random.randrange(2**32))
            sys.stdout.write(f"PROVE_EXAMPLES={asked} PROVE_SEED={chosen}\n")  # shown when it fails, by xdist too
            machine = seeded(chosen)(machine)
        run_state_machine_as_test(machine, settings=profile)


def test_device_with_nothing_to_send_that_a_restored_server_does_not_know_comes_back(db: None) -> None:
    """Found by the machine on PostgreSQL: no push was refused, for there was none."""
    with day_of_the_event() as cast:
        world = World(cast, (1, 1))
        try:
            for tab in (0, 1):
                world.handsets[0].sync(tab, "push")
            world.befall(0, OnDevices.ENROLLED_AGAIN)
            world.shake(OnServer.RESTORED)
            world.heal()
            world.check_all()
        finally:
            world.close()

"""Would the convergence tests notice? Defects are put into the server and the device, and each must be found.

Nothing here is shrunk: that an example fails is all that is asked. The examples are the same on every run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.convergence.defects import MACHINE, STORIES, Defect
from tests.convergence.machine import machine_of
from tests.convergence.stories import Delivery, ends_the_same, stories
from tests.convergence.world import day_of_the_event

pytestmark = pytest.mark.long

SEARCH = settings(
    deadline=None,
    max_examples=300,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def broken(defect: Defect) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        defect(patch)
        yield


@pytest.mark.parametrize("defect", STORIES, ids=lambda defect: defect.__name__)
def test_defect_is_found_by_the_stories(db: None, defect: Defect) -> None:
    @SEARCH
    @given(story=stories())
    def check(story: tuple[list[dict[str, Any]], list[Delivery], list[Delivery]]) -> None:
        acts, *ways = story
        ends_the_same(acts, ways)

    with broken(defect), pytest.raises(AssertionError):
        check()


@pytest.mark.parametrize("defect", MACHINE, ids=lambda defect: defect.__name__)
def test_defect_is_found_by_the_machine(db: None, defect: Defect) -> None:
    with day_of_the_event() as cast, broken(defect), pytest.raises(AssertionError):
        run_state_machine_as_test(machine_of(cast), settings=SEARCH)

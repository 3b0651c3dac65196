"""A day of the games, half an hour into it."""

from collections.abc import Iterator

import pytest
import time_machine

from eventsync.schedule.models import Event
from tests.cast import NOON
from tests.schedule.plan.plans import HOUR, Day, make_day, release


@pytest.fixture
def day(games) -> Iterator[Day]:
    """Saturday in Helsinki, at half past three: swimming is on, the relay follows. Released the day before."""
    Event.objects.update(tz="Europe/Helsinki", languages=["fi", "ar"], help_phone="+358 40 1")
    games.event.refresh_from_db()
    made = make_day(games)
    release(made.event)
    with time_machine.travel(NOON + HOUR / 2, tick=False):
        yield made

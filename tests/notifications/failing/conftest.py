"""Noon, a family that can be reached, and somebody who leads."""

from typing import Any

import pytest
from django.test import Client

from eventsync.access.ranks import Rank
from notifications.models import Recipient
from tests.cast import NOON, Games
from tests.desk import staff
from tests.notifications.carried import reachable


@pytest.fixture(autouse=True)
def at_noon(time_machine: Any) -> None:
    """No quiet hours."""
    time_machine.move_to(NOON)


@pytest.fixture
def family(games: Games) -> Recipient:
    return reachable(games.event, groups=["Finland"])


@pytest.fixture
def lead(games: Games) -> Client:
    return staff("lea", Rank.LEAD, games.event)

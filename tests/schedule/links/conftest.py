"""A day of the games as the pages have it, and a card of somebody from Norway."""

import pytest

from eventsync.schedule.links.making import Card
from tests.schedule.links.cards import make_card
from tests.schedule.pages.conftest import day

__all__ = ["day"]


@pytest.fixture
def card(day) -> Card:
    return make_card(day.event)

"""The weekend of the feeds, which files come from."""

from typing import Any

import pytest

from eventsync.schedule.models import Event
from tests.schedule.feeds.weekend import make_weekend


@pytest.fixture
def weekend(db: None, settings: Any) -> Event:
    settings.BASE_URL = "https://games.example"
    return make_weekend()

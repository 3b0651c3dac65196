"""A push service that knows our key, and a family without a browser."""

import pytest

from notifications.push.keys import public_key
from tests.notifications.families import make_recipient
from tests.notifications.push_service import serving


@pytest.fixture
def service(settings):
    settings.PUSH_PRIVATE = True
    with serving(public_key()) as service:
        yield service


@pytest.fixture
def family(games):
    return make_recipient(games.event, browsers=0, language="en")

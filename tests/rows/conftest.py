"""Each test of this folder runs twice: as in a server, and as where somebody watches statements."""

from collections.abc import Iterator

import pytest
from django.db import connection


@pytest.fixture(autouse=True, params=["alone", "watched"])
def watched(request: pytest.FixtureRequest) -> Iterator[None]:
    before, connection.force_debug_cursor = connection.force_debug_cursor, request.param == "watched"
    yield
    connection.force_debug_cursor = before

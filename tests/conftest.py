"""What every test shares. Which database and broker they run on is decided by the environment, as for the product."""

from pathlib import Path

import pytest
from django.db import connection

END_TO_END = Path(__file__).parent / "e2e"


def pytest_report_header() -> str:
    return f"database: {connection.vendor}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests take their turns on one worker: two browsers at once would make their timings worthless."""
    for item in items:
        if item.path.is_relative_to(END_TO_END):
            item.add_marker(pytest.mark.xdist_group("browser"))

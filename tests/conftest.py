"""What every test shares. Which database and broker they run on is decided by the environment, as for the product."""

import signal
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import TransactionTestCase

from eventsync.control.absence import lookout
from eventsync.sync.marker import keeper
from tests.cast import Games, Phone, make_games, make_phone
from tests.proving import PROVING


def pytest_report_header() -> str:
    return f"database: {connection.vendor}"


def pytest_configure() -> None:
    """Each test client would look through all static files anew, which was most of a request's time."""
    settings.WHITENOISE_USE_FINDERS = False
    TransactionTestCase._fixture_teardown = empty_database  # type: ignore[attr-defined]
    # What a shell starts behind its back ignores Ctrl-C, and so would all that tests start and stop by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def empty_database(case: TransactionTestCase) -> None:
    """What Django does after a test that commits, but for making permissions and content types anew each time."""
    kept = {"django_migrations", "django_content_type", "auth_permission"}
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - kept)
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked as long runs in `make prove`, which sets PROVE_ROUNDS, or for whoever asks: `pytest -m long`."""
    if PROVING or config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.fixture
def committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a commit is done at once: the transaction around a test has none."""
    monkeypatch.setattr(transaction, "on_commit", lambda do, using=None, robust=False: do())


@pytest.fixture
def games(db: None, request: pytest.FixtureRequest) -> Games:
    return make_games(one_by_one=request.node.get_closest_marker("one_by_one") is not None)


@pytest.fixture
def phone(games: Games) -> Phone:
    return make_phone(games)


@pytest.fixture
def other_phone(games: Games) -> Phone:
    return make_phone(games, name="Other phone")


@pytest.fixture(autouse=True)
def own_marker(settings: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may write the marker of the database beside it, nor find another test's.

    Its keeper rests: it looks once in five seconds, so chance would say in which count of statements it is.
    """
    settings.MARKER = tmp_path_factory.getbasetemp() / f"marker-{uuid4().hex}.json"
    for last in ("_agreed_at", "_kept_at"):
        monkeypatch.setattr(keeper, last, float("inf"))


@pytest.fixture(autouse=True)
def no_lookout(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks once in a quarter of a minute: chance would say at the end of which request."""
    monkeypatch.setattr(lookout, "_next", float("inf"))


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Throttles count in the cache: no test inherits another's guesses.

    A prefix of its own, because clearing would empty a Redis that other tests, or others, are using.
    Threads open caches of their own from the settings.
    """
    caches.settings["default"]["KEY_PREFIX"] = cache.key_prefix = uuid4().hex

"""A server with the demo event, and phones."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.e2e.chromium import find_chromium
from tests.e2e.proxy import Proxy, standing_before
from tests.e2e.screenshots import PASSWORD, USER
from tests.e2e.stage import PATIENCE, Phone, Server


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them, made once: making it takes seconds."""
    stage = Server(tmp_path_factory.mktemp("migrated"))
    stage.manage("migrate", "--verbosity", "0")
    return stage.database


@pytest.fixture
def server(tmp_path: Path, migrated: Path) -> Iterator[Server]:
    """Running, with all tables and nothing in them."""
    stage = Server(tmp_path)
    shutil.copy(migrated, stage.database)
    with stage:
        yield stage


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """A network between the server and all phones that are switched on after it was asked for."""
    with standing_before(server, Proxy) as between:
        yield between


@pytest.fixture
def new_phone(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    phones: list[Phone] = []

    def make(*, switches: Sequence[str] = (), **options: Any) -> Phone:
        phone = Phone(playwright, tmp_path / f"phone-{len(phones)}", find_chromium(), options, list(switches))
        phone.switch_on()
        phones.append(phone)
        return phone

    yield make
    for phone in phones:
        phone.switch_off()


@pytest.fixture
def staffed(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """With 40 people and somebody who may see everything."""
    server.manage("demo", "--people", "40", "--no-invite")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    return server

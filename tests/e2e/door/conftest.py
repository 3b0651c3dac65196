"""A demo event that is loaded once, a server on a copy of it for each test, and phones at its doors."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.film import camera, film
from tests.e2e.kiosk import HELD, enrol
from tests.e2e.proxy import Renewed, standing_before
from tests.e2e.stage import Phone, Server
from tests.e2e.tour import DOOR, enrolment_code, guests

PEOPLE = 60
EARLIER = slice(20, 30)
NO_GOOD = "This code is wrong, used up, expired or not for this phone. Ask for a new one."


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> tuple[Path, str]:
    """A database with the demo event, and an enrolment code in it."""
    server = Server(tmp_path_factory.mktemp("loaded"))
    shutil.copy(migrated, server.database)
    server.manage("demo", "--people", str(PEOPLE), "--no-invite")
    return server.database, enrolment_code(server)


@pytest.fixture
def server(loaded: tuple[Path, str], tmp_path: Path) -> Iterator[Server]:
    stage = Server(tmp_path)
    shutil.copy(loaded[0], stage.database)
    with stage:
        yield stage


@pytest.fixture
def code(loaded: tuple[Path, str]) -> str:
    return loaded[1]


@pytest.fixture
def new() -> list[dict[str, str]]:
    """People who are not in yet."""
    return guests(PEOPLE)[:20]


@pytest.fixture
def at_door(server: Server, code: str, new_phone: Callable[..., Phone]) -> Callable[..., Phone]:
    """Makes a phone that is ready at a checkpoint, the main door if no other is named."""

    def make(checkpoint: str = DOOR, *, switches: Sequence[str] = ()) -> Phone:
        phone = new_phone(switches=switches)
        phone.enrol(f"{server.url}/app/#enrol={code}", name="Maria", checkpoint=checkpoint)
        expect(phone.page.get_by_text(f"{PEOPLE} people on the list")).to_be_visible()
        return phone

    return make


@pytest.fixture
def everywhere(server: Server, new_phone: Callable[..., Phone]) -> Callable[[str], Phone]:
    """A phone at a checkpoint of any venue."""
    code = enrolment_code(server, venue=None)

    def make(checkpoint: str) -> Phone:
        phone = new_phone()
        phone.enrol(f"{server.url}/app/#enrol={code}", name="Maria", checkpoint=checkpoint)
        expect(phone.page.get_by_text(f"{PEOPLE} people on the list")).to_be_visible()
        return phone

    return make


@pytest.fixture
def renewed(server: Server) -> Iterator[Renewed]:
    with standing_before(server, Renewed) as between:
        yield between


@pytest.fixture
def at_kiosk(server: Server, new_phone: Callable[..., Phone]) -> Callable[..., Phone]:
    """Makes a kiosk at the main door that works without a network from then on."""

    def make(*, script: str = HELD, switches: Sequence[str] = (), **options: Any) -> Phone:
        phone = new_phone(switches=switches, **options)
        enrol(phone, server, script=script)
        return phone

    return make


@pytest.fixture
def filming(server: Server, code: str, tmp_path: Path, new_phone: Callable[..., Phone]) -> Callable[..., Phone]:
    """Makes a phone at the main door whose camera sees the scenes; nothing is scanned yet."""

    def make(
        scenes: Sequence[tuple[Image.Image, float]], *, before: str = "", switches: Sequence[str] = (), **options: Any
    ) -> Phone:
        seeing = camera(film(tmp_path / "film.y4m", scenes))
        phone = new_phone(switches=[*seeing, *switches], **{"permissions": ["camera"], **options})
        if before and phone.context is not None:
            phone.context.add_init_script(before)
        phone.enrol(f"{server.url}/app/#enrol={code}", name="Maria", checkpoint=DOOR)
        expect(phone.page.get_by_text(f"{PEOPLE} people on the list")).to_be_visible()
        return phone

    return make

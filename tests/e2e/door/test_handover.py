"""A phone that is dying shows what it recorded to another phone's camera. What the camera sees is the real screen."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FloatRect, Page, expect

from tests.e2e.stage import PATIENCE, Phone, Server, axe, sideways

FILM = (1280, 720)
LASTS = 10  # pictures of the film; Chromium plays thirty a second, and a code stands for a third of one


@pytest.fixture
def eyes(tmp_path: Path) -> Path:
    return tmp_path / "film.mjpeg"


def camera_that_sees(film: Path) -> list[str]:
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]


def open_screen(phone: Phone, link: str) -> Page:
    phone.page.get_by_role("link", name="This phone").click()
    phone.page.get_by_role("link", name=link).click()
    return phone.page


def seen_by_a_camera(screen: bytes) -> bytes:
    """One picture of a film: somebody's hand holds a phone's screen before the camera, not quite straight."""
    with Image.open(io.BytesIO(screen)) as shot:
        shot.thumbnail((FILM[0], FILM[1] - 20))
        film = Image.new("RGB", FILM, (90, 80, 70))
        held = shot.convert("RGB").rotate(2, expand=True, fillcolor=(60, 60, 60), resample=Image.Resampling.BICUBIC)
        film.paste(held, ((FILM[0] - held.width) // 2, (FILM[1] - held.height) // 2))
    written = io.BytesIO()
    film.save(written, "JPEG", quality=80)
    return written.getvalue()


def film_of(page: Page, file: Path) -> int:
    """Films the codes until each is in the film at least once; says how many there are."""
    canvas = page.get_by_role("img", name="Code ")
    expect(canvas).to_be_visible()
    number = int((canvas.get_attribute("aria-label") or "").rsplit(" ", 1)[1])
    codes: list[bytes] = []
    for _ in range(number * 12):
        screen = page.screenshot()
        codes.append(code_on(screen, canvas.bounding_box()))
        with file.open("ab") as film:
            film.write(seen_by_a_camera(screen) * LASTS)
        if len(set(codes)) > number - 1 and len(codes) >= number * 3:
            break
    assert len(set(codes)) == number
    return number


def code_on(screen: bytes, box: FloatRect | None) -> bytes:
    assert box is not None
    with Image.open(io.BytesIO(screen)) as shot:
        left, top = box["x"], box["y"]
        return shot.crop((round(left), round(top), round(left + box["width"]), round(top + box["height"]))).tobytes()


@pytest.mark.long
def test_a_dying_phone_hands_over_what_it_recorded_by_its_screen(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone], eyes: Path
) -> None:
    maria, ben = at_door(), at_door(switches=camera_that_sees(eyes))
    maria.page.context.set_offline(True)
    for person in new[:12]:
        maria.check_in(person)
        maria.next()
    recorded = maria.outbox()
    page = open_screen(maria, "Hand over to another phone")
    expect(page.get_by_text("12 records wait here.")).to_be_visible()
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])
    assert film_of(page, eyes) > 3

    ben.page.context.set_offline(True)
    screen = open_screen(ben, "Read another phone’s codes")
    expect(screen.get_by_text("12 records taken over, safe on this phone.")).to_be_visible(timeout=4 * PATIENCE * 1000)
    assert (axe(screen, "color-contrast-enhanced"), sideways(screen)) == ([], [])
    assert (ben.outbox(), maria.outbox()) == (recorded, recorded)
    page.get_by_role("button", name="The other phone says done").click()
    expect(page.get_by_role("status")).to_have_text("12 records handed over.")
    maria.kill()

    ben.page.context.set_offline(False)
    ben.page.get_by_role("link", name="Door").click()
    ben.shows(present=12, pending=0)
    assert server.operations() == recorded
    maria.switch_on()  # it was charged: nothing is counted twice
    maria.page.goto(f"{server.url}/app/")
    maria.shows(present=12, pending=0)
    assert max(server.headcount().values()) == (12, 0, 0)
    assert server.operations() == recorded
    server.manage("audit", "--json")


@pytest.mark.long
def test_a_phone_on_which_nothing_waits_has_nothing_to_show(at_door: Callable[..., Phone]) -> None:
    page = open_screen(at_door(), "Hand over to another phone")
    expect(page.get_by_text("Nothing waits on this phone")).to_be_visible()
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])

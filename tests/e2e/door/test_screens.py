"""The door app's screens: for everybody, with a keyboard, with large text, light and dark."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.equal_access import violations
from tests.e2e.looks import in_forced_colours, speak, sweep
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import (
    DOOR,
    SCREENS,
    admit_earlier,
    guests,
    tour,
)

pytestmark = pytest.mark.long

PEOPLE = 60  # as loaded in conftest.py
EARLIER = slice(20, 30)


def word(phone: Phone, heading: str, name: str = "") -> None:
    expect(phone.result.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(phone.result).to_contain_text(name)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_screen_passes_both_checkers_in_light_and_dark_and_fits_a_narrow_phone(
    language: str, server: Server, code: str, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    earlier = guests(PEOPLE)[EARLIER]
    admit_earlier(server, code=code, people=earlier, by="Ben")
    phone = new_phone(reduced_motion="reduce")
    found: dict[str, list[str]] = {}
    for screen in tour(phone, server, code=code, people=PEOPLE, new=new, was_in=earlier[0]):
        speak(phone.page, language)
        for scheme in ("light", "dark"):
            phone.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found[f"{screen} {scheme}"] = axe(phone.page, "color-contrast-enhanced")
        found[f"{screen} sizes"] = sweep(phone.page) + violations(phone.page)
        found[f"{screen} forced"] = in_forced_colours(phone.page)
        assert phone.page.evaluate("document.getAnimations().length") == 0
        phone.page.set_viewport_size({"width": 320, "height": 640})
        found[f"{screen} 320"] = sideways(phone.page)
        phone.page.set_viewport_size({"width": 360, "height": 640})
        speak(phone.page, "en")
    assert found == {
        f"{screen} {part}": [] for screen in SCREENS for part in ("light", "dark", "sizes", "forced", "320")
    }


@pytest.mark.parametrize("language", ["en", "fi", "ar"])
def test_no_screen_scrolls_sideways_at_twice_the_text_size(
    language: str, server: Server, code: str, new: list[dict[str, str]], tmp_path: Path, new_phone: Callable[..., Phone]
) -> None:
    earlier = guests(PEOPLE)[EARLIER]
    admit_earlier(server, code=code, people=earlier, by="Ben")
    set_text_size(tmp_path / "phone-0", 32)
    phone = new_phone()
    found = {}
    for screen in tour(phone, server, code=code, people=PEOPLE, new=new, was_in=earlier[0]):
        speak(phone.page, language)
        found[screen] = sideways(phone.page)
        speak(phone.page, "en")
    assert phone.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 1.0625 * 32
    assert found == {screen: [] for screen in SCREENS}


def set_text_size(profile: Path, pixels: int) -> None:
    """As the browser's own setting does it; 16 is the usual size."""
    folder = profile / "Default"
    folder.mkdir(parents=True)
    (folder / "Preferences").write_text(f'{{"webkit": {{"webprefs": {{"default_font_size": {pixels}}}}}}}')


def test_a_keyboard_is_enough(
    server: Server, code: str, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    page = new_phone().page
    person = new[0]
    page.goto(f"{server.url}/app/")
    expect(page.get_by_role("heading", name="Enrol this phone")).to_be_focused()
    tab_to(page, page.get_by_label("Enrolment code"))
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Who is holding this phone?")).to_be_focused()
    tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type("Maria")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Where do you stand?")).to_be_focused()
    expect(page.get_by_role("list", name="Checkpoints").get_by_role("button")).to_have_count(4)
    tab_to(page, page.get_by_role("button", name=re.compile(DOOR)))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=DOOR)).to_be_focused()
    expect(page.get_by_text(f"{PEOPLE} people on the list")).to_be_visible()

    tab_to(page, page.get_by_role("searchbox"))
    find_by_keyboard(page, person)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Next person")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Undo", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_test_id("headcount")).to_have_text("0")

    find_by_keyboard(page, person)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Next person")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_be_focused()
    tab_to(page, page.get_by_role("button", name=f"Undo {person['name']}"))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("headcount")).to_have_text("0")
    expect(page.get_by_role("searchbox")).to_be_focused()


def find_by_keyboard(page: Page, person: dict[str, str]) -> None:
    page.keyboard.type(person["name"], delay=60)  # as a person, not as a reader does
    found = page.get_by_role("list", name="People found").get_by_role("button")
    expect(found).to_have_count(1)  # the list has caught up with the typing
    tab_to(page, found)


def tab_to(page: Page, target: Locator) -> None:
    """Presses Tab until `target` has the focus; on the way the focus is never lost and always seen."""
    expect(target).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
                const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
                return document.activeElement !== document.body && outlineStyle === 'solid' && outlineWidth === '3px';
            }"""
        ), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {target}")

"""The screens that test_screens.py does not pass: in both themes, in Arabic, in forced colours, on a narrow phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.door.conftest import PEOPLE
from tests.e2e.door.test_rescue import BREAK, LINK
from tests.e2e.door.test_screens import set_text_size
from tests.e2e.kiosk import KIOSK_SCREENS, kiosk_screens
from tests.e2e.looks import cut_below, faults, speak
from tests.e2e.stage import Phone, Server, sideways
from tests.e2e.stops import IPHONE, STOPS, Cast, camera_before, erased, prepare, stops, to_install_first
from tests.e2e.tour import guests

pytestmark = pytest.mark.long


def test_every_other_screen_stands_every_look(
    server: Server, code: str, new_phone: Callable[..., Phone], tmp_path: Path
) -> None:
    cast = Cast(guests(PEOPLE))
    link = prepare(server, cast, code=code)
    phone = new_phone(switches=camera_before(tmp_path), permissions=["camera"])
    found = {stop: faults(phone.page) for stop in stops(phone, cast, link=link, people=PEOPLE)}
    expect(phone.page.get_by_role("link", name="Back")).to_be_in_viewport(ratio=1)
    assert found == {stop: [] for stop in STOPS}


@pytest.mark.parametrize("language", ["fi", "ar"])
def test_nothing_is_cut_off_on_these_screens_at_twice_the_text_size(
    language: str, server: Server, code: str, new_phone: Callable[..., Phone], tmp_path: Path
) -> None:
    cast = Cast(guests(PEOPLE))
    link = prepare(server, cast, code=code)
    set_text_size(tmp_path / "phone-0", 32)
    phone = new_phone(switches=camera_before(tmp_path), permissions=["camera"])
    found = {}
    for stop in stops(phone, cast, link=link, people=PEOPLE):
        speak(phone.page, language)
        found[stop] = sideways(phone.page) + cut_below(phone.page)
        speak(phone.page, "en")
    assert found == {stop: [] for stop in STOPS}


@pytest.mark.parametrize("language", ["en", "fi", "ar"])
def test_nothing_is_cut_off_at_a_kiosk_at_twice_the_text_size(
    language: str, new: list[dict[str, str]], at_kiosk: Callable[..., Phone], tmp_path: Path
) -> None:
    set_text_size(tmp_path / "phone-0", 32)
    phone = at_kiosk(reduced_motion="reduce")
    found = {}
    for screen in kiosk_screens(phone, code=new[0]["code"]):
        speak(phone.page, language)
        found[screen] = sideways(phone.page) + cut_below(phone.page)
        speak(phone.page, "en")
    assert found == {screen: [] for screen in KIOSK_SCREENS}


def test_a_phone_that_cannot_begin_or_go_on_stands_every_look(
    server: Server, code: str, new_phone: Callable[..., Phone], at_door: Callable[..., Phone]
) -> None:
    iphone, forgotten, ill = new_phone(user_agent=IPHONE), at_door(), at_door()
    forgotten.wait_until_ready(PEOPLE)
    ill.wait_until_ready(PEOPLE)
    assert faults(to_install_first(iphone, server, code=code)) == []
    assert faults(erased(forgotten)) == []
    ill.page.evaluate(BREAK)
    ill.page.reload()
    expect(ill.page.get_by_role("link", name=LINK)).to_be_visible()
    assert faults(ill.page) == []


def test_a_kiosk_stands_every_look(new: list[dict[str, str]], at_kiosk: Callable[..., Phone]) -> None:
    phone = at_kiosk(reduced_motion="reduce")
    found = {screen: faults(phone.page) for screen in kiosk_screens(phone, code=new[0]["code"])}
    assert found == {screen: [] for screen in KIOSK_SCREENS}

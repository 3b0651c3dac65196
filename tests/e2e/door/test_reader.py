"""Readers that are plugged in, and type like a keyboard."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.door.test_holds import put_on_hold
from tests.e2e.door.test_lead import lead_phone, tab
from tests.e2e.looks import lines_of_tabs, speak
from tests.e2e.stage import PATIENCE, Phone, Server
from tests.e2e.tour import AT_ONCE, TEAM, UNKNOWN_CODE


def word(phone: Phone, heading: str, name: str = "") -> None:
    expect(phone.result.get_by_role("heading", name=heading, exact=True)).to_be_visible(timeout=PATIENCE * 1000)
    expect(phone.result).to_contain_text(name)


def recorded(phone: Phone) -> list[Any]:
    return [(row["operation"]["kind"], row["operation"]["payload"]["method"]) for row in phone.rows()]


def test_what_a_reader_types_presses_no_button_and_stays_in_no_field(
    new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    page = phone.page
    first, second, third = new[:3]
    page.evaluate(AT_ONCE, first["code"])
    word(phone, "In", first["name"])
    page.get_by_role("button", name="Undo", exact=True).focus()
    spaced = " ".join(re.findall(".{5}", second["code"]))
    page.evaluate(AT_ONCE, spaced)
    word(phone, "In", second["name"])
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<input id=note value=Hello aria-label=Note>')")
    page.get_by_label("Note").focus()
    page.evaluate(AT_ONCE, third["code"])
    word(phone, "In", third["name"])
    expect(page.get_by_label("Note")).to_have_value("Hello")
    expect(page.get_by_role("searchbox")).to_have_value("")
    assert recorded(phone) == [("checkin.arrive", "scan")] * 3


@pytest.mark.long
def test_two_codes_that_a_reader_types_one_on_the_other_are_both_recorded(
    new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    phone.page.evaluate(f"codes => codes.forEach({AT_ONCE})", [person["code"] for person in new[:2]])
    phone.shows(present=2)
    assert recorded(phone) == [("checkin.arrive", "scan")] * 2


@pytest.mark.long
def test_what_a_reader_types_on_another_screen_is_taken_to_the_door_and_presses_nothing_there(
    server: Server, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    put_on_hold(server, new[5])
    phone = lead_phone(server, new_phone)
    page = phone.page
    phone.wait_until_stored()
    page.context.set_offline(True)
    for person, screen, control in (
        (new[0], "Lead", page.get_by_role("button", name=f"Lift the hold on {new[5]['name']}")),
        (new[1], "Sent and waiting, 1 waiting", page.get_by_role("button", name="Send now")),
        (new[2], "This phone", page.get_by_role("button", name="Fetch and send now")),
    ):
        tab(page, screen).click()
        control.focus()
        page.evaluate(AT_ONCE, person["code"])
        word(phone, "In", person["name"])
    expect(page.get_by_role("button", name="Next person")).to_be_focused()
    assert recorded(phone) == [("checkin.arrive", "scan")] * 3


@pytest.mark.long
def test_what_was_begun_at_the_door_is_there_again_after_another_screen(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    phone = lead_phone(server, new_phone)
    page = phone.page
    phone.search(TEAM)
    page.get_by_role("list", name="Groups found").get_by_role("button", name=TEAM).click()
    page.get_by_role("checkbox").nth(1).check()
    tab(page, "This phone").click()
    for language in ("es", "fi", "ar", "en"):
        speak(page, language)
        assert lines_of_tabs(page) == [1] * 4, language
    tab(page, "Door").click()
    expect(page.get_by_role("heading", name=TEAM)).to_be_focused()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    page.get_by_role("button", name="Let in 1").click()
    phone.shows(present=1)
    tab(page, "Lead").click()
    tab(page, "Door").click()
    expect(page.get_by_role("heading", name=TEAM)).to_have_count(0)

    phone.search("Zenobia Walker")
    page.get_by_role("button", name="Not on the list: register").click()
    page.get_by_label("Delegation").fill("Finland")
    tab(page, "Lead").click()
    page.evaluate(AT_ONCE, UNKNOWN_CODE)  # the wristband that they get
    expect(page.get_by_text(f"Wristband {UNKNOWN_CODE}")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Zenobia Walker")
    expect(page.get_by_label("Delegation")).to_have_value("Finland")

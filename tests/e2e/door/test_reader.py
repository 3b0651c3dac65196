"""Readers that are plugged in, and type like a keyboard."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.e2e.stage import PATIENCE, Phone
from tests.e2e.tour import AT_ONCE


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


def test_two_codes_that_a_reader_types_one_on_the_other_are_both_recorded(
    new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    phone.page.evaluate(f"codes => codes.forEach({AT_ONCE})", [person["code"] for person in new[:2]])
    phone.shows(present=2)
    assert recorded(phone) == [("checkin.arrive", "scan")] * 2

"""Somebody who is not on the list: written down and let in without a network, with the wristband in the hand."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import AT_ONCE, UNKNOWN_CODE

REGISTER = "Not on the list: register"


def picture(phone: Phone, name: str) -> None:
    """Kept only when somebody wants to look."""
    if folder := os.environ.get("PICTURES"):
        phone.page.screenshot(path=str(Path(folder) / f"{name}.png"))


def payloads(phone: Phone) -> list[tuple[str, dict[str, Any]]]:
    rows = sorted(phone.rows(), key=lambda row: row["seq"])
    return [(row["operation"]["kind"], row["operation"]["payload"]) for row in rows]


def test_a_walk_in_is_registered_and_let_in_by_one_tap_without_a_network(
    server: Server, at_door: Callable[..., Phone]
) -> None:
    phone, other = at_door(), at_door()
    page = phone.page
    page.context.set_offline(True)
    phone.search("Zenobia  Walker")
    expect(page.get_by_text("Nobody on the list matches")).to_be_visible()
    picture(phone, "nobody")
    page.get_by_role("button", name=REGISTER).click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Zenobia  Walker")
    page.get_by_label("Delegation").fill("Finland")
    page.get_by_label("Role").fill("coach")
    picture(phone, "register")
    assert axe(page) == []
    assert sideways(page) == []
    page.get_by_role("button", name="Register and let in").click()
    expect(phone.result.get_by_role("heading", name="In", exact=True)).to_be_visible()
    expect(phone.result).to_contain_text("Zenobia Walker")
    phone.shows(present=1, pending=2)
    [(first, said), (second, came)] = payloads(phone)
    assert (first, second, said["name"], came["person"]) == (
        "checkin.register", "checkin.arrive", "Zenobia Walker", said["person"],
    )  # fmt: skip
    phone.next()
    phone.tap({"name": "Zenobia Walker", "delegation": "Finland"})
    expect(phone.result.get_by_role("heading", name="Already in")).to_be_visible()
    phone.next()

    page.context.set_offline(False)
    phone.shows(present=1, pending=0)
    other.shows(present=1)
    other.tap({"name": "Zenobia Walker", "delegation": "Finland"})
    expect(other.result.get_by_role("heading", name="Already in")).to_be_visible()
    assert (1, 0, 0) in server.headcount().values()


@pytest.mark.long
def test_a_wristband_that_nobody_has_is_kept_for_the_walk_in(
    new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    page = phone.page
    page.context.set_offline(True)
    page.evaluate(AT_ONCE, UNKNOWN_CODE)
    expect(phone.result.get_by_role("heading", name="Not on the list")).to_be_visible()
    picture(phone, "unlisted")
    page.get_by_role("button", name=REGISTER).click()
    expect(page.get_by_text(f"Wristband {UNKNOWN_CODE}")).to_be_visible()
    page.get_by_role("button", name="Register and let in").click()
    expect(page.get_by_role("alert")).to_have_text("Write a name first.")
    page.get_by_label("Name", exact=True).fill("Zenobia Walker")
    page.get_by_role("button", name="Register and let in").click()
    expect(phone.result).to_contain_text("Zenobia Walker")
    phone.next()
    page.evaluate(AT_ONCE, UNKNOWN_CODE)
    expect(phone.result.get_by_role("heading", name="Already in")).to_be_visible()
    expect(phone.result).to_contain_text("Zenobia Walker")
    page.context.set_offline(False)
    phone.shows(present=1, pending=0)
    assert {row["settled"]["verdict"] for row in phone.rows()} == {"accepted"}


@pytest.mark.long
def test_a_wristband_that_is_read_into_the_form_is_theirs_unless_somebody_has_it(
    new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    page = phone.page
    phone.search("Zenobia Walker")
    page.get_by_role("button", name=REGISTER).click()
    page.evaluate(AT_ONCE, new[0]["code"])
    expect(page.get_by_role("alert")).to_have_text(f"That wristband is {new[0]['name']}’s. Take another one.")
    page.evaluate(AT_ONCE, UNKNOWN_CODE)
    expect(page.get_by_text(re.compile("Wristband " + UNKNOWN_CODE))).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Zenobia Walker")
    picture(phone, "wristband")
    page.get_by_role("button", name="Cancel").click()
    assert phone.rows() == []

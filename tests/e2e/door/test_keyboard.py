"""By keyboard alone: a lead takes on a conflict, a phone hands over. Others: test_screens.py, test_kiosk.py."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.door.test_lead import admitted_twice, lead_phone, tab, to_look_at
from tests.e2e.door.test_screens import tab_to
from tests.e2e.stage import Phone, Server

pytestmark = pytest.mark.long


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Goes to `target` by Tab and presses it; the focus is somewhere afterwards, too."""
    tab_to(page, target)
    page.keyboard.press(key)


def is_not_lost(page: Page) -> None:
    page.wait_for_function("() => document.activeElement !== document.body && document.activeElement.isConnected")


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_focused()


def test_a_lead_takes_on_a_conflict_by_keyboard(
    server: Server,
    new: list[dict[str, str]],
    at_door: Callable[..., Phone],
    new_phone: Callable[..., Phone],
) -> None:
    twice = new[0]
    lead = lead_phone(server, new_phone)
    page = lead.page
    admitted_twice(at_door, twice)
    press(page, tab(page, "Lead, 1 to look at"))
    heading(page, "Lead")

    card = to_look_at(page).get_by_role("listitem").filter(has_text=twice["name"]).first
    press(page, card.get_by_role("button", name="I look after it"))
    expect(card).to_contain_text("Lea looks after it.")
    is_not_lost(page)


def test_handing_over_needs_no_more_than_a_keyboard(new: list[dict[str, str]], at_door: Callable[..., Phone]) -> None:
    phone = at_door()
    page = phone.page
    page.context.set_offline(True)
    phone.check_in(new[0])
    phone.next()
    press(page, page.get_by_role("link", name="This phone"))
    heading(page, "This phone")
    press(page, page.get_by_role("link", name="Hand over to another phone"))
    heading(page, "Hand over to another phone")
    press(page, page.get_by_role("button", name="The other phone says done"))
    expect(page.get_by_role("status")).to_have_text("1 record handed over.")
    is_not_lost(page)
    press(page, page.get_by_role("button", name="Show the codes again"))
    expect(page.get_by_role("img", name="Code ")).to_be_visible()
    is_not_lost(page)
    press(page, page.get_by_role("link", name="Back"))
    heading(page, "This phone")
    press(page, page.get_by_role("link", name="Read another phone’s codes"))
    heading(page, "Read another phone’s codes")
    press(page, page.get_by_role("link", name="Back"))
    heading(page, "This phone")

"""By keyboard alone: a lead takes on a conflict, a phone hands over. Others: test_screens.py, test_kiosk.py."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.door.conftest import PEOPLE
from tests.e2e.door.test_lead import admitted_twice, conflicts, lead_phone, tab, to_look_at
from tests.e2e.door.test_screens import tab_to
from tests.e2e.stage import Phone, Server
from tests.e2e.tour import admit_earlier, walk_in_earlier

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


def test_a_lead_resolves_merges_and_holds_by_keyboard(
    server: Server,
    code: str,
    new: list[dict[str, str]],
    at_door: Callable[..., Phone],
    new_phone: Callable[..., Phone],
) -> None:
    twice, late = new[:2]
    listed = next(each for each in new[2:] if len(each["name"].split()) == 2)
    first, last = listed["name"].split()
    walked = f"{last} {first[:-1]}"
    walk_in_earlier(server, code=code, name=walked, delegation=listed["delegation"], by="Aino")
    admit_earlier(server, code=code, people=[twice], by="Ben")
    admit_earlier(server, code=code, people=[twice], by="Aino", verdict="flagged")
    lead = lead_phone(server, new_phone, people=PEOPLE + 1)
    page = lead.page
    press(page, tab(page, "Lead, 1 to look at"))
    heading(page, "Lead")
    press(page, to_look_at(page).get_by_role("button", name="Same person twice: nothing to do"))
    expect(to_look_at(page).get_by_role("listitem")).to_have_count(0)
    is_not_lost(page)

    card = page.get_by_role("list", name="Walk-ins").get_by_role("listitem").filter(has_text=walked)
    press(page, card.get_by_role("button", name=f"Same person as {listed['name']}").first)
    expect(card.get_by_text("Are these one person?")).to_be_focused()
    press(page, card.get_by_role("button", name="They are one person"))
    expect(page.get_by_role("heading", name="Walk-ins (0)")).to_be_visible()
    is_not_lost(page)

    tab_to(page, page.get_by_role("searchbox", name="Put somebody on hold"))
    page.keyboard.type(late["name"], delay=60)  # as a person, not as a reader does
    press(page, page.get_by_role("button", name=f"Hold {late['name']}, {late['delegation']}"))
    expect(page.get_by_role("button", name=f"Lift the hold on {late['name']}")).to_be_visible()
    is_not_lost(page)
    press(page, page.get_by_role("link", name="Door"))
    lead.shows(pending=0)
    assert [row["settled"]["verdict"] for row in lead.rows()] == ["accepted"] * 3
    assert conflicts(server) == [["second_admission", "resolved", "", "same_person"]]


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

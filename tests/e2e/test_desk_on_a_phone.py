"""The organisers' desk on a phone: its links behind one button, and lists that can be sorted."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import THEMES
from tests.e2e.screenshots import DESK, PHONE
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.test_seeing import sign_in

pytestmark = pytest.mark.long
PEOPLE = "/admin/checkin/person/"


@pytest.fixture
def page(staffed: Server, new_phone: Callable[..., Phone]) -> Page:
    page = new_phone(viewport=PHONE).page
    sign_in(page, staffed, PEOPLE)
    return page


def test_links_of_every_day_are_behind_one_button_that_keys_can_use(page: Page) -> None:
    menu, inbox = page.get_by_role("button", name="Menu"), page.get_by_role("link", name="Inbox")
    expect(inbox).not_to_be_visible()
    menu.press("Enter")
    expect(inbox).to_be_visible()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert (axe(page), sideways(page)) == ([], [])
    page.keyboard.press("Escape")
    expect(inbox).not_to_be_visible()
    expect(menu).to_be_focused()
    menu.press("Enter")
    page.get_by_role("button", name="Close").click()
    expect(inbox).not_to_be_visible()
    menu.press("Enter")
    inbox.click()
    page.wait_for_url("**/control/inbox/")


def test_a_phone_that_is_turned_with_the_links_open_can_be_used(page: Page) -> None:
    page.get_by_role("button", name="Menu").click()
    page.set_viewport_size(DESK)
    page.get_by_role("button", name="Close").click()
    page.get_by_label("Select all objects on this page for an action").click()
    expect(page.get_by_label("Select this object for an action").first).to_be_checked()
    expect(page.get_by_role("link", name="Inbox")).to_be_visible()
    expect(page.get_by_role("button", name="Menu")).not_to_be_visible()


def test_a_list_is_sorted_by_one_column_then_by_two_and_back(page: Page) -> None:
    names, summary = page.locator("#result_list tbody tr th"), page.locator(".sorting summary")

    def sort(by: str) -> None:
        summary.click()
        page.locator(".sorting").get_by_role("link", name=by).click()

    summary.click()
    assert (axe(page), sideways(page)) == ([], [])
    summary.click()
    sort("Name")
    expect(summary).to_have_text("Sorted by Name, first to last")
    first = names.first.inner_text()
    sort("Name")
    expect(summary).to_have_text("Sorted by Name, last to first")
    assert names.first.inner_text() > first
    sort("Delegation")
    expect(summary).to_have_text("Sorted by Delegation, first to last, then by Name, last to first")
    page.set_viewport_size(DESK)
    expect(summary).not_to_be_visible()

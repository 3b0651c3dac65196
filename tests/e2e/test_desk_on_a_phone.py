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
    inbox.click()
    page.wait_for_url("**/control/inbox/")
    page.set_viewport_size(DESK)
    expect(menu).not_to_be_visible()
    expect(inbox).to_be_visible()


def test_a_list_is_sorted_by_a_column_there_and_back(page: Page) -> None:
    names = page.locator("#result_list tbody tr th")
    page.locator(".sorting summary").click()
    assert (axe(page), sideways(page)) == ([], [])
    page.locator(".sorting").get_by_role("link", name="Name").click()
    expect(page.locator(".sorting summary")).to_contain_text("Name, ascending")
    first = names.first.inner_text()
    page.locator(".sorting summary").click()
    page.locator(".sorting").get_by_role("link", name="Name").click()
    expect(page.locator(".sorting summary")).to_contain_text("Name, descending")
    assert names.first.inner_text() > first

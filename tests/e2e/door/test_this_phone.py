"""What a phone says of itself: what organisers call it, so that whoever looks for “Phone 7” finds it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.screenshots import PASSWORD, USER, sign_in
from tests.e2e.stage import Phone, Server

pytestmark = pytest.mark.long


def test_phone_shows_the_name_that_an_organiser_gives_it(
    server: Server, at_door: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    phone = at_door()
    work = phone.page.get_by_label("At work")
    phone.page.get_by_role("link", name="This phone").click()
    expect(work).to_contain_text("This phone Computer")

    desk = phone.page.context.new_page()
    sign_in(desk, server)
    desk.goto(f"{server.url}/admin/sync/device/")
    desk.locator("#result_list tbody a").first.click()
    desk.get_by_role("link", name="Name, profile and venue").click()
    desk.get_by_label("Name").fill("North door 1")
    desk.get_by_role("button", name="Change", exact=True).click()
    expect(desk.get_by_text("The phone is now: North door 1, Door volunteer")).to_be_visible()

    phone.page.get_by_role("button", name="Fetch and send now").click()
    expect(work).to_contain_text("This phone North door 1")
    phone.page.reload()
    expect(work).to_contain_text("This phone North door 1")

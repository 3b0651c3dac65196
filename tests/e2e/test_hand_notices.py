"""A notice by hand in a browser: from a template, by keyboard, on a phone, undone, and agreed to by a second person."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.screenshots import DESK, PASSWORD, PHONE, USER
from tests.e2e.stage import Phone, Server
from tests.e2e.test_admin_safety import OTHER, look, sign_in

pytestmark = pytest.mark.long


def test_notice_is_written_by_keyboard_undone_and_agreed_to_on_a_phone(
    server: Server, new_phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.manage("demo", "--people", "15", "--no-invite")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    for name in (USER, OTHER):
        server.manage("createsuperuser", "--noinput", "--username", name, "--email", "")
    page, second = new_phone(viewport=DESK).page, new_phone(viewport=PHONE).page
    sign_in(page, server, USER)
    sign_in(second, server, OTHER)
    found: dict[str, list[str]] = {}

    fill_in(page, found)
    page.get_by_role("button", name="Look at it").press("Enter")
    expect(page.get_by_text("Nobody has heard of it.")).to_be_visible()
    look(page, "seen", found)
    page.get_by_role("button", name="Send to 0 people").press("Enter")
    undo = page.get_by_role("button", name="Undo: take it back")
    expect(undo).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="It goes out at")).to_be_visible()
    look(page, "held", found)
    undo.press("Enter")
    expect(page.get_by_text("It is taken back. Nobody heard of it.")).to_be_visible()

    page.get_by_role("link", name="Change it").click()
    page.get_by_label("Critical: somebody’s safety").check()
    page.get_by_label("Each is to say that they read it").check()
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Ask another person to agree").click()
    expect(page.get_by_text("You asked for this yourself")).to_be_visible()
    look(page, "own", found)

    second.goto(f"{server.url}/admin/")
    second.get_by_role("link", name="1 thing waits for a person’s approval or review").click()
    second.get_by_role("link", name="Tell everybody: “Please go inside.").click()
    second.get_by_role("link", name="Approve or reject it").click()
    look(second, "decide", found)
    second.get_by_role("button", name="Approve", exact=True).click()
    expect(second.get_by_text("Approved. It is being done.")).to_be_visible()
    expect(second.get_by_role("status").filter(has_text="It goes out at")).to_be_visible()
    second.goto(f"{server.url}/admin/notifications/handnotice/")
    look(second, "list", found)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(found) == 24


def fill_in(page: Page, found: dict[str, list[str]]) -> None:
    """From one of the usual templates, with a mistake that is told at once, and mended."""
    page.get_by_role("link", name="Write a notice").click()
    page.get_by_role("button", name="Put in the usual ones").click()
    page.get_by_label("Template").select_option("Please go inside")
    page.get_by_role("button", name="Fill in").press("Enter")
    title, told = page.get_by_label("Title (English)"), page.locator("#id_title_en_findings")
    expect(title).to_have_value("Please go inside")
    read = page.get_by_label("Somebody who speaks English has read it")
    expect(read).to_be_checked()
    title.fill("Go inside NOW!")
    expect(read).not_to_be_checked()
    expect(told.get_by_role("listitem")).to_have_count(2)
    expect(told).to_contain_text("Stops the notice: “NOW”")
    expect(told).to_contain_text("14 of 40 characters.")
    look(page, "write", found)
    title.fill("Please go inside")
    expect(told.get_by_role("listitem")).to_have_count(0)

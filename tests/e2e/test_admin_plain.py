"""Plain language at the desk, in a browser: told beside a text while somebody types, once saved, at the release."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.screenshots import DESK, PASSWORD, PHONE, USER
from tests.e2e.stage import Phone, Server
from tests.e2e.test_admin_safety import look, sign_in

pytestmark = pytest.mark.long


@pytest.fixture
def desk(server: Server, new_phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch) -> Page:
    server.manage("demo", "--people", "3", "--no-invite")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    page = new_phone(viewport=DESK).page
    sign_in(page, server, USER)
    return page


def test_text_is_looked_at_while_somebody_types_and_stops_the_release(desk: Page, server: Server) -> None:
    page, found = desk, dict[str, list[str]]()
    page.goto(f"{server.url}/admin/schedule/activity/?q=Party")
    page.locator("#result_list tbody a").first.click()
    note = page.get_by_label("Note:", exact=True)
    told = page.locator("#id_note_findings")
    note.press_sequentially("Go to the venue NOW!", delay=20)
    expect(told.get_by_role("listitem")).to_have_count(3)
    expect(told).to_contain_text("Stops the release: “venue” Write “place”.")
    assert told.get_attribute("aria-live") == "polite"
    assert "id_note_findings" in (note.get_attribute("aria-describedby") or "")
    look(page, "activity", found)
    note.fill("Go to the pool now.")
    expect(told).to_be_empty()
    page.get_by_text("Suomi", exact=True).click()
    page.get_by_label("Note (Suomi)").fill("Mene tapahtumapaikalle.")
    expect(page.locator("#id_note_fi_findings bdi[lang=fi]")).to_have_text("tapahtumapaikalle")
    page.route("**/check/", lambda route: route.abort())
    note.fill("Go out NOWHERE!")
    expect(told).to_have_text("This cannot be checked now. It is when you save.")
    page.unroute("**/check/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This is hard to read, and stops the release:")).to_be_visible()
    look(page, "saved", found)

    page.goto(f"{server.url}/admin/schedule/release/add/")
    look(page, "stopped", found)
    page.get_by_role("button", name="Release 3").click()
    expect(page.get_by_text("Mend it, or say why it cannot wait.")).to_be_visible()
    page.get_by_role("link", name="Party, note", exact=True).first.click()
    expect(page.locator("#id_note")).to_be_in_viewport()
    page.goto(f"{server.url}/admin/schedule/release/add/")
    page.get_by_label("It cannot wait").check()
    page.get_by_label("Why").fill("A storm comes.")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Release 3").click()
    expect(page.get_by_text("Families see release 3")).to_be_visible()
    wrong = sorted({fault for faults in found.values() for fault in faults})
    assert wrong == []
    assert len(found) == 12


def test_new_activity_is_looked_at_as_at_the_event_of_the_place_that_is_chosen(desk: Page, server: Server) -> None:
    """“Relay” is one of the demo’s own words, and rare elsewhere."""
    page = desk
    page.goto(f"{server.url}/admin/schedule/activity/add/")
    title, told = page.get_by_label("Title:", exact=True), page.locator("#id_title_findings")
    title.fill("Relay")
    expect(told).to_contain_text("Advice: “Relay” Write a more common word")
    page.get_by_label("Place:", exact=True).select_option(index=1)
    title.fill("Relay 2")
    expect(told).to_be_empty()

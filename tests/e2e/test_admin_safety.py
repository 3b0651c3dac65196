"""Safety data at the desk, in a browser: changed, waiting for a second person, accepted; on a phone, too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.screenshots import DESK, PASSWORD, PHONE, USER
from tests.e2e.stage import Phone, Server, axe, sideways

pytestmark = pytest.mark.long

OTHER = "second"
SCROLLS_INSIDE = ".visually-hidden, option, .results, .module.scroll"


def test_second_person_accepts_a_change_on_pages_that_everybody_can_use(
    server: Server, new_phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.manage("demo", "--people", "15", "--no-invite")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    for name in (USER, OTHER):
        server.manage("createsuperuser", "--noinput", "--username", name, "--email", "")
    first, second = new_phone(viewport=DESK).page, new_phone(viewport=PHONE).page
    sign_in(first, server, USER)
    sign_in(second, server, OTHER)
    found: dict[str, list[str]] = {}

    open_safety(first, server)
    write(first, "Dietary needs", "No nuts: carries an adrenaline pen, and knows how to use it.")
    expect(first.get_by_text("Saved.")).to_be_visible()
    first.goto(f"{server.url}/admin/schedule/event/")
    first.locator("#result_list tbody a").first.click()
    first.get_by_label("Safety data needs a second person").check()
    first.get_by_role("button", name="Save", exact=True).click()

    open_safety(first, server)
    write(first, "Dietary needs", "No nuts, no milk.")
    expect(first.get_by_text("It waits until another person accepts it.")).to_be_visible()
    expect(first.get_by_role("button", name="Accept", exact=True)).to_have_count(0)
    look(first, "own", found)

    second.goto(f"{server.url}/admin/")
    second.get_by_role("link", name="1 thing waits for a person’s approval or review").click()
    look(second, "list", found)
    second.get_by_role("link", name="Change the dietary needs of number").click()
    look(second, "approval", found)
    second.get_by_role("link", name="Approve or reject it").click()
    look(second, "safety", found)
    second.get_by_role("button", name="Accept", exact=True).click()
    expect(second.get_by_text("Approved. It is being done.")).to_be_visible()
    expect(second.locator("pre.exact", has_text="No nuts, no milk.")).to_be_visible()
    second.goto(f"{server.url}/admin/checkin/safetyaccess/")
    look(second, "accesses", found)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(found) == 20


def sign_in(page: Page, server: Server, name: str) -> None:
    page.goto(f"{server.url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Organisers’ desk")).to_be_visible()


def open_safety(page: Page, server: Server) -> None:
    """Of the first person of the list."""
    page.goto(f"{server.url}/admin/checkin/person/")
    page.locator("#result_list tbody a").first.click()
    page.get_by_role("link", name="Dietary needs, medication, emergency contacts").click()


def write(page: Page, kind: str, text: str) -> None:
    section = page.locator("section.safety", has=page.get_by_role("heading", name=kind))
    section.get_by_label("New text").fill(text)
    section.get_by_role("button", name="Save").click()


def look(page: Page, name: str, found: dict[str, list[str]]) -> None:
    """What is wrong with the page that is shown: in either scheme, and at either size."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[f"{name} {scheme}"] = axe(page)
    before = page.viewport_size
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        found[f"{name} {size['width']}"] = sideways(page, except_in=SCROLLS_INSIDE)
    assert before is not None
    page.set_viewport_size(before)

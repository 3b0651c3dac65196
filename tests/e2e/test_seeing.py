"""The control room's pages on a computer and a phone, in light and dark, with and without scripts."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import THEMES
from tests.e2e.screenshots import DESK, PASSWORD, PHONE, USER
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import admit_earlier, enrolment_code, guests

pytestmark = pytest.mark.long
# Whatever should happen after ten seconds or more never does.
NO_CLOCK = "{const real = window.setTimeout; window.setTimeout = (f, ms, ...a) => (ms >= 1e4 ? 0 : real(f, ms, ...a));}"


def sign_in(page: Page, server: Server, path: str, *, user: str = USER) -> None:
    page.goto(f"{server.url}{path}")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_health_page_says_how_things_are_without_scripts(staffed: Server, new_phone: Callable[..., Phone]) -> None:
    page = new_phone(viewport=PHONE, java_script_enabled=False).page
    sign_in(page, staffed, "/control/health/")
    expect(page.get_by_role("heading", name="Workers")).to_be_visible()
    expect(page.get_by_text("No worker at work: nothing is done in the background.")).to_be_visible()
    expect(page.get_by_text("Act now: workers.")).to_be_visible()
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1


@pytest.mark.parametrize("poked", [True, False])
def test_health_page_refreshes_itself_when_it_is_poked_and_by_the_clock(
    staffed: Server, new_phone: Callable[..., Phone], *, poked: bool
) -> None:
    page = new_phone(viewport=PHONE).page
    page.add_init_script(NO_CLOCK if poked else "delete window.WebSocket")
    with page.expect_websocket() if poked else nullcontext() as socket:
        sign_in(page, staffed, "/control/health/")
    if socket:
        socket.value.wait_for_event("framereceived")  # a ping: it is heard
    expect(page.get_by_text("No phone is enrolled.")).to_be_visible()
    admit_earlier(staffed, code=enrolment_code(staffed), people=guests(40)[:1], by="Ben")
    expect(page.get_by_text("1 of 1 phone heard from")).to_be_visible(timeout=20_000)


def test_headcount_moves_when_somebody_arrives_and_not_by_the_clock(
    staffed: Server, new_phone: Callable[..., Phone]
) -> None:
    page = new_phone(viewport=PHONE).page
    page.add_init_script(NO_CLOCK)
    with page.expect_websocket() as socket:
        sign_in(page, staffed, "/admin/checkin/headcount/?event=demo")
    socket.value.wait_for_event("framereceived")  # a ping: it is heard
    expect(page.get_by_role("cell", name="1", exact=True)).to_have_count(0)
    admit_earlier(staffed, code=enrolment_code(staffed), people=guests(40)[:1], by="Ben")
    expect(page.get_by_role("cell", name="1", exact=True).first).to_be_visible(timeout=20_000)


def test_pages_of_the_control_room_pass_axe_and_do_not_scroll_sideways(
    staffed: Server, new_phone: Callable[..., Phone]
) -> None:
    admit_earlier(staffed, code=enrolment_code(staffed), people=guests(40)[:2], by="Ben")
    known = next(iter(staffed.operations()))
    page = new_phone(viewport=DESK).page
    sign_in(page, staffed, "/control/health/")
    found: dict[str, list[str]] = {}
    for path in ("health/", f"trace/?id={known}", "runbook/"):
        page.goto(f"{staffed.url}/control/{path}")
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            found[f"{path} {theme}"] = axe(page)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            found[f"{path} {size['width']}x{size['height']}"] = sideways(page)
        page.set_viewport_size(DESK)
    assert len(found) == 12
    assert [f"{name}: {fault}" for name, faults in found.items() for fault in faults] == []

"""One id from the phone to the log; and the control room's pages on a computer and a phone, in light and dark."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import THEMES
from tests.e2e.screenshots import DESK, PASSWORD, PHONE, USER
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import DOOR, VENUE, admit_earlier, enrolment_code, guests

pytestmark = pytest.mark.long


@pytest.fixture
def staffed(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """With 40 people and somebody who may see everything."""
    server.manage("demo", "--people", "40", "--no-invite")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    return server


def sign_in(page: Page, server: Server, path: str) -> None:
    page.goto(f"{server.url}{path}")
    page.get_by_label("Username").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def lines(server: Server) -> list[dict[str, Any]]:
    log = (server.folder / "daphne.log").read_text().splitlines()
    return [json.loads(line) for line in log if line.startswith("{")]


def test_one_id_leads_from_the_phone_to_every_step_and_every_line(
    staffed: Server, new_phone: Callable[..., Phone]
) -> None:
    phone = new_phone(viewport=PHONE)
    phone.enrol(staffed.enrolment_link(venue=VENUE), name="Maria", checkpoint=DOOR)
    phone.wait_until_ready(40)
    phone.check_in(guests(40)[0])
    phone.next()
    phone.shows(present=1, pending=0)
    phone.page.get_by_role("link", name="Sent and waiting").click()
    row = phone.page.get_by_role("main").get_by_role("listitem")
    row.get_by_text("Number of this record").click()
    number = row.locator("code").inner_text()
    assert (axe(phone.page, "color-contrast-enhanced"), sideways(phone.page)) == ([], [])
    assert list(staffed.operations()) == [number]

    desk = new_phone(viewport=DESK).page
    sign_in(desk, staffed, "/control/trace/")
    desk.get_by_label("The id of a record").fill(number)
    desk.get_by_role("button", name="Show every step").click()
    steps = desk.get_by_role("main").get_by_role("list").get_by_role("listitem")
    expect(steps.filter(has_text="checkin.arrive was recorded on a phone.")).to_have_count(1)
    expect(steps.filter(has_text="checkin.arrive arrived: accepted.")).to_have_count(1)
    expect(steps.filter(has_text="people_arrived")).to_have_count(1)

    mine = [line for line in lines(staffed) if line.get("correlation") == number]
    assert [line["event"] for line in mine] == ["poke.said", "push.applied", "request"]
    assert mine[1]["operations"] == [number]


def test_health_page_says_how_things_are_without_scripts(staffed: Server, new_phone: Callable[..., Phone]) -> None:
    page = new_phone(viewport=PHONE, java_script_enabled=False).page
    sign_in(page, staffed, "/control/health/")
    expect(page.get_by_role("heading", name="Workers")).to_be_visible()
    expect(page.get_by_text("No worker at work: nothing is done in the background.")).to_be_visible()
    expect(page.get_by_text("Act now: workers.")).to_be_visible()
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1


def test_health_page_refreshes_itself(staffed: Server, new_phone: Callable[..., Phone]) -> None:
    page = new_phone(viewport=PHONE).page
    sign_in(page, staffed, "/control/health/")
    expect(page.get_by_text("No phone is enrolled.")).to_be_visible()
    admit_earlier(staffed, code=enrolment_code(staffed), people=guests(40)[:1], by="Ben")
    expect(page.get_by_text("1 of 1 phone heard from")).to_be_visible(timeout=20_000)


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

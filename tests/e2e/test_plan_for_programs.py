"""The plan for other programs, in a browser: addresses at the desk, a file that comes back, data in pages."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from tests.e2e.screenshots import DESK, PASSWORD, USER
from tests.e2e.stage import Phone, Server
from tests.e2e.test_admin_safety import look, sign_in

pytestmark = pytest.mark.long


def test_addresses_lead_to_a_file_that_comes_back_without_a_difference(
    server: Server, new_phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.manage("demo", "--people", "3", "--no-invite")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    page, found = new_phone(viewport=DESK).page, dict[str, list[str]]()
    sign_in(page, server, USER)
    page.goto(f"{server.url}/admin/schedule/release/")
    page.get_by_role("link", name="Calendars and other programs").click()
    look(page, "addresses", found)
    address = page.get_by_role("link", name="schedule.xml?lang=en").get_attribute("href") or ""
    xml = page.request.get(f"{server.url}/schedule/{address.partition('/schedule/')[2]}").body()
    page.goto(f"{server.url}/admin/schedule/activity/import/")
    page.get_by_label("File").set_input_files(FilePayload(name="schedule.xml", mimeType="", buffer=xml))
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="Check before importing")).to_be_visible()
    expect(page.locator(".summary")).to_contain_text("0 changed")
    expect(page.locator(".summary")).to_contain_text("10 unchanged")
    look(page, "incoming", found)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_data_in_a_page_runs_nothing_and_the_days_lead_to_calendars(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    server.manage("demo", "--people", "3", "--no-invite")
    page, said = new_phone().page, list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server.url}/schedule/demo/?lang=en")
    data = json.loads(page.locator("script[type='application/ld+json']").text_content() or "")
    assert {each["@type"] for each in data["@graph"]} == {"Event"}
    page.get_by_role("link", name="Days").click()
    calendar = page.get_by_role("link", name="Put the plan into my calendar").get_attribute("href") or ""
    assert calendar.startswith("webcal://")
    assert page.request.get(f"{server.url}/schedule/{calendar.partition('/schedule/')[2]}").ok
    assert said == []

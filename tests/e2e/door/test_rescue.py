"""A phone on which the app does not start: /rescue sends what it recorded, or saves it as a file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from eventsync.saying import WORDS
from tests.e2e.looks import speak
from tests.e2e.stage import Phone, Server, axe, sideways

LINK = "send or save what was recorded here"

# The stored app is what a phone starts with, so that is what breaks.
BREAK = """async () => {
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) {
            if (!url.includes('/static/dist/assets/main-') || !url.endsWith('.js')) continue;
            await cache.put(url, new Response('}{', { headers: { 'Content-Type': 'text/javascript' } }));
        }
    }
}"""

# What a phone stored before the page spoke several languages; of its script it has the newest.
OLDER = """async () => {
    const [name] = await caches.keys();
    const cache = await caches.open(name);
    const change = async (path, was, is) => {
        const held = await cache.match(path);
        const headers = { 'Content-Type': held.headers.get('Content-Type') };
        await cache.put(path, new Response((await held.text()).replaceAll(was, is), { headers }));
    };
    await change('/rescue', /<script id="catalogues".+?<\\/script>| data-(says|names)="\\w+"/gs, '');
    await change('/static/rescue/exchange.js', "'no_connection'", "'no connection'");
}"""


@pytest.fixture
def broken(server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]) -> Phone:
    """A phone with three records that wait, and an app that does not start any more."""
    phone = at_door()
    phone.wait_until_ready(60)
    server.stop()
    for person in new[:3]:
        phone.check_in(person)
        phone.next()
    phone.page.evaluate(BREAK)
    phone.page.reload()
    return phone


def to_rescue(phone: Phone) -> Page:
    page = phone.page
    page.get_by_role("link", name=LINK).click()
    expect(page.get_by_role("heading", name="Rescue what was recorded")).to_be_visible()
    return page


def test_a_broken_app_leads_to_rescue_which_sends_what_waits(broken: Phone, server: Server) -> None:
    page = to_rescue(broken)
    expect(page.get_by_role("status")).to_have_text("3 records to send.")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("alert")).to_contain_text("0 records sent. 3 records not yet: nothing is lost.")
    assert axe(page, "color-contrast-enhanced") == []

    server.start()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("status")).to_have_text("3 records sent. Nothing waits any more.")
    assert max(server.headcount().values()) == (3, 0, 0)
    rows = broken.rows()
    assert broken.outbox() == server.operations()
    assert [row["settled"]["verdict"] for row in rows] == ["accepted"] * 3
    assert all("queued" not in row and "unsettled" not in row and row["stuck"] is None for row in rows)
    server.manage("audit", "--json")


@pytest.mark.long
def test_rescue_saves_a_copy_without_a_server(broken: Phone, tmp_path: Path) -> None:
    page = to_rescue(broken)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Keep a copy").click()
    kept = tmp_path / coming.value.suggested_filename
    coming.value.save_as(kept)
    header, *lines = [json.loads(line) for line in kept.read_text().splitlines()]
    assert kept.name.startswith(f"eventsync-outbox-{header['device']}-")
    assert (header["format"], header["version"], header["count"]) == ("eventsync-outbox", 1, 3)
    assert lines == [row["operation"] | {"device": header["device"]} for row in broken.rows()]
    expect(page.get_by_role("status")).to_contain_text("A copy of 3 records was saved")


@pytest.mark.long
def test_older_page_of_rescue_works_with_the_newest_script(broken: Phone, server: Server) -> None:
    broken.page.evaluate(OLDER)
    page = to_rescue(broken)
    assert page.locator("#catalogues").count() == 0
    expect(page.get_by_role("status")).to_have_text("3 records to send.")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("alert")).to_contain_text("The server did not answer (no connection).")
    with page.expect_download():
        page.get_by_role("button", name="Keep a copy").click()
    expect(page.get_by_role("status")).to_contain_text("A copy of 3 records was saved")
    server.start()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("status")).to_have_text("3 records sent. Nothing waits any more.")


@pytest.mark.long
def test_rescue_speaks_the_language_that_was_chosen_in_the_app(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    phone.wait_until_ready(60)
    server.stop()
    for person in new[:3]:
        phone.check_in(person)
        phone.next()
    speak(phone.page, "ar")
    page = phone.page
    page.goto(f"{server.url}/rescue")
    root, said = page.locator("html"), WORDS["ar"].rescue
    expect(page.get_by_role("heading", name=str(said["heading"]))).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("\u20683\u2069 سجلات للإرسال.")
    assert (root.get_attribute("lang"), root.get_attribute("dir"), page.title()) == ("ar", "rtl", said["title"])
    page.get_by_role("button", name=str(said["send"])).click()
    expect(page.get_by_role("alert")).to_contain_text(str(said["why_no_connection"]))
    assert axe(page, "color-contrast-enhanced") + sideways(page) == []
    server.start()
    page.get_by_role("button", name=str(said["send"])).click()
    expect(page.get_by_role("status")).to_have_text("أُرسلت \u20683\u2069 سجلات. لم يعد شيء ينتظر.")
    assert max(server.headcount().values()) == (3, 0, 0)


@pytest.mark.long
def test_rescue_speaks_as_the_phone_does_where_nothing_was_chosen(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    page = new_phone(locale="fi-FI").page
    page.goto(f"{server.url}/rescue")
    expect(page.get_by_role("heading", name=str(WORDS["fi"].rescue["heading"]))).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(str(WORDS["fi"].rescue["never"]))


@pytest.mark.long
def test_rescue_works_by_keyboard_in_both_themes_and_on_narrow_screens(broken: Phone) -> None:
    page = to_rescue(broken)
    expect(page.get_by_role("button", name="Keep a copy")).to_be_enabled()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send now")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Keep a copy")).to_be_focused()
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[scheme] = axe(page, "color-contrast-enhanced")
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 640})
        found[str(width)] = sideways(page)
    assert found == {"light": [], "dark": [], "360": [], "320": []}


@pytest.mark.long
def test_rescue_makes_no_database_where_there_is_none(server: Server, new_phone: Callable[..., Phone]) -> None:
    page = new_phone().page
    page.goto(f"{server.url}/rescue")
    expect(page.get_by_role("status")).to_contain_text("Nothing was ever recorded in this browser.")
    expect(page.get_by_role("button")).to_have_count(0)
    assert page.evaluate("indexedDB.databases()") == []

"""The pages for families without a network, and while a new plan comes: nothing moves before somebody asks for it."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stage import Phone, Server, axe, sideways, wait_until

# Moves one activity of a day, cancels one and adds one.
RELEASE = """
import json
from datetime import timedelta
from zoneinfo import ZoneInfo
from django.utils import timezone
from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan import releasing
event = Event.objects.get(slug="demo")
moved, cancelled = Activity.objects.filter(event=event).order_by("-start")[:2]
later = {"start": moved.start + timedelta(minutes=15), "end": moved.end + timedelta(minutes=15)}
Activity.objects.filter(pk=moved.pk).update(**later)
Activity.objects.filter(pk=cancelled.pk).update(status="cancelled", note="You can watch a film.")
Activity.objects.create(event=event, place=moved.place, title="Paper boats", start=moved.start, end=moved.end)
seen = releasing.preview(event).seen
releasing.release(event=event, comment={}, seen=seen, by="Maria", now=timezone.now())
day = moved.start.astimezone(ZoneInfo(event.tz)).date()
print(json.dumps({"day": str(day), "moved": moved.title, "cancelled": cancelled.title}))
"""
# A picture that the organisers drew, beside the word of every activity.
OWN_SYMBOL = """
from hashlib import sha256
from django.utils import timezone
from eventsync.schedule.models import Activity, Event, OwnSymbol
from eventsync.schedule.plan import releasing
event = Event.objects.get(slug="demo")
drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><circle cx="9" cy="9" r="9"/></svg>'
said = {"key": "boccia", "word": "Boccia", "credit": "Maria", "kind": "svg", "drawing": drawing}
OwnSymbol.objects.create(event=event, digest=sha256(drawing).hexdigest()[:32], **said)
Activity.objects.filter(event=event).update(symbol="boccia")
releasing.release(event=event, comment={}, seen=releasing.preview(event).seen, by="Maria", now=timezone.now())
"""
DRAWN = "image => image.complete && image.naturalWidth > 0"
KEPT = "async () => (await (await caches.open('eventsync-plans')).keys()).some(({ url }) => url.includes('copy.json'))"
LETTERS_AND_PICTURES = """async () => {
    const kept = (await (await caches.open('eventsync-plans')).keys()).map(({ url }) => url);
    return ['.woff2', '1F3CA.svg'].every(end => kept.some(url => url.endsWith(end)));
}"""
PAGES = """async () => {
    const all = await (await caches.open('eventsync-plans')).matchAll();
    const copy = all.find(each => each.headers.has('EventSync-Plan'));
    return Object.keys((await copy.json()).pages);
}"""
# Every change that a script or the browser makes to what can be read.
WATCH = """() => {
    window.moved = [];
    new MutationObserver(found => window.moved.push(...found.map(each => each.target.id || each.target.tagName)))
        .observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}"""


def open_plan(phone: Phone, address: str) -> Page:
    """Opened once, with a network, until everything is kept."""
    phone.page.goto(address)
    wait_until(phone.page, KEPT)
    return phone.page


@pytest.mark.long
def test_after_one_visit_every_page_opens_without_a_network(server: Server, new_phone: Callable[..., Phone]) -> None:
    server.manage("demo", "--people", "20")
    page = open_plan(new_phone(bypass_csp=True), f"{server.url}/schedule/demo/?lang=fi")
    assert page.evaluate("async () => (await caches.keys()).filter(name => name.includes('app'))") == []  # no door app
    paths = page.evaluate(PAGES)
    assert len(paths) > 5
    page.context.set_offline(True)
    for path in [*paths, "/schedule/demo/", "/schedule/demo/places/00000000-0000-0000-0000-000000000000/"]:
        page.goto(f"{server.url}{path}?lang=fi")
        expect(page.locator("html")).to_have_attribute("lang", "fi")
        expect(page.get_by_text("Nyt ei ole nettiä.")).to_be_visible()
        expect(page.locator("h1")).to_have_count(1)
        expect(page.locator("#help .call")).to_be_visible()
        background = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
        assert background == "rgb(244, 241, 234)"  # its styles are there, too
    page.goto(f"{server.url}/schedule/demo/help/")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_text("Without internet this page is in Finnish only.")).to_be_visible()
    expect(page.locator("p.offline:visible")).to_have_count(2)
    page.get_by_role("link", name="Viestit").click()  # its page was never opened
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tämä sivu ei ole tässä puhelimessa")
    page.goto(f"{server.url}/schedule/demo/?lang=fi")
    expect(page.get_by_role("heading", name="Nyt", exact=True)).to_be_visible()
    assert (axe(page, "color-contrast-enhanced"), sideways(page, except_in=".skip")) == ([], [])
    page.context.set_offline(False)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.locator("#offer")).to_contain_text("Netti toimii taas.")
    page.get_by_role("link", name="Näytä uusin ohjelma").click()
    expect(page.get_by_text("Nyt ei ole nettiä.")).to_have_count(0)


@pytest.mark.long
def test_pictures_of_the_organisers_own_are_there_without_a_network(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    server.manage("demo", "--people", "5", "--no-invite")
    server.manage("shell", "--no-imports", "--command", OWN_SYMBOL)
    page = open_plan(new_phone(), f"{server.url}/schedule/demo/?lang=en")
    wait_until(page, "async () => !!(await caches.match(document.querySelector('img[src^=\"/symbols/\"]').src))")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("No internet now.")).to_be_visible()
    picture = page.locator('img[src^="/symbols/"]').first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate(DRAWN)


@pytest.mark.long
def test_new_plan_is_offered_and_nothing_moves_before_somebody_asks(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    server.manage("demo", "--people", "20")
    start = f"{server.url}/schedule/demo/?lang=en"
    online, offline = open_plan(new_phone(bypass_csp=True), start), open_plan(new_phone(), start)
    online.evaluate(WATCH)
    offline.context.set_offline(True)
    said = json.loads(server.manage("shell", "-v", "0", "-c", RELEASE).strip().splitlines()[-1])
    day = f"{server.url}/schedule/demo/{said['day']}/?lang=en"

    online.evaluate("() => window.dispatchEvent(new Event('online'))")  # it looks by itself once a minute
    expect(online.get_by_role("status").filter(has_text="There is a new plan.")).to_be_visible()
    assert set(online.evaluate("() => window.moved")) == {"offer"}
    assert (axe(online, "color-contrast-enhanced"), sideways(online, except_in=".skip")) == ([], [])
    online.get_by_role("link", name="Show the new plan").click()
    expect(online.locator("#offer")).to_be_empty()
    online.goto(day)
    changes = online.get_by_role("region", name="What changed")
    for what in (f"{said['moved']}: Later", f"{said['cancelled']}: Cancelled", "Paper boats: New"):
        expect(changes).to_contain_text(what)

    offline.goto(day)
    expect(offline.get_by_text("No internet now.")).to_be_visible()
    expect(offline.get_by_text("Paper boats")).to_have_count(0)
    offline.context.set_offline(False)
    offline.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(offline.get_by_role("status").filter(has_text="There is a new plan.")).to_be_visible()
    offline.context.set_offline(True)  # it has the new plan by now, and needs nobody for it
    offline.get_by_role("link", name="Show the new plan").click()
    expect(offline.get_by_role("region", name="What changed")).to_contain_text("Paper boats: New")
    offline.get_by_role("link", name="I have read this").click()
    read = offline.get_by_role("status").filter(has_text="You have read the changes.")
    expect(read).to_be_visible()
    expect(offline.get_by_role("region", name="What changed")).to_have_count(0)
    offline.goto(start)
    expect(offline.get_by_role("link", name="Plan", exact=True)).to_have_attribute("aria-current", "page")
    offline.goto(day)  # whose address says nothing of it
    expect(read).to_be_visible()
    read.get_by_role("link").click()
    expect(offline.get_by_role("region", name="What changed")).to_be_visible()


def test_choice_counts_at_once_can_be_undone_and_holds_without_a_network(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    server.manage("demo", "--people", "20")
    page = open_plan(new_phone(), f"{server.url}/schedule/demo/?lang=en")
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Very large").check()
    expect(page.get_by_role("status")).to_contain_text("Your choice is saved.")
    assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "28px"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Large", exact=True)).to_be_checked()
    assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "18px"
    page.get_by_label("15:30").check()
    wait_until(page, LETTERS_AND_PICTURES)
    page.context.set_offline(True)
    page.get_by_label("Dark").check()
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.get_by_text("No internet now.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-settings", "clock:24 colours:dark")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(13, 20, 25)"
    assert page.evaluate("() => document.fonts.ready.then(() => document.fonts.check('18px Atkinson Hyperlegible'))")
    drawn = "picture => picture.decode().then(() => picture.naturalWidth)"
    assert page.locator("img.picture").first.evaluate(drawn) > 0
    expect(page.locator(".day time").first).to_have_text(re.compile(r"^\d+:\d\d$"), use_inner_text=True)


@pytest.mark.long
def test_pages_say_everything_without_scripts(server: Server, new_phone: Callable[..., Phone]) -> None:
    server.manage("demo", "--people", "20")
    page = new_phone(java_script_enabled=False).page
    page.goto(f"{server.url}/schedule/demo/?lang=en")
    for heading in ("Now", "Next", "The whole day", "Help"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page.get_by_role("link", name="Places").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Places")
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Your choice is saved.")).to_be_visible()
    page.get_by_role("link", name="Plan", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-settings", "colours:dark")
    page.go_back()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Plan", exact=True).click()
    assert page.locator("html").get_attribute("data-settings") is None

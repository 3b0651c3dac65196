"""The pages for families while a plan is released at the desk: they hear of it, and places have their maps."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stage import Phone, Server, wait_until
from tests.e2e.test_admin_plain import desk
from tests.e2e.test_family_offline import DRAWN, OWN_SYMBOL, WATCH, open_plan
from tests.schedule.test_drawings import svg

__all__ = ["desk"]  # a fixture

pytestmark = pytest.mark.long
LOOKS_AFTER = 45_000  # milliseconds: the soonest that a page asks by itself

DRAFT = """
from datetime import timedelta
from eventsync.schedule.models import Activity, Event
for moved in Activity.objects.filter(event__slug="demo").order_by("-start")[:1]:
    later = {"start": moved.start + timedelta(minutes=15), "end": moved.end + timedelta(minutes=15)}
    Activity.objects.filter(pk=moved.pk).update(**later)
"""
MAP = """
import io
from PIL import Image
from django.utils import timezone
from eventsync.schedule import maps
from eventsync.schedule.models import Event, Place
from eventsync.schedule.plan import releasing
event = Event.objects.get(slug="demo")
file = io.BytesIO()
Image.new("RGB", (1600, 900), "lightblue").save(file, "PNG")
kept = maps.keep(maps.cleaned(file.getvalue()))
Place.objects.filter(venue__event=event, name="Stage").update(map=kept, map_text="The stage is behind the yellow desk.")
releasing.release(event=event, comment={}, seen=releasing.preview(event).seen, by="Maria", now=timezone.now())
"""
KEPT_SYMBOLS = """async () => (await (await caches.open('eventsync-plans')).keys())
    .filter(({ url }) => url.includes('/symbols/')).length === COUNT"""
SHIFTS = """() => {
    window.shifted = 0;
    new PerformanceObserver(list => { for (const each of list.getEntries()) window.shifted += each.value; })
        .observe({ type: 'layout-shift', buffered: true });
}"""


def test_page_hears_of_a_release_and_only_offers_it(
    desk: Page, server: Server, new_phone: Callable[..., Phone]
) -> None:
    page = open_plan(new_phone(bypass_csp=True), f"{server.url}/schedule/demo/?lang=en")
    page.evaluate(SHIFTS)
    page.evaluate(WATCH)
    server.manage("shell", "-v", "0", "-c", DRAFT)
    desk.goto(f"{server.url}/admin/schedule/release/add/?event=demo")
    desk.get_by_role("button", name="Release 2").or_(desk.get_by_role("button", name="Release 3")).click()
    offered = page.get_by_role("status").filter(has_text="There is a new plan.")
    expect(offered).to_be_visible(timeout=LOOKS_AFTER - 20_000)
    assert set(page.evaluate("() => window.moved")) == {"offer"}
    assert page.evaluate("() => window.shifted") < 0.05
    page.get_by_role("link", name="Show the new plan").click()
    expect(page.locator("#offer")).to_be_empty()


def test_drawing_that_takes_the_place_of_another_is_kept_by_pages_that_are_open(
    desk: Page, server: Server, new_phone: Callable[..., Phone]
) -> None:
    server.manage("shell", "--no-imports", "--command", OWN_SYMBOL)
    page = open_plan(new_phone(bypass_csp=True), f"{server.url}/schedule/demo/?lang=en")
    wait_until(page, KEPT_SYMBOLS.replace("COUNT", "1"))
    desk.goto(f"{server.url}/admin/schedule/ownsymbol/")
    desk.locator("#result_list tbody a").first.click()
    drawing = svg('<path d="M2 2 22 22"/>')
    desk.get_by_label("Drawing").set_input_files({"name": "b.svg", "mimeType": "image/svg+xml", "buffer": drawing})
    desk.get_by_role("button", name="Save", exact=True).click()
    saved = time.monotonic()
    wait_until(page, KEPT_SYMBOLS.replace("COUNT", "2"))
    assert time.monotonic() - saved < LOOKS_AFTER / 1000 - 20


def test_map_of_a_place_is_there_without_a_network(server: Server, new_phone: Callable[..., Phone]) -> None:
    server.manage("demo", "--people", "3", "--no-invite")
    server.manage("shell", "-v", "0", "-c", MAP)
    page = open_plan(
        new_phone(bypass_csp=True, viewport={"width": 320, "height": 640}), f"{server.url}/schedule/demo/?lang=en"
    )
    wait_until(
        page,
        "async () => (await (await caches.open('eventsync-plans')).keys()).some(({ url }) => url.includes('/maps/'))",
    )
    page.context.set_offline(True)
    page.get_by_role("link", name="Places", exact=True).click()
    page.get_by_role("link", name="Stage").click()
    expect(page.get_by_text("No internet now.")).to_be_visible()
    picture = page.get_by_role("figure").get_by_role("img", name="Map: Stage")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate(DRAWN)
    expect(page.get_by_role("figure")).to_contain_text("The stage is behind the yellow desk.")
    assert page.evaluate("() => document.documentElement.scrollWidth <= 320")

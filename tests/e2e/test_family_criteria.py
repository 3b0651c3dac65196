"""Criteria for families' pages that only a browser can show: zones, a page that stays open for a day, large text,
lines, the focus, and what a printed sheet says."""

import io
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.looks import cut_below
from tests.e2e.stage import Phone, Server, sideways
from tests.e2e.test_family_offline import open_plan

pytestmark = pytest.mark.long
# Text that is set so that lines are hard to follow: of what can be read, its lines' height and length, and its letters.
HARD_LINES = """() => [...document.querySelectorAll('main *, footer *')].filter(each => {
    const written = [...each.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
    if (!written || !each.checkVisibility()) return false;
    const style = getComputedStyle(each), size = parseFloat(style.fontSize);
    const ruler = document.createElement('canvas').getContext('2d');
    ruler.font = style.font;
    const most = 70 * ruler.measureText('0').width;
    const isLong = style.display !== 'inline' && each.clientWidth > most + 1;
    const isHeading = each.closest('h1, h2, h3') !== null;
    return isLong || parseFloat(style.lineHeight) < (isHeading ? 1.2 : 1.5) * size - 0.5
        || style.hyphens === 'auto' || /(^|[^-])serif/.test(style.fontFamily.replaceAll('sans-serif', ''));
}).map(each => [each.tagName, each.clientWidth, each.textContent.trim()].join(' '))"""
# Where the focus is, how thick it is drawn, and whether something lies over it.
FOCUS = """() => {
    const each = document.activeElement;
    if (each === document.body) return null;
    const { outlineWidth, outlineStyle } = getComputedStyle(each);
    const { left, top, width, height } = each.getBoundingClientRect();
    const over = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, innerHeight - top - 1));
    const isSeen = over !== null && (each.contains(over) || over.contains(each));
    return [each.textContent.trim(), outlineStyle === 'none' ? 0 : parseFloat(outlineWidth), isSeen];
}"""
OUTLINE = """
from django.utils import timezone
from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan import releasing
event = Event.objects.get(slug="demo")
Activity.objects.filter(event=event).update(outline="Four people run.")
releasing.release(event=event, comment={}, seen=releasing.preview(event).seen, by="Maria", now=timezone.now())
"""
TIMES = "() => [...document.querySelectorAll('main time')].map(each => each.getAttribute('datetime'))"


def start(server: Server) -> str:
    server.manage("demo", "--people", "3", "--no-invite")
    return f"{server.url}/schedule/demo/?lang=en"


def test_times_are_those_of_the_event_wherever_the_phone_thinks_it_is(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    address, seen = start(server), []
    for zone in ("Pacific/Auckland", "America/Los_Angeles"):
        page = open_plan(new_phone(timezone_id=zone), address)
        seen.append((page.locator("main").inner_text(), page.evaluate(TIMES)))
        page.context.set_offline(True)
        page.reload()
        expect(page.get_by_text("No internet now.")).to_be_visible()
        seen.append((seen[-1][0], page.evaluate(TIMES)[-len(seen[0][1]) :]))
        assert page.locator("main ol.day").inner_text() in seen[0][0]
    assert seen[0] == seen[2]
    assert seen[0][1]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d", each) for each in seen[0][1])


def test_page_that_stays_open_for_a_day_can_still_be_used_and_says_of_when_it_is(
    server: Server, new_phone: Callable[..., Phone]
) -> None:
    address = start(server)
    phone = new_phone()
    page = open_plan(phone, address)
    fresh = page.locator(".fresh").inner_text()
    page.clock.install(time=datetime.now() + timedelta(minutes=1))  # noqa: DTZ005 - the browser's own
    page.goto(address)
    page.clock.fast_forward("24:00:00")
    assert page.url == address
    expect(page.get_by_role("status").filter(has_text="Show")).to_be_visible()  # it is another time, and nothing moved
    assert page.locator(".fresh").inner_text() == fresh
    page.context.set_offline(True)
    page.get_by_role("link", name="Places", exact=True).click()
    expect(page.get_by_text("No internet now.")).to_be_visible()
    page.get_by_role("link", name="Stage").click()
    assert fresh.partition(" is from ")[2].strip(".") in page.locator(".fresh").inner_text()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_text_twice_as_large_is_whole(server: Server, new_phone: Callable[..., Phone], language: str) -> None:
    address = start(server).replace("lang=en", f"lang={language}")
    page = new_phone(bypass_csp=True).page
    found = []
    for path in ("", "days/", "places/", "help/", "settings/"):
        page.goto(address.replace("/demo/", f"/demo/{path}"))
        before = page.locator("h1").evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
        page.add_style_tag(content="html { font-size: 200% !important }")
        after = page.locator("h1").evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
        assert after > 1.7 * before  # our own size is a little more than the usual
        found += [f"{path}: {each}" for each in (*cut_below(page), *sideways(page, except_in=".skip"))]
    assert found == []


@pytest.mark.parametrize("width", [360, 1280])
def test_lines_are_far_enough_apart_and_not_too_long(
    server: Server, new_phone: Callable[..., Phone], width: int
) -> None:
    address = start(server)
    page = new_phone(viewport={"width": width, "height": 800}).page
    found = []
    for path in ("", "days/", "places/", "help/", "settings/", "pictures/"):
        page.goto(address.replace("/demo/", f"/demo/{path}"))
        found += [f"{path}: {each}" for each in page.evaluate(HARD_LINES)]
    assert found == []


def test_focus_is_thick_and_never_hidden_all_the_way_through(server: Server, new_phone: Callable[..., Phone]) -> None:
    page = new_phone().page
    page.goto(start(server))
    stops = _walk(page)
    links = page.locator("a:visible, button:visible, summary:visible").count()
    assert len(stops) >= links
    assert [stop for stop in stops if stop[1] < 3 or not stop[2]] == []


def _walk(page: Page) -> list[tuple[str, float, bool]]:
    stops: list[tuple[str, float, bool]] = []
    for _ in range(300):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        stops.append(tuple(stop))
    return stops


def test_sheet_says_its_day_when_it_is_from_and_whom_to_call(server: Server, new_phone: Callable[..., Phone]) -> None:
    page = new_phone().page
    page.goto(start(server))
    day = page.locator("h1").inner_text().partition(": ")[2]
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    said = _words(" ".join(each.extract_text() for each in sheets))
    assert len(sheets) <= 2
    assert _words(day) in said
    assert re.search(r"Thissheetisfrom\w+,\d+(:\d\d)?[ap]m", said)
    assert "Call" in said
    titles = page.locator(".day h3").all_inner_texts()
    assert titles
    assert [each for each in titles if _words(each) not in said] == []


def test_sheet_has_what_somebody_folded_out_and_no_more(server: Server, new_phone: Callable[..., Phone]) -> None:
    page, address = new_phone().page, start(server)
    server.manage("shell", "-c", OUTLINE)
    page.goto(address)
    outlines = page.locator(".day details")
    assert (outlines.count() > 1, _printed(page).count("Fourpeoplerun.")) == (True, 0)
    outlines.first.locator("summary").click()
    said = _printed(page)
    assert (said.count("Fourpeoplerun."), "Readmore" in said) == (1, False)


def _printed(page: Page) -> str:
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    return _words(" ".join(each.extract_text() for each in sheets))


def _words(text: str) -> str:
    """Without spaces and ligatures, which a PDF may have anywhere: it places letters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))

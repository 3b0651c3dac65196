"""What families see, in an order in which they may meet it: for the pictures."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.e2e.stage import Server

FAMILY_TITLES = {
    "family-day": "A day: what is on now, what comes next",
    "family-arabic": "The same from right to left",
    "family-days": "All days, and the plan for a calendar",
    "family-places": "Places",
    "family-place": "One place: what it is like there, and what happens",
    "family-help": "Help, the same on each page",
    "family-settings": "How somebody wants to see it",
    "family-join": "Before anybody hears of anything: what they would hear",
    "family-messages": "All that was said, and whether messages come to this phone",
    "family-number": "A number, and the code that goes there",
}
TOLD = """
from datetime import timedelta
from django.utils import timezone
from eventsync.schedule.models import Event
from notifications.models import Notice, Recipient
from notifications.plan import telling
now = timezone.now()
texts = {"en": {"title": "Swim: Another place", "body": "Today, 3 pm. Hall. Please go to the new place."}}
times = {"made_at": now, "expires_at": now + timedelta(hours=1)}
notice = Notice.objects.create(event=Event.objects.get(), kind="hand", importance="big", key="1", texts=texts, **times)
telling.plan(notice, list(Recipient.objects.all()), now=now)
"""


def family_pages(page: Page, server: Server) -> Iterator[str]:
    """Yields the name of each of FAMILY_TITLES while it is shown. The server sends text messages."""
    plan = f"{server.url}/schedule/demo/"
    page.goto(f"{plan}?lang=en")
    page.reload()  # the first time a page does not wait for its letters
    yield "family-day"
    page.goto(f"{plan}?lang=ar")
    yield "family-arabic"
    page.goto(f"{plan}?lang=en")
    for name in ("Days", "Places"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")
        yield f"family-{name.lower()}"
    page.locator("main").get_by_role("link").first.click()
    page.wait_for_url("**/places/**")
    yield "family-place"
    page.get_by_role("link", name="Help", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Help")).to_be_visible()
    yield "family-help"
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", level=1, name="Settings")).to_be_visible()
    yield "family-settings"
    yield from _messages(page, server)


def _messages(page: Page, server: Server) -> Iterator[str]:
    page.get_by_role("link", name="Messages").click()
    expect(page.get_by_role("button", name="Yes, tell me")).to_be_visible()
    yield "family-join"
    page.get_by_role("button", name="Yes, tell me").click()
    expect(page.get_by_text("There are no messages yet.")).to_be_visible()
    server.manage("shell", "--no-imports", "--command", TOLD)
    page.reload()
    expect(page.get_by_role("heading", name="Swim: Another place")).to_be_visible()
    yield "family-messages"
    page.get_by_label("Phone number, with the country").fill("+358 40 123 4567")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("A code is on its way")).to_be_visible()
    page.locator("#ways").scroll_into_view_if_needed()
    yield "family-number"

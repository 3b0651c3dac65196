"""A family says that it wants to hear of changes, hears of one, and answers: a real browser, worker and push service.

Only two things are not as on a phone: no push service of a browser's maker can be reached from here, so the page gets
an address at ours; and what that decrypted is handed to the browser by DevTools.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stage import Phone, Server, axe, sideways, wait_until
from tests.faults.workshop import until
from tests.notifications.push_service import Browser, serving

MESSAGES = "/schedule/demo/mine/messages/"
PLAN = """
from datetime import timedelta
import time_machine
from django.utils import timezone
from eventsync.jobs import queue
from eventsync.schedule.models import Activity, Event, Place
from eventsync.schedule.plan import releasing
now = timezone.now()
event = Event.objects.get(slug="demo")
here, there = Place.objects.filter(venue__event=event)[:2]
boats = Activity.objects.filter(title="Paper boats")
def release():
    releasing.release(event=event, comment={}, seen=releasing.preview(event).seen, by="Maria", now=timezone.now())
    queue.run()
    with time_machine.travel(now + timedelta(minutes=3)):
        queue.run()
        queue.run()
"""
# It is midday there, whenever the test runs, so that nothing waits for the morning.
BOATS = """
event.tz = f"Etc/GMT{now.hour - 12:+}"
event.save()
Activity.objects.create(
    event=event, place=here, title="Paper boats", start=now + timedelta(hours=2), end=now + timedelta(hours=3)
)
release()
"""
MOVE = "boats.update(place=there); release()"
CANCEL = "boats.update(status='cancelled'); release()"
STATES = """
SELECT texts, channel, state FROM notifications_delivery JOIN notifications_notice AS notice ON notice.id = notice_id
"""
# What a browser answers whose push service is ours.
OURS = """said => {
    const subscription = { endpoint: said.endpoint, toJSON: () => said, unsubscribe: async () => true };
    PushManager.prototype.subscribe = async () => { sessionStorage.push = 'on'; return subscription; };
    PushManager.prototype.getSubscription = async () => (sessionStorage.push ? subscription : null);
}"""
SHOWN = """async () => {
    const found = await (await navigator.serviceWorker.ready).getNotifications();
    return found.map(({ title, tag, lang, silent }) => ({ title, tag, lang, silent }));
}"""
KEPT = (
    "async () => (await (await caches.open('eventsync-plans')).keys()).some(({ url }) => url.includes('messages/copy'))"
)
# A browser without a screen has nothing to tap.
TAP = """async action => {
    const [notification] = await registration.getNotifications();
    try {
        dispatchEvent(new NotificationEvent('notificationclick', { notification, action }));
    } catch { /* a tap by hand may not keep the worker awake */ }
}"""


class Sending(Server):
    """It may send to a push service on this machine."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"EVENTSYNC_PUSH_PRIVATE": "1"}

    def do(self, *scripts: str) -> None:
        self.manage("shell", "-v", "0", "-c", "\n".join([PLAN, *scripts]))

    def states(self) -> dict[str, str]:
        """By notice and channel."""
        with closing(sqlite3.connect(self.database)) as database:
            rows = database.execute(STATES).fetchall()
        return {f"{json.loads(texts)['en']['title']}, {channel}": state for texts, channel, state in rows}

    def until_displayed(self, title: str) -> None:
        """As its worker says: who asks the browser while it puts a notification on the screen may make it drop that."""
        until(lambda: self.states()[f"{title}, push"] == "displayed", lambda: str(self.states()))


@pytest.fixture
def games(tmp_path: Path, migrated: Path) -> Iterator[Sending]:
    server = Sending(tmp_path)
    shutil.copy(migrated, server.database)
    server.manage("demo", "--people", "20")
    server.do(BOATS)
    with server:
        yield server


def deliver(page: Page, pushed: dict[str, Any]) -> None:
    """What its push service decrypted, to the worker of the page."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: found.extend(each["registrationId"] for each in said["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(50)
    origin = page.url.partition("/schedule/")[0]
    told = {"origin": origin, "registrationId": found[0], "data": json.dumps(pushed)}
    session.send("ServiceWorker.deliverPushMessage", told)
    session.detach()


def tap(page: Page, action: str = "") -> None:
    [worker] = page.context.service_workers
    worker.evaluate(TAP, action)


def subscribe(page: Page, browser: Browser) -> None:
    said = {"endpoint": browser.endpoint, "expirationTime": None, "keys": browser.keys}
    page.add_init_script(f"({OURS})({json.dumps(said)})")
    page.reload()
    expect(page.get_by_text("This phone does not show messages yet.")).to_be_visible()
    page.get_by_role("button", name="Show messages on this phone").click()
    expect(page.get_by_text("This phone shows messages.")).to_be_visible()


def test_family_hears_of_changes_once_each_and_answers_also_without_a_network(
    games: Sending, new_phone: Callable[..., Phone]
) -> None:
    page = new_phone(bypass_csp=True, permissions=["notifications"]).page
    page.goto(f"{games.url}/schedule/demo/?lang=en")
    page.get_by_role("link", name="Messages").click()
    assert (axe(page, "color-contrast-enhanced"), sideways(page, except_in=".skip")) == ([], [])
    page.get_by_role("button", name="Yes, tell me").click()
    expect(page.get_by_text("There are no messages yet.")).to_be_visible()
    key = page.locator("#phone").get_attribute("data-key")
    assert key is not None
    with serving(key) as service:
        browser = service.browser()
        subscribe(page, browser)

        games.do(MOVE)
        deliver(page, browser.pushes[0])
        moved = {"title": "Paper boats: Another place", "tag": browser.shown[0]["tag"], "lang": "en", "silent": True}
        games.until_displayed("Paper boats: Another place")
        assert page.evaluate(SHOWN) == [moved]
        games.do(CANCEL)
        deliver(page, browser.pushes[1])
        cancelled = {**moved, "title": "Paper boats: Cancelled"}
        games.until_displayed(cancelled["title"])
        deliver(page, browser.pushes[0])  # it was on its way for long
        page.wait_for_timeout(500)
        assert page.evaluate(SHOWN) == [cancelled]
        assert service.refused == []

    tap(page, "read")
    wait_until(page, f"async () => (await ({SHOWN})()).length === 0")
    page.goto(f"{games.url}{MESSAGES}?lang=en")
    first = page.locator("article").first
    expect(first).to_contain_text("You have read this.")
    assert (axe(page, "color-contrast-enhanced"), sideways(page, except_in=".skip")) == ([], [])

    wait_until(page, KEPT)
    page.context.set_offline(True)
    page.goto(f"{games.url}{MESSAGES}?lang=en")
    expect(page.get_by_text("No internet now.")).to_be_visible()
    second = page.locator("article").nth(1)
    expect(second).to_contain_text("Paper boats: Another place")
    second.get_by_role("button", name="I have read this").click()
    expect(second.get_by_text("You have read this.")).to_be_focused()
    assert games.states()["Paper boats: Another place, in_app"] == "accepted"
    page.context.set_offline(False)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    told = "Paper boats: Another place, in_app"
    until(lambda: games.states()[told] == "acknowledged", lambda: str(games.states()))

    page.goto(f"{games.url}{MESSAGES}?lang=en")
    page.get_by_role("link", name="Stop all messages").click()
    page.get_by_role("button", name="Yes, stop").click()
    expect(page.get_by_role("button", name="Yes, tell me")).to_be_visible()
    assert games.states() == {}

"""A family’s phone that hears of changes: the server that pushes, and what stands for a push service and for fingers.

Only these are not as on a phone: no push service of a browser's maker can be reached from here, so the page gets an
address at ours, and what that decrypted is handed to the browser by DevTools; and a browser without a screen has
nothing to tap.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stage import Server
from tests.faults.workshop import until
from tests.notifications.push_service import Browser

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


def deliver(page: Page, pushed: dict[str, Any], *, to: str) -> None:
    """What its push service decrypted, to the worker of the origin `to`, whatever page there is."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: found.extend(each["registrationId"] for each in said["registrations"]),
    )
    session.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(50)
    told = {"origin": to, "registrationId": found[0], "data": json.dumps(pushed)}
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


@pytest.fixture
def games(tmp_path: Path, migrated: Path) -> Iterator[Sending]:
    """The demo, with boats of which everybody was told."""
    server = Sending(tmp_path)
    shutil.copy(migrated, server.database)
    server.manage("demo", "--people", "20")
    server.do(BOATS)
    with server:
        yield server

"""A lead has alerts shown on their phone: a real browser, worker and push service; a tap leads to what it is about."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.noticed import OURS, SHOWN, Sending, deliver, games
from tests.e2e.screenshots import PASSWORD, PHONE, USER, sign_in
from tests.e2e.stage import Phone, axe, sideways, wait_until
from tests.faults.workshop import until
from tests.notifications.push_service import serving

__all__ = ["games"]  # a fixture

pytestmark = pytest.mark.long

COMES = """
from eventsync.jobs.alerts import alert
from eventsync.jobs.rules import Partition
from notifications.alerts import telling
alert(kind="help_asked", subject="one", message="Guest 1 needs help.", now=now, of=Partition(event.pk))
telling.owe(now=now + timedelta(seconds=20))
with time_machine.travel(now + timedelta(seconds=20)):
    queue.run()
"""
TAP = """() => {
    self.clients.openWindow = async address => { self.asked = address; return null; };
    return registration.getNotifications().then(([notification]) =>
        void dispatchEvent(new NotificationEvent('notificationclick', { notification })));
}"""


def test_lead_hears_of_an_alert_and_a_tap_opens_it(
    games: Sending, new_phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    games.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    page = new_phone(viewport=PHONE, bypass_csp=True, permissions=["notifications"]).page
    sign_in(page, games)
    page.goto(f"{games.url}/control/health/")
    page.get_by_role("link", name="Alerts on this phone or computer").click()
    assert (axe(page), sideways(page, except_in=".visually-hidden")) == ([], [])
    page.get_by_role("button", name="Show alerts here").click()
    key = page.locator("#phone").get_attribute("data-key")
    assert key is not None
    with serving(key) as service:
        browser = service.browser()
        said = {"endpoint": browser.endpoint, "expirationTime": None, "keys": browser.keys}
        page.add_init_script(f"({OURS})({json.dumps(said)})")
        page.reload()
        page.get_by_role("button", name="Let it show messages").click()
        expect(page.get_by_text("Alerts are shown here.")).to_be_visible()
        assert (axe(page), sideways(page, except_in=".visually-hidden")) == ([], [])
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("A test is on its way.")).to_be_visible()
        games.do("queue.run()")
        games.do(COMES)
        assert service.refused == []
    [test, pushed] = browser.pushes
    assert test["notification"]["title"] == "This is a test"
    for _ in range(2):  # as a worker that died makes it
        deliver(page, pushed, to=games.url)
    wait_until(page, f"async () => (await ({SHOWN})()).length > 0")
    page.wait_for_timeout(500)
    title, tag = "Help asked", browser.shown[1]["tag"]
    assert page.evaluate(SHOWN) == [{"title": title, "tag": tag, "lang": "en", "silent": False}]
    [worker] = page.context.service_workers
    worker.evaluate(TAP)
    until(lambda: worker.evaluate("() => self.asked !== undefined"), lambda: "no window was asked for")
    page.goto(worker.evaluate("() => self.asked"))
    expect(page.get_by_text("Guest 1 needs help.").first).to_be_visible()
    page.goto(f"{games.url}/control/phone/")
    page.get_by_role("button", name="Stop on all my phones and computers").click()
    expect(page.get_by_role("button", name="Show alerts here")).to_be_visible()

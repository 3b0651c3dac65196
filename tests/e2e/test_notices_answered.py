"""A notice that comes while no page is open, in the night, or to somebody who needs help; and where a tap leads."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.noticed import CANCEL, MESSAGES, MOVE, SHOWN, Sending, deliver, games, subscribe, tap
from tests.e2e.stage import Phone, wait_until
from tests.faults.workshop import until
from tests.notifications.push_service import Browser, serving

__all__ = ["games"]  # a fixture

# Only a real tap lets a worker open a window, so what it asks for is written down, and gone to by hand.
ASKED = "() => { self.clients.openWindow = async address => { self.asked = address; return null; }; }"
# Ten in the evening there, whenever the test runs; what is changed is of tomorrow.
NIGHT = """
west = (21 - now.hour + 11) % 24 - 11
event.tz = f"Etc/GMT{-west:+}"
event.save()
boats.update(start=now + timedelta(hours=14), end=now + timedelta(hours=15))
release()
"""
LATE = """
with time_machine.travel(now + timedelta(hours=8)):
    queue.run()
"""
MORNING = """
with time_machine.travel(now + timedelta(hours=10)):
    queue.run()
    queue.run()
"""


@pytest.fixture
def phone(games: Sending, new_phone: Callable[..., Phone]) -> Iterator[tuple[Page, Browser]]:
    """It hears of everything, and shows messages; of its push service one browser."""
    page = new_phone(bypass_csp=True, permissions=["notifications"]).page
    page.goto(f"{games.url}{MESSAGES}?lang=en")
    page.get_by_role("button", name="Yes, tell me").click()
    key = page.locator("#phone").get_attribute("data-key")
    assert key is not None
    with serving(key) as service:
        browser = service.browser()
        subscribe(page, browser)
        yield page, browser
        assert service.refused == []


def shown_with_no_page_open(games: Sending, phone: tuple[Page, Browser], change: str, title: str) -> Page:
    """The browser, which is open; where a tap leads is written down from now on."""
    page, browser = phone
    page.goto("about:blank")
    games.do(change)
    deliver(page, browser.pushes[0], to=games.url)
    games.until_displayed(title)
    [worker] = page.context.service_workers
    worker.evaluate(ASKED)
    return page


def alerts(games: Sending) -> list[str]:
    with closing(sqlite3.connect(games.database)) as database:
        return [kind for (kind,) in database.execute("SELECT kind FROM jobs_alert WHERE cleared_at IS NULL")]


def asked(page: Page) -> Any:
    [worker] = page.context.service_workers
    until(lambda: worker.evaluate("() => self.asked !== undefined"), lambda: "no window was asked for")
    return worker.evaluate("() => self.asked")


def test_with_no_page_open_it_is_shown_and_a_tap_opens_the_list(games: Sending, phone: tuple[Page, Browser]) -> None:
    page = shown_with_no_page_open(games, phone, MOVE, "Paper boats: Another place")
    tap(page)
    assert asked(page) == f"{games.url}{MESSAGES}?lang=en"
    until(lambda: games.states()["Paper boats: Another place, push"] == "opened", lambda: str(games.states()))
    page.goto(asked(page))
    expect(page.locator("article").first).to_contain_text("Paper boats: Another place")
    assert page.evaluate(SHOWN) == []


def test_i_need_help_leads_to_the_help_page_and_is_an_alert(games: Sending, phone: tuple[Page, Browser]) -> None:
    page = shown_with_no_page_open(games, phone, CANCEL, "Paper boats: Cancelled")
    assert "help_asked" not in alerts(games)
    tap(page, "help")
    until(lambda: "help_asked" in alerts(games), lambda: str(alerts(games)))
    assert games.states()["Paper boats: Cancelled, push"] == "acknowledged"
    page.goto(asked(page))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Help")


def test_what_changes_in_the_night_is_shown_once_in_the_morning(games: Sending, phone: tuple[Page, Browser]) -> None:
    page, browser = phone
    games.do(NIGHT)
    games.do(MOVE)
    games.do(LATE)
    assert (browser.pushes, set(games.states().values())) == ([], {"accepted", "held"})
    assert page.evaluate(SHOWN) == []
    games.do(MORNING)
    [pushed] = browser.pushes
    deliver(page, pushed, to=games.url)
    wait_until(page, f"async () => (await ({SHOWN})()).length === 1")
    [shown] = page.evaluate(SHOWN)
    assert (shown["title"], pushed["notification"]["title"]) == ("Paper boats: Later", "Paper boats: Later")
    assert pushed["notification"]["body"].endswith("Please go to the new place.")

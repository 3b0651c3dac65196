"""A family says that it wants to hear of changes, hears of one, answers: a real browser, worker and push service."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.noticed import CANCEL, KEPT, MESSAGES, MOVE, SHOWN, Sending, deliver, games, subscribe, tap
from tests.e2e.stage import Phone, axe, sideways, wait_until
from tests.faults.workshop import until
from tests.notifications.push_service import serving

__all__ = ["games"]  # a fixture


def test_family_hears_of_changes_once_each_and_answers_also_without_a_network(
    games: Sending, new_phone: Callable[..., Phone]
) -> None:
    page = new_phone(bypass_csp=True, permissions=["notifications"]).page
    page.goto(f"{games.url}/schedule/demo/?lang=en")
    page.get_by_role("link", name="Messages").click()
    assert (axe(page, "color-contrast-enhanced"), sideways(page, except_in=".skip")) == ([], [])
    page.get_by_role("button", name="Yes, tell me").click()
    expect(page.locator("article")).to_contain_text("Swimming: Later")  # what was said before they came
    key = page.locator("#phone").get_attribute("data-key")
    assert key is not None
    with serving(key) as service:
        browser = service.browser()
        subscribe(page, browser)

        games.do(MOVE)
        deliver(page, browser.pushes[0], to=games.url)
        moved = {"title": "Paper boats: Another place", "tag": browser.shown[0]["tag"], "lang": "en", "silent": True}
        games.until_displayed("Paper boats: Another place")
        assert page.evaluate(SHOWN) == [moved]
        games.do(CANCEL)
        deliver(page, browser.pushes[1], to=games.url)
        cancelled = {**moved, "title": "Paper boats: Cancelled"}
        games.until_displayed(cancelled["title"])
        deliver(page, browser.pushes[0], to=games.url)  # it was on its way for long
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

"""What a screen reader says at the door, word for word: docs and screens can promise much, this is what people hear."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.stage import ROOT, Phone
from tests.e2e.tour import TEAM, UNKNOWN_CODE

READER = ROOT / "frontend/node_modules/@guidepup/virtual-screen-reader/lib/esm/index.browser.js"
GOLDEN = Path(__file__).parent / "spoken"
PEOPLE = 60  # as loaded in conftest.py
MOST = 80  # phrases of a screen; more would be a loop


class Listener:
    """Somebody who hears the page and does not see it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines: list[str] = []
        script, exported = re.subn(r"export\{[^}]*?([\w$]+) as virtual\};?", r"window.reader = \1;", READER.read_text())
        assert exported == 1
        # As a developer's console does it: the app's policy lets no page load scripts from elsewhere.
        page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": f"{{{script}\n}}"})
        page.evaluate("reader.start({ container: document.getElementById('app') })")

    def hear(self, what: str) -> None:
        """Writes down what was said since the last time, by itself: announcements, and what has the focus now."""
        self.lines += ["", f"# {what}", *self._said()]

    def read(self, what: str, *, end: str = "navigation") -> None:
        """Reads on from the focus to the end of the screen, as the arrow keys of a screen reader do.

        `end`: the last landmark of the screen.
        """
        self.page.evaluate(
            """async ([most, end]) => {
                await reader.clearSpokenPhraseLog();
                for (let at = 0; at < most; at++) {
                    await reader.next();
                    if ((await reader.lastSpokenPhrase()).startsWith(`end of ${end}`)) break;
                }
            }""",
            [MOST, end],
        )
        self.lines += ["", f"# {what}", *self._said()]

    def _said(self) -> list[str]:
        phrases = self.page.evaluate(
            """async () => {
                const log = await reader.spokenPhraseLog();
                await reader.clearSpokenPhraseLog();
                return log;
            }"""
        )
        return [re.sub(r"\d\d:\d\d", "hh:mm", phrase) for phrase in phrases]


def compare(name: str, heard: Listener) -> None:
    """Against the file of that name; written anew when it is not there."""
    text = "\n".join(heard.lines).strip() + "\n"
    golden = GOLDEN / f"{name}.txt"
    if not golden.exists():
        golden.write_text(text, encoding="utf-8")
        pytest.fail(f"{golden} was written: read it, and keep it if it is good to hear")
    assert text == golden.read_text(encoding="utf-8")


def without_network(phone: Phone) -> Phone:
    """So that nothing is sent, and nothing said, in between."""
    phone.wait_until_ready(PEOPLE)
    assert phone.context is not None
    phone.context.set_offline(True)
    return phone


def test_the_way_through_the_door_is_told(new: list[dict[str, str]], at_door: Callable[..., Phone]) -> None:
    phone = without_network(at_door())
    page, person = phone.page, new[0]
    heard = Listener(page)
    heard.read("The door, nobody looked for")
    phone.search(person["name"])
    expect(page.get_by_role("list", name="People found").get_by_role("button")).to_have_count(1)
    heard.hear("A name is typed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="People found").get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Next person")).to_be_focused()
    heard.hear("The person is tapped")
    heard.read("The result")
    page.keyboard.press("Enter")
    phone.tap(person)
    expect(phone.result.get_by_role("heading", name="Already in")).to_be_visible()
    heard.hear("The same person again")
    phone.next()
    page.get_by_role("button", name=f"Undo {person['name']}").click()
    expect(page.get_by_test_id("headcount")).to_have_text("0")
    heard.hear("Undo")
    heard.read("The door afterwards")
    compare("door", heard)


def test_a_code_of_nobody_is_told(at_door: Callable[..., Phone]) -> None:
    phone = without_network(at_door())
    heard = Listener(phone.page)
    phone.search(UNKNOWN_CODE)
    phone.page.keyboard.press("Enter")
    expect(phone.result.get_by_role("heading", name="Not on the list")).to_be_visible()
    heard.hear("A code is entered")
    heard.read("The result")
    compare("unlisted", heard)


def test_a_delegation_is_told(at_door: Callable[..., Phone]) -> None:
    phone = without_network(at_door())
    page = phone.page
    heard = Listener(page)
    phone.search(TEAM)
    found = page.get_by_role("list", name="Groups found").get_by_role("button", name=TEAM)
    expect(found).to_be_visible()
    heard.hear("A delegation is typed")
    found.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=TEAM)).to_be_focused()
    heard.hear("It is opened")
    heard.read("The delegation")
    page.get_by_role("button", name="Tick all").click()
    page.get_by_role("checkbox").first.uncheck()
    heard.hear("All but one are ticked")
    page.get_by_role("button", name=re.compile("^Let in ")).click()
    expect(page.get_by_role("group", name="Just recorded here")).to_be_focused()
    heard.hear("They are let in")
    heard.read("The delegation afterwards")
    compare("group", heard)

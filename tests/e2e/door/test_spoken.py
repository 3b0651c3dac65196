"""What a screen reader says at the door, word for word: docs and screens can promise much, this is what people hear."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.door.test_guardians import guard
from tests.e2e.door.test_holds import put_on_hold
from tests.e2e.door.test_kinds import BUNKS, DECK, by_role, of
from tests.e2e.stage import ROOT, Phone, Server
from tests.e2e.stops import stand_at
from tests.e2e.tour import IN_OUT_DOOR, TEAM, UNKNOWN_CODE, admit_earlier

READER = ROOT / "frontend/node_modules/@guidepup/virtual-screen-reader/lib/esm/index.browser.js"
GOLDEN = Path(__file__).parent / "spoken"
PEOPLE = 60  # as loaded in conftest.py
MOST = 120
DAYS = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"


class Listener:
    """Somebody who hears the page and does not see it. `part`: of the page, as a selector."""

    def __init__(self, page: Page, part: str = "#app") -> None:
        self.page = page
        self.lines: list[str] = []
        script, exported = re.subn(r"export\{[^}]*?([\w$]+) as virtual\};?", r"window.reader = \1;", READER.read_text())
        assert exported == 1
        # As a developer's console does it: the app's policy lets no page load scripts from elsewhere.
        page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": f"{{{script}\n}}"})
        page.evaluate("part => reader.start({ container: document.querySelector(part) })", part)

    def hear(self, what: str) -> None:
        """Writes down what was said since the last time, by itself: announcements, and what has the focus now."""
        self.lines += ["", f"# {what}", *self._said()]

    def read(self, what: str, *, end: str = "navigation", most: int = MOST) -> None:
        """Reads on from the focus to the end of the screen, as the arrow keys of a screen reader do.

        `end`: the last landmark of the screen; `most`: phrases, more would be a loop.
        """
        self.page.evaluate(
            """async ([most, end]) => {
                await reader.clearSpokenPhraseLog();
                for (let at = 0; at < most; at++) {
                    await reader.next();
                    if ((await reader.lastSpokenPhrase()).startsWith(`end of ${end}`)) break;
                }
            }""",
            [most, end],
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
        return [re.sub(rf"({DAYS} )?\d\d:\d\d", "hh:mm", phrase) for phrase in phrases]

    def stop(self) -> None:
        self.page.evaluate("reader.stop()")


def compare(name: str, heard: Listener, folder: Path = GOLDEN) -> None:
    """Against the file of that name; written anew when it is not there."""
    text = "\n".join(heard.lines).strip() + "\n"
    golden = folder / f"{name}.txt"
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


@pytest.mark.long
def test_a_code_of_nobody_is_told(at_door: Callable[..., Phone]) -> None:
    phone = without_network(at_door())
    heard = Listener(phone.page)
    phone.search(UNKNOWN_CODE)
    phone.page.keyboard.press("Enter")
    expect(phone.result.get_by_role("heading", name="Not on the list")).to_be_visible()
    heard.hear("A code is entered")
    heard.read("The result")
    compare("unlisted", heard)


@pytest.mark.long
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


def meet(phone: Phone, heard: Listener, person: dict[str, str], word: str) -> None:
    phone.tap(person)
    expect(phone.result.get_by_role("heading", name=word, exact=True)).to_be_visible()
    heard.hear("The person is tapped")
    heard.read("The result")


def hear_hold(phone: Phone, heard: Listener, held: dict[str, str]) -> None:
    meet(phone, heard, held, "On hold")
    phone.page.get_by_role("button", name="Sent to the medical desk").press("Enter")
    expect(phone.result).to_have_count(0)
    heard.hear("They were sent there")


def hear_guardian(phone: Phone, heard: Listener, guarded: dict[str, str], code: str) -> None:
    page, said = phone.page, phone.result.get_by_role("alert")
    page.get_by_text("Going out").click()
    meet(phone, heard, guarded, "Guardian only")
    for each, answer in (("acdefghj", "This is not the code."), (code, "")):
        phone.result.get_by_role("textbox", name="Release code").fill(each)
        page.get_by_role("button", name="Check the code").click()
        if answer:
            expect(said).to_contain_text(answer)
        else:
            expect(phone.result.get_by_role("heading", name="Out", exact=True)).to_be_visible()
        heard.hear("The right code" if not answer else "A wrong code")


def hear_barred(phone: Phone, heard: Listener, away: dict[str, str]) -> None:
    meet(phone, heard, away, "Not allowed here")
    phone.search("zz")
    expect(phone.page.get_by_text("Nobody on the list matches")).to_be_visible()
    expect(phone.page.get_by_text(f"Sent away: {away['name']}.")).to_be_attached()
    heard.hear("The next one is looked for, and nothing was decided")


def hear_places(phone: Phone, heard: Listener, first: dict[str, str], second: dict[str, str]) -> None:
    meet(phone, heard, first, "Which place?")
    phone.page.get_by_role("button", name="A-1, free").press("Enter")
    expect(phone.result.get_by_role("heading", name="In", exact=True)).to_be_visible()
    heard.hear("A place is given")
    phone.tap(second)
    phone.page.get_by_role("button", name=re.compile("^A-1, ")).click()
    expect(phone.result.get_by_role("heading", name="A-1 is taken", exact=True)).to_be_visible()
    heard.hear("Somebody else is given the same")
    heard.read("The result")


def hear_conflicts(phone: Phone, heard: Listener) -> None:
    page = phone.page
    page.get_by_role("link", name="Lead, 1 to look at").click()
    expect(page.get_by_role("heading", name="Lead", level=1)).to_be_focused()
    heard.hear("The lead’s screen is opened")
    heard.read("The lead’s screen")
    page.get_by_role("button", name="Same person twice: nothing to do").click()
    expect(page.get_by_role("list", name="To look at").get_by_role("listitem")).to_have_count(0)
    heard.hear("It is resolved")


@pytest.mark.long
def test_what_a_person_has_to_decide_is_told(
    server: Server, code: str, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    held, guarded, twice = new[:3]
    put_on_hold(server, held)
    [release] = guard(server, guarded)
    for by, verdict in (("Ana", "accepted"), ("Bo", "flagged")):
        admit_earlier(server, code=code, people=[twice], by=by, verdict=verdict)
    phone = new_phone(reduced_motion="reduce")
    phone.enrol(server.enrolment_link(profile="lead"), name="Lea", checkpoint=IN_OUT_DOOR)
    expect(phone.page.get_by_role("link", name="Lead, 1 to look at")).to_be_visible()
    without_network(phone)
    phone.check_in(guarded)
    phone.next()
    for name, checkpoint, hear, cast in (
        ("hold", None, hear_hold, [held]),
        ("guardian", None, hear_guardian, [guarded, release]),
        ("barred", DECK, hear_barred, by_role("family")[:1]),
        ("places", BUNKS, hear_places, of("Finland")[:2]),
        ("conflicts", None, hear_conflicts, []),
    ):
        if checkpoint is not None:
            stand_at(phone.page, checkpoint)
        heard = Listener(phone.page)
        hear(phone, heard, *cast)
        heard.stop()
        compare(name, heard)

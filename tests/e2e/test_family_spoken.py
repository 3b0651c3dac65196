"""What a screen reader says on families' pages, word for word: a day, and the page of messages."""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.door.test_spoken import Listener, compare
from tests.e2e.family_tour import TOLD
from tests.e2e.stage import Phone, Server

pytestmark = pytest.mark.long

GOLDEN = Path(__file__).parent / "spoken"
MOST = 600
CLOCK = r"\b(\d{1,2}(:\d\d)?|hh:mm) [ap]m\b"  # the listener has written those of two digits otherwise
DAY = r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d+ [A-Z][a-z]+( \d{4})?"
WHEN_MADE = r"(This plan is from)(?:.|\n(?!end of paragraph))*"  # in several pieces: the time is there by two clocks


def test_day_is_told_in_order_and_says_that_changes_were_read(server: Server, new_phone: Callable[..., Phone]) -> None:
    server.manage("demo", "--people", "20", "--no-invite")
    page = new_phone(bypass_csp=True).page
    page.goto(f"{server.url}/schedule/demo/?lang=en")
    heard = Listener(page, "body")
    heard.read("The plan of today", end="main", most=MOST)
    heard.stop()
    whole = main_part(heard.lines)
    own = [("DAY," in each, bool({"Place:", "New place:"} & set(each))) for each in items(whole)]
    assert set(own) == {(True, True)}
    page.get_by_role("link", name="I have read this").click()
    expect(page.get_by_role("status").filter(has_text="You have read the changes.")).to_be_visible()
    again = Listener(page, "body")
    again.read("Once somebody has read what changed", end="main", most=MOST)
    said = main_part(again.lines)
    said = said[: said.index("region, The whole day")]
    heard.lines = ["# The plan of today", *whole, "", "# Once somebody has read what changed", *said]
    compare("family-day", heard, GOLDEN)


@pytest.fixture
def texting(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server from which text messages go out."""
    monkeypatch.setenv("EVENTSYNC_SMS", "console")
    server = Server(tmp_path)
    shutil.copy(migrated, server.database)
    server.manage("demo", "--people", "5", "--no-invite")
    with server:
        yield server


def test_messages_are_told_and_so_is_what_was_typed_wrong(texting: Server, new_phone: Callable[..., Phone]) -> None:
    page = new_phone(bypass_csp=True).page
    page.goto(f"{texting.url}/schedule/demo/mine/messages/?lang=en")
    page.get_by_role("button", name="Yes, tell me").click()
    expect(page.get_by_text("There are no messages yet.")).to_be_visible()
    texting.manage("shell", "--no-imports", "--command", TOLD)
    page.get_by_label("Phone number, with the country").fill("040 123")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("alert")).to_be_visible()
    heard = Listener(page, "body")
    heard.read("One message, and a number without its country", end="main", most=MOST)
    told = [re.sub(CLOCK, "TIME", same(line)) for line in heard.lines[heard.lines.index("main") :]]
    heard.lines = ["# One message, and a number without its country", *told]
    compare("family-messages", heard, GOLDEN)


def main_part(lines: Sequence[str]) -> list[str]:
    """Without the choices above it, and without what is now and next: that is another thing at each hour."""
    found, skips = [], False
    told = re.sub(WHEN_MADE, r"\1 DAY, TIME", "\n".join(lines[lines.index("main") :]))
    for line in told.split("\n"):
        skips = (skips or line.startswith("region, Now")) and not line.startswith("region, The whole day")
        found += [] if skips else [same(line)]
    return found


def same(phrase: str) -> str:
    """The same on every day."""
    return re.sub(DAY, "DAY", phrase)


def items(lines: Sequence[str]) -> list[list[str]]:
    """What is said of each activity, wherever somebody begins to listen."""
    begin = [at for at, line in enumerate(lines) if line.startswith("listitem")]
    ends = [at for at, line in enumerate(lines) if line.startswith("end of listitem")]
    return [list(lines[start:end]) for start, end in zip(begin, ends, strict=True)]

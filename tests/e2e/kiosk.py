"""A kiosk in a browser, and what people hold up to it."""

from collections.abc import Iterator

from playwright.sync_api import expect

from tests.e2e.stage import PATIENCE, Phone, Server
from tests.e2e.tour import AT_ONCE, DOOR, UNKNOWN_CODE, VENUE

KIOSK_SCREENS = ["kiosk", "kiosk-in", "kiosk-already", "kiosk-volunteer"]
HOLD, VOLUNTEER = "Hold your code here", "Please see a volunteer"

# Answers stay until somebody taps: a busy machine would look for them when they have gone already.
HELD = """
    window.held = 0;
    const wait = window.setTimeout.bind(window);
    window.setTimeout = (act, ms, ...rest) => [5500, 6500, 10500].includes(ms) ? ++window.held : wait(act, ms, ...rest);
"""
# Writes down what answers there were, however short they stayed.
TOLD = """
    window.told = [];
    const look = () => document.querySelectorAll('h2').forEach(({ textContent }) => {
        if (window.told.at(-1) !== textContent) window.told.push(textContent);
    });
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
"""


def enrol(phone: Phone, server: Server, *, script: str = HELD) -> None:
    """At the main door, and able to work without a network from then on."""
    assert phone.context is not None
    phone.context.add_init_script(script)
    phone.page.goto(server.enrolment_link(profile="kiosk", venue=VENUE))
    phone.page.get_by_role("list", name="Checkpoints").get_by_role("button", name=DOOR).click()
    ready(phone)


def kiosk_screens(phone: Phone, *, code: str) -> Iterator[str]:
    """Yields the name of each of KIOSK_SCREENS while a kiosk shows it. `code` is of somebody who may come in."""
    yield "kiosk"
    for name, shown, heading in (
        ("kiosk-in", code, "Welcome, "),
        ("kiosk-already", code, "You are already in"),
        ("kiosk-volunteer", UNKNOWN_CODE, VOLUNTEER),
    ):
        phone.page.evaluate(AT_ONCE, shown)
        found = phone.page.get_by_role("heading", name=heading, level=2)
        expect(found).to_be_visible(timeout=PATIENCE * 1000)
        yield name
        next_person(phone)


def ready(phone: Phone) -> None:
    """The screen is up, with its list and the app itself stored."""
    shows(phone, HOLD, level=1)
    expect(phone.page.get_by_text("Ready to work without signal")).to_be_visible(timeout=PATIENCE * 1000)


def shows(phone: Phone, heading: str, *, level: int = 2) -> None:
    found = phone.page.get_by_role("heading", name=heading, exact=True, level=level)
    expect(found).to_be_visible(timeout=PATIENCE * 1000)


def hold_up(phone: Phone, code: str, heading: str) -> None:
    """Before the reader, which types it; and waits for the answer."""
    before = phone.page.evaluate("held")
    phone.page.evaluate(AT_ONCE, code)
    shows(phone, heading)
    phone.page.wait_for_function("before => held > before", arg=before)


def first(person: dict[str, str]) -> str:
    return person["given"] or person["name"].split()[0]


def recorded(phone: Phone) -> list[tuple[str, str | None]]:
    """Kinds and reasons, in order."""
    operations = [row["operation"] for row in sorted(phone.rows(), key=lambda row: row["seq"])]
    return [(each["kind"], each["payload"].get("reason")) for each in operations]


def waits(phone: Phone, count: int) -> None:
    """How much of what was recorded the server has not got."""
    expect(phone.page.get_by_text(f"· {count} waiting to send")).to_be_attached(timeout=PATIENCE * 1000)


def next_person(phone: Phone) -> None:
    phone.page.get_by_role("button", name="Next person").click()
    shows(phone, HOLD, level=1)


def run(server: Server, script: str) -> None:
    start = "from checkin import roster\nfrom checkin.models import Person\nfrom django.utils import timezone\n"
    server.manage("shell", "--no-imports", "-c", start + script)

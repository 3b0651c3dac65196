"""What the browser tests stand on: a real daphne process on its own database, and real browsers that can be killed."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from playwright.sync_api import Error as BrowserError

from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 30  # seconds; the machine may be busy
expect.set_options(timeout=PATIENCE * 1000)


@dataclass
class Server:
    """daphne on a database file of its own. It can be stopped and started: phones find it at the same address."""

    folder: Path
    port: int = field(default_factory=free_port)
    public_port: int = 0  # where phones find it, when something stands between
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.public_port or self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "eventsync.sqlite3"

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "EVENTSYNC_DATABASE_URL": f"sqlite:///{self.database}",
            "EVENTSYNC_MARKER": str(self.folder / "marker.json"),
            "EVENTSYNC_BASE_URL": self.url,
            "EVENTSYNC_REDIS_URL": "",
            "EVENTSYNC_SECRET_KEY": "for browser tests only",
        }
        return os.environ | ours

    def manage(self, *arguments: str) -> str:
        """Runs a command against the server's database; answers with what it printed."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"manage.py {arguments}: {done.stderr}"
        return done.stdout

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "daphne", "-p", str(self.port), "eventsync.asgi:application"]

    def start(self) -> None:
        with (self.folder / "daphne.log").open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + 2 * PATIENCE  # nothing takes a busy machine as long as to start a process
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                said = (self.folder / "daphne.log").read_text()[-2000:]
                raise AssertionError(f"daphne does not answer: {said}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def enrolment_link(self, *, profile: str = "door", venue: str | None = None) -> str:
        where = ["--venue", venue] if venue else []
        answer = self.manage("enrol_code", "--event", "demo", "--profile", profile, "--json", *where)
        return str(json.loads(answer)["url"])

    def venue(self) -> str:
        """The slug of the demo's first venue."""
        report = json.loads(self.manage("headcount", "--event", "demo", "--json"))
        return str(report["venues"][0]["venue"])

    def headcount(self) -> dict[str, tuple[int, int, int]]:
        """Present, unidentified and voided by checkpoint id."""
        report = json.loads(self.manage("headcount", "--event", "demo", "--json"))
        return {
            each["id"]: (each["present"], each["unidentified"], each["voided"])
            for venue in report["venues"]
            for each in venue["checkpoints"]
        }

    def operations(self) -> Counter[str]:
        """The ids of all operations that the server stored, with how often."""
        with closing(sqlite3.connect(self.database)) as database:
            return Counter(str(UUID(id)) for (id,) in database.execute("SELECT id FROM sync_operation"))


@dataclass
class Phone:
    """A browser with a storage of its own, at the size of a phone."""

    playwright: Playwright
    profile: Path
    executable: str
    options: dict[str, Any] = field(default_factory=dict)
    switches: list[str] = field(default_factory=list)
    context: BrowserContext | None = None

    @property
    def page(self) -> Page:
        assert self.context is not None, "the phone is switched off"
        return self.context.pages[0]

    def switch_on(self) -> None:
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=self.executable,
            args=[*SWITCHES, *self.switches],
            **{"viewport": {"width": 360, "height": 640}, "timezone_id": "UTC", "locale": "en-GB", **self.options},
        )
        self.page.set_default_timeout(PATIENCE * 1000)

    def kill(self) -> None:
        """SIGKILL to the whole browser, as a phone does that runs out of battery."""
        mark = f"--user-data-dir={self.profile}"
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and mark in _command_line(entry):
                os.kill(int(entry.name), signal.SIGKILL)
        context, self.context = self.context, None
        if context is not None:
            with suppress(BrowserError):  # it is gone already, and that was the aim
                context.close()

    def switch_off(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def enrol(self, link: str, *, name: str, checkpoint: str) -> None:
        self.page.goto(link)
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_role("button", name="Continue").click()
        self.page.get_by_role("list", name="Checkpoints").get_by_role("button", name=checkpoint).click()
        expect(self.page.get_by_role("heading", name=checkpoint, level=1)).to_be_visible()
        self.wait_until_stored()

    def wait_until_ready(self, people: int) -> None:
        """Ready to work without signal: the roster and the app itself are stored."""
        self.page.get_by_role("link", name="This phone").click()
        readiness = self.page.get_by_label("Readiness")
        expect(readiness).to_contain_text(f"{people:,} of {people:,}", timeout=PATIENCE * 1000)
        expect(self.page.get_by_text("Ready to work without signal", exact=True)).to_be_visible(timeout=PATIENCE * 1000)
        self.page.get_by_role("link", name="Door").click()

    def wait_until_stored(self) -> None:
        """The app is on the phone: only now the network may be cut."""
        active = "navigator.serviceWorker.getRegistration().then(found => found?.active?.state === 'activated')"
        wait_until(self.page, f"() => {active}")

    def send_now(self) -> None:
        """Asks for it where it says what waits. The phone may be quicker, and then there is no such button."""
        self.page.get_by_role("link", name="Sent").click()
        expect(self.page.get_by_role("status").filter(has_text="waiting to send")).to_be_visible()
        button = self.page.get_by_role("button", name="Send now")
        button.evaluate_all("found => found.forEach(each => each.click())")

    def search(self, text: str) -> None:
        self.page.get_by_role("searchbox", name="Name or wristband code").fill(text)

    def tap(self, person: Mapping[str, str]) -> None:
        """Searches for somebody and taps them, by name and delegation; marks of direction may stand around."""
        self.search(person["name"])
        name, delegation = (f"\u2068?{re.escape(person[part])}\u2069?" for part in ("name", "delegation"))
        label = re.compile(f"^{name}, {delegation}, ")
        self.page.get_by_role("list", name="People found").get_by_role("button", name=label).click()

    def check_in(self, person: Mapping[str, str]) -> None:
        """Taps somebody and waits for the big word."""
        self.tap(person)
        expect(self.result.get_by_role("heading", name="In", exact=True)).to_be_visible()

    def scan(self, code: str) -> None:
        """What a reader does that is plugged in: types, wherever the focus is, and presses Enter."""
        self.page.keyboard.type(code, delay=5)
        self.page.keyboard.press("Enter")

    @property
    def result(self) -> Any:
        return self.page.get_by_role("region", name="Result")

    def next(self) -> None:
        self.page.get_by_role("button", name="Next person").click()

    def shows(self, *, present: int | None = None, pending: int | None = None) -> None:
        """Waits until the counters at the top of the door say this."""
        for name, value in (("headcount", present), ("pending", pending)):
            if value is not None:
                expect(self.page.get_by_test_id(name)).to_have_text(str(value), timeout=PATIENCE * 1000)

    def outbox(self) -> Counter[str]:
        """The ids of all operations that this phone holds, with how often."""
        return Counter(row["id"] for row in self.rows())

    def rows(self) -> list[dict[str, Any]]:
        return list(
            self.page.evaluate(
                """() => new Promise((resolve, reject) => {
                    const opening = indexedDB.open('eventsync-outbox');
                    opening.onerror = () => reject(opening.error);
                    opening.onsuccess = () => {
                        const all = opening.result.transaction('operations').objectStore('operations').getAll();
                        all.onsuccess = () => { opening.result.close(); resolve(all.result); };
                    };
                })"""
            )
        )


def wait_until(page: Page, script: str) -> None:
    """Until a promise is true. Playwright's `wait_for_function` takes the promise itself for an answer."""
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(script):
        assert time.monotonic() < deadline, script
        page.wait_for_timeout(50)


WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def axe(page: Page, *also: str) -> list[str]:
    """What axe finds wrong with the page, one line for each element. `also`: rules beyond those that it has on."""
    rules = {name: {"enabled": True} for name in ("target-size", *also)}  # axe leaves this one of WCAG 2.2 off
    page.evaluate("() => Promise.all(document.getAnimations().map(each => each.finished))")  # colours on their way
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG_22_AA}, "rules": rules}).response
    ran = {rule["id"] for part in ("passes", "violations", "incomplete", "inapplicable") for rule in found[part]}
    assert {"color-contrast", *rules} <= ran, ran
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def sideways(page: Page, *, except_in: str = ".hidden") -> list[str]:
    """What reaches beyond the left or right edge of the window, or is cut off at the edge of its box."""
    return list(
        page.evaluate(
            """except => [...document.body.querySelectorAll('*')].filter(element => {
                if (element.closest(except) || !element.checkVisibility()) return false;
                const { left, right, width, height } = element.getBoundingClientRect();
                if (width <= 1 || height <= 1) return false;
                const cut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
                    && getComputedStyle(element).overflowX !== 'visible' && !(element instanceof HTMLInputElement);
                return left < -1 || right > innerWidth + 1 || cut;
            }).map(element => `${element.tagName.toLowerCase()} ${element.textContent.trim().slice(0, 40)}`)""",
            except_in,
        )
    )


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""

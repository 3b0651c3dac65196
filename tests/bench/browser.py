"""The door app in real Chromium, 50,000 people, 4× CPU throttle: search, check-in, cold start offline, memory, size."""

import json
import math
import os
import random
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.e2e import chromium, stage
from tests.e2e.stage import ROOT, Phone, Server

PEOPLE = 50_000
INSIDE = 20_000
WAITING = 500
TAPS = 40
STARTS = 5
THROTTLE = 4
SLOWEST = 6  # of which only starting is asked
TYPING_MS = 40  # Door.svelte waits that long for more letters
FINGER_MS = 80  # how long a finger stays on the glass; a tap is timed from where it leaves
PATIENCE = 300  # seconds: a long list, a slowed browser, maybe a busy machine
DOOR = "Main door"

PARTS = (
    ("tap → app asks the disk", "at", "asked"),
    ("asked → strictly on disk", "asked", "kept"),
    ("on disk → card in the page", "kept", "shown"),
    ("card in the page → painted", "shown", "painted"),
)


def run() -> None:
    play(Bench)


def play(bench: type["Bench"]) -> None:
    """With a server, and a phone of its own, for as long as it lasts."""
    stage.PATIENCE = PATIENCE
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        phone = Phone(playwright, Path(folder) / "phone", chromium.find_chromium())
        try:
            bench(server, phone).run()
        finally:
            phone.switch_off()
            server.stop()


class Bench:
    """One phone at one door, from a quiet morning to a dead network."""

    def __init__(self, server: Server, phone: Phone) -> None:
        self.server = server
        self.phone = phone
        self.random = random.Random(2)

    def run(self) -> None:
        print(f"\nDoor app with {PEOPLE:,} people, load average {load()}")
        self.prepare()
        self.throttle()
        print(f"CPU throttle {THROTTLE}×, measured {self.slowdown():.1f}×")
        print(f"\n{'':44} {'n':>4} {'p50 ms':>7} {'p95 ms':>7} {'max ms':>7}   target")
        self.scan()
        self.work("quiet")
        self.fill_the_hall()
        with OtherDoors(self.server, skip=INSIDE).at_work(per_second=10):
            self.work(f"{INSIDE:,} in, 10 a second elsewhere")
        self.server.stop()
        self.fill_the_outbox()
        self.work(f"offline, {WAITING} waiting")
        for times in (THROTTLE, SLOWEST):
            self.cold_starts(times)
        self.memory()
        print(f"load average {load()}")

    @property
    def page(self) -> Page:
        return self.phone.page

    def prepare(self) -> None:
        self.server.manage("migrate", "--verbosity", "0")
        self.server.manage("demo", "--people", str(PEOPLE), "--no-invite")
        self.server.start()
        self.switch_on()
        link = self.server.enrolment_link(venue=self.server.venue())
        self.phone.enrol(link, name="Maria", checkpoint=DOOR)
        self.phone.wait_until_ready(PEOPLE)
        self.people: list[dict[str, str]] = self.page.evaluate("() => bench.readPeople()")

    def switch_on(self) -> None:
        self.phone.switch_on()
        assert self.phone.context is not None
        self.phone.context.add_init_script(path=Path(__file__).parent / "stopwatch.js")

    def throttle(self) -> None:
        self.page.evaluate("() => bench.spin()")  # compiled before it is timed
        self.full_speed = self.spin()
        self.devtools().send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})

    def devtools(self) -> CDPSession:
        return self.page.context.new_cdp_session(self.page)

    def spin(self) -> float:
        return statistics.median(float(self.page.evaluate("() => bench.spin()")) for _ in range(5))

    def slowdown(self) -> float:
        return self.spin() / self.full_speed

    def scan(self) -> None:
        """The search function alone, over the same people, for what somebody types."""
        # By DevTools, for the page's policy forbids foreign scripts.
        self.devtools().send("Runtime.evaluate", {"expression": bundle("src/rules/search.ts", "rules")})
        typed = [word[:end] for word in map(longest_word, self.sample(20)) for end in range(1, len(word) + 1)]
        row("search function alone", self.page.evaluate("words => bench.scan(words)", typed))

    def work(self, when: str) -> None:
        """Somebody types letter by letter, taps the first who is not in, and goes on."""
        self.page.evaluate("() => bench.startAgain()")
        for done, absent in enumerate(self.found_absent(), 1):
            absent.click(delay=FINGER_MS)
            self.wait(f"() => bench.watch.taps.length === {done}")
            self.page.get_by_role("button", name="Next person").click()
            if done == TAPS:
                break
        watch = self.page.evaluate("() => bench.watch")
        print(when)
        row("letter → results painted", spans(watch["searches"], "at", "painted"), f"p95 ≤ 150, {TYPING_MS} is waiting")
        row("tap → card painted", spans(watch["taps"], "at", "painted"), "p95 ≤ 100")
        for name, start, end in PARTS:
            row(f"  {name}", spans(watch["taps"], start, end))

    def found_absent(self) -> Iterator[Any]:
        for person in self.sample(TAPS * 5):
            for letter in longest_word(person):
                self.page.keyboard.type(letter)
                time.sleep(0.2)
            absent = self.page.get_by_role("list", name="People found").get_by_role("button", name="not in yet")
            if absent.count() > 0:
                yield absent.first
            else:
                self.page.get_by_role("searchbox").fill("")
                time.sleep(0.2)

    def wait(self, what: str) -> None:
        """Asks seldom: each question is work for the page that is measured."""
        deadline = time.monotonic() + PATIENCE
        while not self.page.evaluate(what):
            assert time.monotonic() < deadline, what
            time.sleep(0.2)

    def sample(self, count: int) -> list[dict[str, str]]:
        return self.random.sample([person for person in self.people if person["name"].isascii()], count)

    def fill_the_hall(self) -> None:
        OtherDoors(self.server).check_in(INSIDE)
        self.page.get_by_role("link", name="This phone").click()
        self.page.get_by_role("button", name="Fetch and send now").click()
        self.page.get_by_role("link", name="Door").click()
        # “20,000” is no number.
        there = "document.querySelector('[data-testid=headcount]').textContent.replaceAll(/\\D/g, '')"
        self.wait(f"() => Number({there}) >= {INSIDE}")

    def fill_the_outbox(self) -> None:
        """What the phone would hold after hours without a network, without tapping for minutes."""
        self.page.evaluate("people => bench.fillOutbox(people)", [each["id"] for each in self.people[-WAITING:]])
        self.page.reload()
        self.wait(f"() => Number(document.querySelector('[data-testid=pending]')?.textContent) >= {WAITING}")

    def cold_starts(self, times: int) -> None:
        watches = []
        for _ in range(STARTS):
            self.phone.switch_off()
            self.switch_on()
            self.page.goto(f"{self.server.url}/app/")
            self.page.evaluate("() => sessionStorage.setItem('first word', 'an')")
            self.page.goto("about:blank")
            self.devtools().send("Emulation.setCPUThrottlingRate", {"rate": times})
            self.page.goto(f"{self.server.url}/app/")
            self.wait("() => bench.watch.searchable !== null")
            watches.append(self.page.evaluate("() => bench.watch"))
        print(f"start without a server at {times}×, measured {self.slowdown():.1f}×")
        row("navigation → door usable", [watch["opened"] for watch in watches])
        row("navigation → first results painted", [watch["searchable"] for watch in watches])

    def memory(self) -> None:
        devtools = self.devtools()
        devtools.send("HeapProfiler.collectGarbage")
        used = devtools.send("Runtime.getHeapUsage")["usedSize"]
        print(f"JavaScript's memory with all of it: {used / 1e6:.0f} MB")


class OtherDoors:
    """Another device of the event, which checks in everybody in the order of their ids, from `skip` on."""

    def __init__(self, server: Server, *, skip: int = 0) -> None:
        self.server = server
        self.seq = 0
        code = server.enrolment_link(venue=server.venue()).rpartition("=")[2]
        asked = {"code": code, "device": str(uuid.uuid4()), "name": "Others", "app_version": "bench", "protocol": 1}
        self.token = self.post("enrol", asked)["token"]
        doors = json.loads(server.manage("headcount", "--event", "demo", "--json"))["venues"][0]["checkpoints"]
        self.checkpoint = next(each["id"] for each in doors if each["checkpoint"] == DOOR)
        with closing(sqlite3.connect(server.database)) as database:
            ids = database.execute("SELECT id FROM checkin_person ORDER BY id").fetchall()
        self.people = [str(uuid.UUID(id)) for (id,) in ids[skip:]]

    def check_in(self, count: int) -> None:
        now, self.people = self.people[:count], self.people[count:]
        for start in range(0, len(now), 500):
            self.post("push", {"protocol": 1, "operations": [self.arrive(id) for id in now[start : start + 500]]})

    @contextmanager
    def at_work(self, *, per_second: int) -> Iterator[None]:
        over = threading.Event()

        def work() -> None:
            while not over.wait(1):
                self.check_in(per_second)

        worker = threading.Thread(target=work)
        worker.start()
        try:
            yield
        finally:
            over.set()
            worker.join()

    def arrive(self, person: str) -> dict[str, Any]:
        self.seq += 1
        return {
            "id": str(uuid.uuid4()),
            "kind": "checkin.arrive",
            "seq": self.seq,
            "occurred_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "offset_ms": 0,
            "actor": "Ben",
            "refers_to": None,
            "payload": {"checkpoint": self.checkpoint, "person": person, "method": "scan"},
        }

    def post(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        if path == "push":
            headers["Authorization"] = f"Bearer {self.token}"
        url = f"{self.server.url}/api/v1/{path}"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)


def row(what: str, figures: Sequence[float], target: str = "") -> None:
    ordered = sorted(figures)
    p95 = ordered[math.ceil(len(ordered) * 0.95) - 1]
    columns = (statistics.median(ordered), p95, ordered[-1])
    print(f"  {what:42} {len(ordered):>4}", *(f"{figure:>7.1f}" for figure in columns), f"  {target}", flush=True)


def spans(samples: Sequence[Mapping[str, float]], start: str, end: str) -> list[float]:
    return [sample[end] - sample[start] for sample in samples]


def longest_word(person: Mapping[str, str]) -> str:
    """The first letters of it, as somebody types them."""
    return max(person["name"].split(), key=len)[:4]


def load() -> str:
    return " ".join(f"{figure:.1f}" for figure in os.getloadavg())


def bundle(path: str, name: str) -> str:
    """A module of the app as one script that leaves its exports in the variable `name`."""
    build = f"""
        import {{ build }} from 'vite';
        const lib = {{ entry: '{path}', formats: ['iife'], name: '{name}' }};
        const [built] = await build({{ configFile: false, logLevel: 'error', build: {{ write: false, lib }} }});
        console.log(built.output[0].code);
    """
    command = [str(ROOT / ".ci/node"), "node", "--input-type=module", "--eval", build]
    return subprocess.run(command, cwd=ROOT / "frontend", capture_output=True, text=True, check=True).stdout

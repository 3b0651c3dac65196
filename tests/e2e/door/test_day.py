"""A day at the door: three phones, one queue, and everything that a day does to them.

The ordinary run is a short one. PROVE_DAY=whole plays all of it, PROVE_SEED another one: the seed, which is part of the
test's name, decides who comes when and with what in the hand, when the network goes, how and until when, who dies and
who is revoked first.
"""

import json
import os
import random
import re
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from csv import DictReader
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

import pytest
from playwright.sync_api import expect

from checkin.demo import generate_people, roster_csv
from tests.e2e.door.conftest import PEOPLE
from tests.e2e.door.test_copies import keep_copy, take_over
from tests.e2e.door.test_exchange import SWITCHED_OFF
from tests.e2e.proxy import Mode, Proxy
from tests.e2e.stage import PATIENCE, Phone, Server
from tests.e2e.tour import AT_ONCE, DOOR, guests

# How many come, how often the network goes, and for how many seconds at least.
COMING, CUTS, LASTS = (500, 5, 30) if os.environ.get("PROVE_DAY") == "whole" else (60, 2, 5)
SEED = int(os.environ.get("PROVE_SEED", "1"))
WAYS: tuple[Mode, ...] = ("gone", "gone", "lose", "html", "error", "cut")
NAMES = STAYS, DIES, REVOKED = "Maria", "Ben", "Chen"
AT_LEAST = 3  # people between two turns of the network: one for each phone

How = Literal["scan", "typed", "search"]
HOWS: tuple[How, ...] = ("scan",) * 8 + ("typed", "search")
End = Literal["", "a phone dies", "a phone is revoked"]


@dataclass(frozen=True)
class Visit:
    """Somebody comes. `mistaken`: is let in, undone and let in again. `twice`: goes in at a second phone as well."""

    person: dict[str, str]
    how: How
    mistaken: bool
    twice: bool


@dataclass(frozen=True)
class Stretch:
    """Some come while the network is in one state; at the end of it something happens."""

    network: Mode
    visits: list[Visit]
    ends: End


def plan(people: Sequence[dict[str, str]], dice: random.Random) -> Iterator[Stretch]:
    """The whole day: calm and cut by turns, beginning and ending calm."""
    findable = {guest["code"] for guest in guests(PEOPLE + COMING)}
    of_families = {code for code, number in Counter(person["codes"] for person in people).items() if number > 1}
    turns = sorted(dice.sample(range(1, len(people) // AT_LEAST), 2 * CUTS))
    borders = [0, *(AT_LEAST * turn for turn in turns), len(people)]
    dies, revoked = dice.sample(range(CUTS), 2)
    for number, (start, end) in enumerate(pairwise(borders)):
        cut = number // 2 if number % 2 else None
        ends: End = "a phone dies" if cut == dies else "a phone is revoked" if cut == revoked else ""
        network: Mode = "pass" if cut is None else "gone" if ends else dice.choice(WAYS)
        visits = [_visit(person, findable, of_families, dice, cut=cut is not None) for person in people[start:end]]
        if cut is not None:
            visits[0] = replace(visits[0], mistaken=False, twice=True)
        yield Stretch(network, visits, ends)


def _visit(
    person: dict[str, str], findable: set[str], of_families: set[str], dice: random.Random, *, cut: bool
) -> Visit:
    how, chance = dice.choice(HOWS), dice.random()
    if person["codes"] in of_families:  # by which all of them would come
        how = "search"
    elif how == "search" and person["codes"] not in findable:
        how = "scan"
    return Visit(person, how, mistaken=chance < 0.05, twice=cut and chance > 0.8)


@dataclass
class Door:
    """Three volunteers with a phone each, and a sheet of paper on which everything is written that they do."""

    server: Server
    network: Proxy
    phones: dict[str, Phone] = field(default_factory=dict)
    paper: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # who, did what, to whom
    recorded: set[str] = field(default_factory=set)  # the ids of all that the phones hold or held
    flags: Counter[str] = field(default_factory=Counter)  # what the server should have remarked

    def meet(self, visit: Visit, number: int) -> None:
        names = list(self.phones)
        first, second = names[number % len(names)], names[(number + 1) % len(names)]
        if visit.mistaken:
            self.let_in(first, visit)
            self.undo(first, visit)
        self.let_in(first, visit)
        self.phones[first].next()
        if visit.twice and second != first:
            self.let_in(second, visit)
            self.phones[second].next()
            self.flags["second_admission"] += 1

    def let_in(self, name: str, visit: Visit) -> None:
        phone, person = self.phones[name], visit.person
        if visit.how == "scan":
            phone.page.evaluate(AT_ONCE, person["codes"])
        elif visit.how == "search":
            phone.tap(person)
        else:
            phone.page.get_by_role("searchbox").press_sequentially(person["codes"], delay=50)  # as people type
            phone.page.keyboard.press("Enter")
        expect(phone.result.get_by_role("heading", name="In", exact=True)).to_be_visible(timeout=PATIENCE * 1000)
        expect(phone.result).to_contain_text(person["name"])
        self.paper[name, "arrive", person["number"]] += 1

    def undo(self, name: str, visit: Visit) -> None:
        page = self.phones[name].page
        page.get_by_role("button", name="Undo", exact=True).click()
        said = re.compile("^Undone: .*" + re.escape(visit.person["name"]))
        expect(page.get_by_text(said)).to_be_attached(timeout=PATIENCE * 1000)
        self.paper[name, "void", visit.person["number"]] += 1

    def dies(self, name: str, *, heir: str, folder: Path) -> None:
        """With its last per cent it gives a copy of what it holds to another phone."""
        phone = self.phones.pop(name)
        assert waiting(phone)
        copy = keep_copy(phone, folder)
        self.recorded |= set(phone.outbox())
        phone.kill()
        page = self.phones[heir].page
        take_over(self.phones[heir], copy)
        said = page.get_by_text(re.compile("records? taken over, safe on this phone"))
        expect(said).to_be_visible(timeout=PATIENCE * 1000)
        page.get_by_role("link", name="Door").click()

    def revoke(self, name: str) -> None:
        """The organisers switch the phone off, and cannot reach it yet."""
        number = NAMES.index(name)
        self.server.manage(
            "shell", "--no-imports", "-c",
            "from django.utils import timezone; from eventsync.sync import enrolment; "
            "from eventsync.sync.models import Device; "
            f"enrolment.revoke(Device.objects.order_by('enrolled_at')[{number}], now=timezone.now())",
        )  # fmt: skip
        unheard = waiting(self.phones[name]) - set(self.server.operations())
        assert unheard
        self.flags["device_revoked"] = len(unheard)

    def delivers(self, name: str) -> None:
        """What it recorded before, and nothing more: its lists are gone."""
        phone = self.phones.pop(name)
        expect(phone.page.get_by_text(SWITCHED_OFF)).to_be_visible(timeout=4 * PATIENCE * 1000)
        expect(phone.page.get_by_role("searchbox")).to_have_count(0)
        phone.page.get_by_role("link", name="Sent").click()
        expect(phone.page.get_by_text(re.compile("^0 waiting to send"))).to_be_visible(timeout=4 * PATIENCE * 1000)
        self.recorded |= set(phone.outbox())

    def plays(self, stretch: Stretch, first: int, folder: Path) -> None:
        """`first`: how many came before."""
        self.network.mode, began, before = stretch.network, time.monotonic(), len(self.network.requests)
        for number, visit in enumerate(stretch.visits, first):
            self.meet(visit, number)
        if stretch.network == "pass":
            return
        if stretch.ends == "a phone dies":
            self.dies(DIES, heir=STAYS, folder=folder)
        if stretch.ends == "a phone is revoked":
            self.revoke(REVOKED)
        rest = began + LASTS - time.monotonic()
        self.phones[STAYS].page.wait_for_timeout(max(rest, 0) * 1000)  # as long as the plan says
        assert any(line.startswith(stretch.network) for line in self.network.requests[before:])
        sys.stdout.write(f"{stretch.network} for {time.monotonic() - began:.0f} s and {len(stretch.visits)} people")
        sys.stdout.write(f"; {stretch.ends}\n" if stretch.ends else "\n")
        self.network.mode = "pass"
        if stretch.ends == "a phone is revoked":
            self.delivers(REVOKED)

    def closes(self, *, present: int) -> None:
        [phone] = self.phones.values()
        phone.page.get_by_role("link", name="Sent").click()
        expect(phone.page.get_by_text(re.compile("^0 waiting to send"))).to_be_visible(timeout=4 * PATIENCE * 1000)
        phone.page.get_by_role("link", name="Door").click()
        phone.shows(present=present, pending=0)
        self.recorded |= set(phone.outbox())


def waiting(phone: Phone) -> set[str]:
    """What has no verdict yet, although it may have arrived."""
    return {row["id"] for row in phone.rows() if row["settled"] is None}


def asked(server: Server, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(server.database)) as database:
        return list(database.execute(question))


def ledger(server: Server) -> Counter[tuple[Any, ...]]:
    """Who did what to whom: a void to whom it undoes."""
    return Counter(
        asked(
            server,
            """SELECT r."by", r.verb, p.external_id FROM checkin_attendancerecord r
            LEFT JOIN checkin_attendancerecord undone ON undone.operation_id = r.refers_to
            JOIN checkin_person p ON 'p' || p.id = coalesce(undone.subject, r.subject)""",
        )
    )


def flags(server: Server) -> Counter[str]:
    return Counter(flag for (given,) in asked(server, "SELECT flags FROM sync_operation") for flag in json.loads(given))


@pytest.fixture
def queue(server: Server, tmp_path: Path) -> list[dict[str, str]]:
    """Those who will come, from a roster file that is imported; those who were listed before stay away."""
    roster = tmp_path / "roster.csv"
    roster.write_bytes(roster_csv(generate_people(PEOPLE + COMING)[PEOPLE:]))
    report = json.loads(server.manage("import_roster", str(roster), "--event", "demo", "--json"))
    assert (report["new"], report["errors"]) == (COMING, [])
    with roster.open(encoding="utf-8-sig") as file:
        return [row | {"name": normalize("NFC", row["name"])} for row in DictReader(file)]  # as the import writes it


@pytest.fixture
def at_work(
    server: Server, queue: list[dict[str, str]], proxy: Proxy, code: str, new_phone: Callable[..., Phone]
) -> Door:
    door = Door(server, proxy)
    for name in NAMES:
        phone = door.phones[name] = new_phone()
        phone.enrol(f"{server.url}/app/#enrol={code}", name=name, checkpoint=DOOR)
        phone.wait_until_ready(PEOPLE + COMING)
    return door


@pytest.mark.long
@pytest.mark.parametrize("seed", [SEED], ids="seed-{}".format)
def test_a_day_at_the_door_ends_with_an_exact_headcount_and_nothing_unexplained(
    server: Server, queue: list[dict[str, str]], at_work: Door, tmp_path: Path, seed: int
) -> None:
    dice, door, came = random.Random(seed), at_work, 0
    dice.shuffle(queue)
    sys.stdout.write(f"PROVE_SEED={seed}: {COMING} people, {CUTS} cuts\n")
    for stretch in plan(queue, dice):
        door.plays(stretch, came, tmp_path)
        came += len(stretch.visits)
    door.closes(present=COMING)

    undone = sum(number for (_, verb, _), number in door.paper.items() if verb == "void")
    sys.stdout.write(f"{sum(door.paper.values())} records; {undone} undone; flags {dict(door.flags)}\n")
    assert ledger(server) == door.paper
    assert server.operations() == Counter(door.recorded)
    assert flags(server) == door.flags
    assert [counts for counts in server.headcount().values() if any(counts)] == [(COMING, 0, undone)]
    assert asked(server, "SELECT what, count(*) FROM checkin_conflict GROUP BY what") == [
        ("second_admission", door.flags["second_admission"])
    ]
    assert asked(server, "SELECT id FROM sync_quarantined") == []
    holes = [each["holes"] for each in json.loads(server.manage("devices", "--event", "demo", "--json"))["devices"]]
    assert holes == [[]] * len(NAMES)
    assert json.loads(server.manage("audit", "--json"))["ok"]

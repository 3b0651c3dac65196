"""The main job: one roster file, two phones without a server, one true headcount."""

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.stage import Phone, Server
from tests.proving import PROVING

EACH = 30 if PROVING else 10
SHARED = 10 if PROVING else 4
UNDONE = 2


def the_door(server: Server) -> tuple[str, str]:
    """The id and the name of a door that admits each person once."""
    report = json.loads(server.manage("headcount", "--event", "demo", "--json"))
    first = report["venues"][0]["checkpoints"]
    with closing(sqlite3.connect(server.database)) as database:
        once = {row[0] for row in database.execute("SELECT id FROM checkin_checkpoint WHERE policy = 'once'")}
    return next((each["id"], each["checkpoint"]) for each in first if each["id"].replace("-", "") in once)


def unlike_names(people: list[dict[str, str]]) -> list[dict[str, str]]:
    """People whom a volunteer finds by name and delegation alone."""
    seen = Counter((person["name"], person["delegation"]) for person in people)
    return [person for person in people if seen[person["name"], person["delegation"]] == 1]


def test_two_phones_without_a_server_end_with_one_true_headcount(
    server: Server, new_phone: Callable[[], Phone], tmp_path: Path
) -> None:
    roster = tmp_path / "roster.csv"
    server.manage("demo", "--people", "500", "--csv", str(roster))
    server.manage("demo", "--people", "1", "--no-invite")
    report = json.loads(server.manage("import_roster", str(roster), "--event", "demo", "--json"))
    assert (report["new"] + report["unchanged"], report["errors"]) == (500, [])
    people = unlike_names(list(csv.DictReader(roster.read_text(encoding="utf-8-sig").splitlines())))
    checkpoint, door = the_door(server)

    maria, ben = new_phone(), new_phone()
    for phone, name in ((maria, "Maria"), (ben, "Ben")):
        phone.enrol(server.enrolment_link(venue=server.venue()), name=name, checkpoint=door)
        phone.wait_until_ready(500)

    server.stop()
    by_maria = people[:EACH]
    by_ben = people[EACH - SHARED : 2 * EACH - SHARED]
    for person in by_maria:
        maria.check_in(person)
        maria.next()
    maria.shows(present=EACH, pending=EACH)
    for person in by_ben[: EACH // 2]:
        ben.check_in(person)
        ben.next()

    ben.kill()
    ben.switch_on()
    ben.page.goto(f"{server.url}/app/")
    ben.shows(present=EACH // 2, pending=EACH // 2)
    for person in by_ben[EACH // 2 :]:
        ben.check_in(person)
        ben.next()
    for person in by_ben[-UNDONE:]:
        ben.page.get_by_role("button", name=f"Undo {person['name']}").click()
    ben.shows(present=EACH - UNDONE, pending=EACH + UNDONE)
    maria.page.reload()
    maria.shows(present=EACH, pending=EACH)

    server.start()
    true_headcount = 2 * EACH - SHARED - UNDONE
    for phone in (maria, ben):
        phone.send_now()
        phone.page.get_by_role("link", name="Door").click()
        phone.shows(pending=0)
    for phone in (maria, ben):
        phone.shows(present=true_headcount, pending=0)
    assert server.headcount()[checkpoint] == (true_headcount, 0, UNDONE)

    for person in by_ben[:SHARED]:
        for phone in (maria, ben):
            phone.tap(person)
            expect(phone.result.get_by_role("heading", name="Already in")).to_be_visible()
            expect(phone.result).to_contain_text("by Maria")
            phone.next()

    on_phones = maria.outbox() + ben.outbox()
    assert on_phones == server.operations()
    assert on_phones.total() == 2 * EACH + UNDONE
    verdicts = [(row["settled"]["verdict"], row["settled"]["flags"]) for row in maria.rows() + ben.rows()]
    flags = Counter(flag for _, raised in verdicts for flag in raised)
    assert flags == {"second_admission": SHARED}
    server.manage("audit", "--json")

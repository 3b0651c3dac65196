"""What the list says differently from the door: somebody has not paid, or is gone."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from checkin.demo.people import generate_people
from tests.e2e.door.conftest import PEOPLE
from tests.e2e.door.test_holds import fetch_now
from tests.e2e.stage import Phone, Server

pytestmark = pytest.mark.long


def word(phone: Phone, heading: str) -> None:
    expect(phone.result.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def flags(phone: Phone) -> list[list[str]]:
    return [row["settled"]["flags"] for row in sorted(phone.rows(), key=lambda row: row["seq"])]


def unpaid(server: Server, folder: Path) -> dict[str, str]:
    """An athlete of whom the organisers' file says that they have not paid."""
    guest = next(person for person in generate_people(PEOPLE) if person.role == "athlete")
    roster = folder / "changed.csv"
    roster.write_text(f"number,name,standing\n{guest.number},{guest.name},unpaid\n", encoding="utf-8")
    server.manage("import_roster", str(roster), "--event", "demo")
    return {"name": guest.name, "delegation": guest.delegation}


def test_who_has_not_paid_is_let_in_with_a_reason_and_flagged(
    server: Server, at_door: Callable[..., Phone], tmp_path: Path
) -> None:
    guest = unpaid(server, tmp_path)
    phone = at_door()
    phone.tap(guest)
    word(phone, "Not paid")
    expect(phone.result).to_contain_text("Not paid yet.")
    phone.page.get_by_role("button", name="The lead said yes").click()
    word(phone, "In")
    phone.shows(present=1, pending=0)
    assert flags(phone) == [["unpaid", "override"]]


def test_a_phone_that_has_not_heard_that_somebody_did_not_pay_lets_them_in_and_they_count(
    server: Server, at_door: Callable[..., Phone], tmp_path: Path
) -> None:
    phone = at_door()
    phone.wait_until_ready(PEOPLE)
    phone.page.context.set_offline(True)
    guest = unpaid(server, tmp_path)
    phone.check_in(guest)
    phone.next()
    phone.page.context.set_offline(False)
    phone.shows(present=1, pending=0)
    assert flags(phone) == [["unpaid"]]
    assert max(server.headcount().values()) == (1, 0, 0)
    phone.page.get_by_role("link", name="Sent and waiting").click()
    look = phone.page.get_by_role("list", name="Worth a look")
    expect(look).to_contain_text("This person had not paid. They count all the same.")


def test_who_is_taken_off_the_list_after_they_arrived_stays_counted_and_in_the_ledger(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone, offline = at_door(), at_door()
    offline.wait_until_ready(PEOPLE)
    offline.page.context.set_offline(True)
    phone.check_in(new[0])
    phone.next()
    phone.shows(present=1, pending=0)
    remove(server, *new[:2])

    assert max(server.headcount().values()) == (0, 1, 0)
    fetch_now(phone)
    expect(phone.page.get_by_role("region", name="Just recorded here")).to_contain_text("Not on the list")
    phone.search(new[0]["name"])
    expect(phone.page.get_by_text(re.compile("^Nobody on the list matches"))).to_be_visible()
    phone.search("")
    phone.scan(new[0]["code"])
    word(phone, "Not on the list")

    offline.check_in(new[1])  # its list still has them
    offline.next()
    offline.page.context.set_offline(False)
    offline.shows(pending=0)
    assert (flags(phone), flags(offline)) == ([[]], [["unknown_person"]])
    assert max(server.headcount().values()) == (0, 2, 0)
    assert server.operations() == phone.outbox() + offline.outbox()
    server.manage("audit", "--json")


def remove(server: Server, *people: dict[str, str]) -> None:
    """As the organisers' desk does it."""
    keys = json.dumps([person["id"] for person in people])
    server.manage(
        "shell",
        "--no-imports",
        "-c",
        "from checkin import roster\n"
        "from eventsync.schedule.models import Event\n"
        f"roster.remove_people(Event.objects.get(slug='demo').id, {keys})\n",
    )

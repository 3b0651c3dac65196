"""What the second volunteer sees of the first, and what a lead records afterwards: from paper, and who went unseen."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.door.test_guardians import guard
from tests.e2e.door.test_lead import lead_phone, tab
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import DOOR, IN_OUT_DOOR

LEDGER = """
import json
from checkin.models import AttendanceRecord
rows = AttendanceRecord.objects.order_by("received_at", "seq").values_list("verb", "method", "at", "voided", "flags")
print(json.dumps([[verb, method, at.isoformat(), voided, flags] for verb, method, at, voided, flags in rows]))
"""


def ledger(server: Server) -> list[list[Any]]:
    return list(json.loads(server.manage("shell", "--no-imports", "-c", LEDGER)))


def all_sent(page: Page) -> None:
    waiting = page.get_by_role("navigation").get_by_role("link", name="Sent and waiting", exact=True)
    expect(waiting).to_be_visible(timeout=30_000)


def tick(where: Locator, person: dict[str, str]) -> None:
    where.get_by_role("checkbox", name=re.compile(f"^{re.escape(person['name'])}, ")).check()


def looks_well(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])


@pytest.mark.long
def test_second_volunteer_sees_who_checked_somebody_in_and_on_which_phone(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    first, second = at_door(), at_door()
    server.manage(
        "shell", "-c", "from eventsync.sync.models import Device; Device.objects.update(name='Phone 7', holder='')"
    )
    first.check_in(new[0])
    first.shows(pending=0)
    second.shows(present=1)
    second.tap(new[0])
    expect(second.result).to_contain_text(re.compile(r"Since \d\d:\d\d by Maria \(Phone 7\)\. Not counted again\."))
    server.manage("audit", "--json")


@pytest.mark.long
def test_list_on_paper_is_recorded_with_its_time_without_a_network_and_can_be_taken_back(
    server: Server, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    lead = lead_phone(server, new_phone)
    page, written = lead.page, (datetime.now(ZoneInfo("Europe/Helsinki")) - timedelta(hours=2)).replace(second=0)
    page.context.set_offline(True)
    tab(page, "Lead").click()
    page.get_by_text("From a paper list").click()
    page.get_by_role("combobox", name="Where").select_option(label=f"{DOOR}, Lakeside Arena")
    when = page.get_by_label("Time on the paper")
    when.fill(f"{written + timedelta(days=2):%Y-%m-%dT%H:%M}")
    expect(page.get_by_role("alert")).to_have_text("Write a time of the last seven days that is over.")
    when.fill(f"{written:%Y-%m-%dT%H:%M}")
    for person in new[:3]:
        page.get_by_role("searchbox", name="Who is on the paper").fill(person["name"])
        tick(page.get_by_role("list", name="People found"), person)
    looks_well(page)
    page.get_by_role("button", name="Record from paper: 3").click()
    expect(page.get_by_text("3 recorded")).to_be_visible()
    page.get_by_role("searchbox", name="Who is on the paper").fill(new[0]["name"])
    expect(page.get_by_role("checkbox", name=re.compile("in since")).first).to_be_disabled()
    page.context.set_offline(False)
    all_sent(page)
    assert max(server.headcount().values()) == (3, 0, 0)
    arrivals = ledger(server)
    assert [row[:2] + row[3:] for row in arrivals] == [["arrive", "paper", False, "paper"]] * 3
    assert {datetime.fromisoformat(row[2]).replace(microsecond=0) for row in arrivals} == {
        written.replace(microsecond=0)
    }
    page.get_by_role("button", name="Undo all: 3").click()
    all_sent(page)
    assert max(server.headcount().values()) == (0, 0, 3)
    server.manage("audit", "--json")


@pytest.mark.long
def test_list_on_paper_lets_nobody_out_who_leaves_with_a_guardian_only(
    server: Server, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    guard(server, new[0])
    lead = lead_phone(server, new_phone)
    page = lead.page
    page.context.set_offline(True)
    tab(page, "Lead").click()
    page.get_by_text("From a paper list").click()
    page.get_by_role("combobox", name="Where").select_option(label=f"{IN_OUT_DOOR}, Lakeside Arena")
    found = page.get_by_role("list", name="People found")
    for person in new[:2]:
        page.get_by_role("searchbox", name="Who is on the paper").fill(person["name"])
        tick(found, person)
    expect(page.get_by_role("button", name="Record from paper: 2")).to_be_enabled()
    page.get_by_role("combobox", name="Which way").select_option("leave")
    page.get_by_role("button", name="Record from paper: 1").click()
    expect(page.get_by_text("1 recorded")).to_be_visible()
    expect(found).to_contain_text("Guardian only")
    expect(page.get_by_role("button", name="Record from paper: 0")).to_be_disabled()
    assert [(row["operation"]["kind"], row["operation"]["payload"]["person"]) for row in lead.rows()] == [
        ("checkin.leave", new[1]["id"])
    ]
    found.get_by_role("checkbox", name=re.compile("Guardian only")).click()
    expect(found).to_have_count(0)


@pytest.mark.long
def test_who_went_out_unseen_is_said_to_be_gone_by_a_lead_and_is_in_again_when_that_is_undone(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone], new_phone: Callable[..., Phone]
) -> None:
    lead, gate = lead_phone(server, new_phone), at_door(IN_OUT_DOOR)
    for person in new[:3]:
        gate.check_in(person)
        gate.next()
    gate.shows(pending=0)
    page = lead.page
    tab(page, "Lead").click()
    page.get_by_text(f"{IN_OUT_DOOR}, Lakeside Arena (3)").click()
    inside = page.get_by_role("list", name=f"Still in: {IN_OUT_DOOR}, Lakeside Arena")
    expect(inside.get_by_role("checkbox")).to_have_count(3)
    for person in new[:2]:
        tick(inside, person)
    looks_well(page)
    page.get_by_role("button", name="Gone, not recorded: 2").click()
    expect(inside.get_by_role("checkbox")).to_have_count(1)
    gate.shows(present=1)
    assert [row[:2] + row[3:] for row in ledger(server) if row[0] == "leave"] == [
        ["leave", "search", False, "unseen"]
    ] * 2
    page.get_by_role("button", name="Undo all: 2").click()
    expect(inside.get_by_role("checkbox")).to_have_count(3)
    gate.shows(present=3)
    server.manage("audit", "--json")

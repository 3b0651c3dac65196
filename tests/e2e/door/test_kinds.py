"""Checkpoints of every kind in a real browser, without a network where it matters."""

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from checkin.demo.people import generate_people
from tests.e2e.stage import Phone, Server, axe, sideways

PEOPLE = 60
DECK, CHAIRS, BUNKS, BUS, LUNCH = "Pool deck", "Wheelchairs", "Bunks, house A", "Bus to the arena", "Lunch"
SHOTS = os.environ.get("SHOTS")  # a folder, for somebody who wants to look


def of(delegation: str, *, role: str | None = None) -> list[dict[str, str]]:
    return [
        {"id": str(person.id), "name": person.name, "delegation": person.delegation}
        for person in generate_people(PEOPLE)
        if person.delegation == delegation and role in {None, person.role}
    ]


def by_role(*roles: str) -> list[dict[str, str]]:
    return [
        {"id": str(person.id), "name": person.name, "delegation": person.delegation}
        for person in generate_people(PEOPLE)
        if person.role in roles
    ]


def looks_well(phone: Phone, name: str) -> None:
    """No fault of accessibility, nothing beyond the edge, in both themes."""
    for scheme in ("light", "dark"):
        phone.page.emulate_media(color_scheme=scheme)
        assert axe(phone.page, "color-contrast-enhanced") == []
        assert sideways(phone.page) == []
        if SHOTS:
            for width, height in ((1280, 800), (360, 640)):
                phone.page.set_viewport_size({"width": width, "height": height})
                phone.page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png")


def said(phone: Phone) -> list[tuple[str, dict[str, str]]]:
    """Kind and payload of what the phone recorded, without who and where."""
    rows = sorted((row["operation"] for row in phone.rows()), key=lambda row: row["seq"])
    who = {"checkpoint", "person", "credential", "method"}
    return [(row["kind"], {k: v for k, v in row["payload"].items() if k not in who}) for row in rows]


def word(phone: Phone, heading: str) -> None:
    expect(phone.result.get_by_role("heading", name=heading, exact=True)).to_be_visible()


@pytest.mark.long
def test_a_zone_refuses_says_why_and_records_what_was_decided(
    server: Server, everywhere: Callable[[str], Phone]
) -> None:
    phone = everywhere(DECK)
    page = phone.page
    page.context.set_offline(True)
    away, let_in = by_role("family", "volunteer")[:2]
    phone.tap(away)
    word(phone, "Not allowed here")
    expect(phone.result).to_contain_text("Only for: athlete, coach, official.")
    expect(page.get_by_role("button", name="Send away")).to_be_focused()
    looks_well(phone, "barred")
    page.get_by_role("button", name="Send away").click()
    recent = page.get_by_role("region", name="Just recorded here")
    expect(recent).to_contain_text("Sent away")
    phone.tap(let_in)
    reason = page.get_by_role("textbox", name="Another reason")
    reason.press_sequentially("Mother of the swimmer", delay=150)  # as people type, and no reader
    expect(reason).to_have_value("Mother of the swimmer")
    reason.press("Enter")
    word(phone, "In")
    phone.next()
    page.get_by_role("button", name=f"Undo {away['name']}").click()
    expect(recent).to_contain_text("Undone")
    phone.check_in(by_role("athlete")[0])
    phone.shows(present=2, pending=4)
    assert said(phone) == [
        ("checkin.refuse", {"reason": "not_admitted"}),
        ("checkin.arrive", {"override": "Mother of the swimmer"}),
        ("checkin.void", {}),
        ("checkin.arrive", {}),
    ]
    page.context.set_offline(False)
    phone.shows(present=2, pending=0)
    assert [row["settled"]["flags"] for row in phone.rows()] == [[], ["not_admitted", "override"], [], []]
    page.get_by_role("link", name="Sent and waiting").click()
    expect(page.get_by_role("list", name="Everything else")).to_contain_text("Sent away")
    server.manage("audit", "--json")


@pytest.mark.long
def test_a_meal_is_had_once_and_only_while_it_is_served(server: Server, everywhere: Callable[[str], Phone]) -> None:
    phone = everywhere(LUNCH)
    page = phone.page
    guest, late = by_role("athlete")[:2]
    # The demo serves lunch from 11 to 14 in Helsinki, whatever the time is now.
    noon = datetime.now(ZoneInfo("Europe/Helsinki")).replace(hour=12, minute=5)
    page.context.set_offline(True)
    page.clock.set_fixed_time(noon)
    page.reload()
    phone.check_in(guest)
    phone.next()
    phone.tap(guest)
    word(phone, "Already had lunch")
    expect(phone.result).to_contain_text("Since 12:05 by Maria. Not counted again.")
    looks_well(phone, "meal")
    phone.next()
    page.clock.set_fixed_time(noon.replace(minute=9))
    phone.tap(guest)
    word(phone, "Already had lunch")
    phone.next()
    expect(page.get_by_role("region", name="Just recorded here")).to_contain_text("Was in already")
    page.clock.set_fixed_time(noon.replace(hour=9))
    phone.tap(late)
    word(phone, "Not now")
    expect(phone.result).to_contain_text("Lunch is from 11:00 to 14:00.")
    looks_well(phone, "outside")
    page.get_by_role("button", name="Send away").click()
    assert said(phone) == [
        ("checkin.arrive", {}),
        ("checkin.refuse", {"reason": "already_here"}),
        ("checkin.refuse", {"reason": "other", "note": "outside the time slots"}),
    ]


@pytest.mark.long
def test_a_bus_shows_who_is_missing_without_a_network(server: Server, everywhere: Callable[[str], Phone]) -> None:
    phone = everywhere(BUS)
    page = phone.page
    expected = of("Finland")
    manifest = page.get_by_role("region", name="Manifest")
    expect(manifest).to_contain_text(f"{len(expected)} missing")
    page.context.set_offline(True)
    missing = page.get_by_role("list", name="Missing").get_by_role("button")
    expect(missing).to_have_count(len(expected))
    expect(missing.first).to_contain_text("not aboard yet")
    for person in expected[1:]:
        page.get_by_role("list", name="Missing").get_by_role(
            "button", name=re.compile("^" + re.escape(person["name"]))
        ).first.click()
        word(phone, "On board")
        phone.next()
    expect(manifest).to_contain_text(f"{len(expected) - 1} of {len(expected)} on board · 1 missing")
    looks_well(phone, "manifest")
    stranger = of("Sweden")[0]
    phone.tap(stranger)
    word(phone, "Not allowed here")
    page.get_by_role("button", name="The lead said yes").click()
    word(phone, "On board")
    phone.next()
    expect(manifest).to_contain_text("1 on board and not expected")
    phone.tap(expected[0])
    phone.next()
    expect(manifest).to_contain_text(f"All {len(expected)} are on board.")
    page.context.set_offline(False)
    phone.shows(present=len(expected) + 1, pending=0)
    second = everywhere(BUS)
    expect(second.page.get_by_role("region", name="Manifest")).to_contain_text("are on board.")
    second.page.get_by_text("Getting off").click()
    second.tap(expected[0])
    word(second, "Off")
    second.next()
    expect(second.page.get_by_role("region", name="Manifest")).to_contain_text("1 missing")
    expect(manifest).to_contain_text("1 missing")


@pytest.mark.long
def test_a_bed_that_two_phones_gave_away_is_kept_by_both_and_flagged(
    server: Server, everywhere: Callable[[str], Phone]
) -> None:
    first, second = everywhere(BUNKS), everywhere(BUNKS)
    ana, bo = of("Finland")[:2]
    for phone, person in ((first, ana), (second, bo)):
        phone.page.context.set_offline(True)
        phone.tap(person)
        word(phone, "Which place?")
        expect(phone.page.get_by_role("button", name="A-1, free")).to_be_focused()
        if phone is first:
            looks_well(phone, "choose")
        phone.page.get_by_role("button", name="A-1, free").click()
        word(phone, "In")
        expect(phone.result).to_contain_text("A-1")
        phone.next()
        expect(phone.page.get_by_role("region", name="Places")).to_contain_text("11 of 12 free")
    first.page.context.set_offline(False)
    first.shows(present=1, pending=0)
    second.page.context.set_offline(False)
    second.shows(present=2, pending=0)
    assert [row["settled"]["flags"] for phone in (first, second) for row in phone.rows()] == [[], ["slot_taken"]]
    both = first.page.get_by_role("list", name="Taken places")
    expect(both).to_contain_text("claimed twice")
    looks_well(first, "places")
    first.tap(of("Sweden")[0])
    first.page.get_by_role("button", name=re.compile("^A-1, ")).click()
    word(first, "A-1 is taken")
    looks_well(first, "taken")
    first.page.get_by_role("button", name="Choose another").click()
    first.page.get_by_role("button", name="A-2, free").click()
    expect(first.result).to_contain_text("A-2")
    first.shows(present=3, pending=0)
    server.manage("audit", "--json")


@pytest.mark.long
def test_a_wheelchair_is_handed_out_and_taken_back(server: Server, everywhere: Callable[[str], Phone]) -> None:
    phone = everywhere(CHAIRS)
    page = phone.page
    page.context.set_offline(True)
    guest = by_role("athlete")[0]
    phone.tap(guest)
    page.get_by_role("button", name="W-3, free").click()
    word(phone, "Handed out")
    phone.next()
    taken = page.get_by_role("list", name="Taken places")
    expect(taken).to_contain_text(guest["name"])
    page.get_by_text("Taking back").click()
    taken.get_by_role("button", name=re.compile("^W-3, ")).click()
    word(phone, "Given back")
    expect(phone.result).to_contain_text("W-3")
    phone.next()
    expect(page.get_by_role("region", name="Places")).to_contain_text("6 of 6 free")
    page.context.set_offline(False)
    phone.shows(present=0, pending=0)
    assert said(phone) == [("checkin.arrive", {"slot": "W-3"}), ("checkin.leave", {"slot": "W-3"})]


@pytest.mark.long
def test_who_was_cancelled_is_shown_and_counted_when_they_are_let_in(
    server: Server, everywhere: Callable[[str], Phone], tmp_path: Path
) -> None:
    guest = next(person for person in generate_people(PEOPLE) if person.role == "athlete")
    roster = tmp_path / "changed.csv"
    roster.write_text(f"number,name,standing\n{guest.number},{guest.name},cancelled\n", encoding="utf-8")
    server.manage("import_roster", str(roster), "--event", "demo")
    phone = everywhere(DECK)
    phone.tap({"name": guest.name, "delegation": guest.delegation})
    word(phone, "Cancelled")
    looks_well(phone, "cancelled")
    phone.page.get_by_role("button", name="The list is wrong").click()
    word(phone, "In")
    phone.shows(present=1, pending=0)
    assert [row["settled"]["flags"] for row in phone.rows()] == [["cancelled", "override"]]

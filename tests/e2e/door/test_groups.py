"""Delegations at the door in a real browser: ticked, recorded by one tap, one operation each."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from checkin.demo.people import generate_people
from tests.e2e.door.conftest import PEOPLE
from tests.e2e.door.test_kinds import DECK, looks_well, of, word
from tests.e2e.door.test_screens import tab_to
from tests.e2e.looks import speak
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import IN_OUT_DOOR

TEAM = "Finland"


def without_network(phone: Phone, people: int = PEOPLE) -> Phone:
    """Once everything is stored that it needs, this screen's code among it."""
    phone.wait_until_ready(people)
    phone.page.context.set_offline(True)
    return phone


def open_group(phone: Phone, name: str, *, sum_: str) -> Locator:
    phone.search(name[:4])
    row = phone.page.get_by_role("list", name="Groups found").get_by_role("button", name=name)
    expect(row).to_contain_text(sum_)
    row.click()
    group = phone.page.get_by_role("region", name=name)
    expect(group.get_by_role("heading", name=name)).to_be_focused()
    return group


def ticked(group: Locator) -> Locator:
    return group.get_by_role("checkbox", checked=True)


def recorded(phone: Phone) -> list[tuple[str, str | None]]:
    rows = sorted((row["operation"] for row in phone.rows()), key=lambda row: row["seq"])
    return [(row["kind"], row["payload"].get("person")) for row in rows]


def groups(phone: Phone) -> set[Any]:
    rows = [row["operation"] for row in phone.rows()]
    return {row["payload"].get("group") for row in rows if row["kind"] != "checkin.void"}


@pytest.mark.long
def test_a_delegation_is_ticked_and_let_in_without_a_network_by_one_tap(
    server: Server, at_door: Callable[..., Phone]
) -> None:
    phone, team = without_network(at_door()), of(TEAM)
    page, late = phone.page, team[0]
    group = open_group(phone, TEAM, sum_=f"0 of {len(team)} in")
    expect(group.get_by_role("checkbox")).to_have_count(len(team))
    expect(group.get_by_role("button", name="Tick who is here")).to_be_disabled()
    looks_well(phone, "group")
    group.get_by_role("button", name="Tick all", exact=True).click()
    group.get_by_role("checkbox", name=late["name"]).uncheck()
    expect(ticked(group)).to_have_count(len(team) - 1)
    looks_well(phone, "group-ticked")
    group.get_by_role("button", name=f"Let in {len(team) - 1}", exact=True).click()
    results = group.get_by_role("group", name="Just recorded here")
    expect(results).to_be_focused()
    expect(results).to_contain_text(f"{len(team) - 1} recorded")
    expect(group).to_contain_text("Not yet: 1")
    expect(group.get_by_role("checkbox", name=f"{late['name']}, ")).to_be_visible()
    phone.shows(present=len(team) - 1, pending=len(team) - 1)
    looks_well(phone, "group-recorded")
    group.get_by_role("button", name=f"Undo {team[1]['name']}").click()
    expect(group).to_contain_text("Not yet: 2")
    assert recorded(phone)[:-1] == [("checkin.arrive", person["id"]) for person in by_name(team[1:])]
    assert len(groups(phone)) == 1
    assert None not in groups(phone)
    page.context.set_offline(False)
    phone.shows(present=len(team) - 2, pending=0)
    expect(results).to_contain_text(f"{len(team) - 2} recorded")
    group.get_by_role("button", name=f"Undo all: {len(team) - 2}").click()
    phone.shows(present=0, pending=0)
    expect(group.get_by_role("checkbox")).to_have_count(len(team))
    assert {row["settled"]["verdict"] for row in phone.rows()} == {"accepted"}
    server.manage("audit", "--json")


def by_name(people: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(people, key=lambda person: person["name"])


@pytest.mark.long
def test_who_has_to_be_asked_is_dealt_with_alone_and_the_ticks_wait(everywhere: Callable[[str], Phone]) -> None:
    team = [person for person in generate_people(PEOPLE) if person.delegation == TEAM]
    may = [person for person in team if person.role in {"athlete", "coach", "official"}]
    barred = [person for person in team if person not in may]
    assert may, barred
    phone = without_network(everywhere(DECK))
    group = open_group(phone, TEAM, sum_=f"0 of {len(team)} in")
    group.get_by_role("button", name="Tick all").click()
    asked = group.get_by_role("list", name=f"Ask first: {len(barred)}")
    expect(asked).to_contain_text("Not allowed here")
    asked.get_by_role("button", name=barred[0].name).click()
    word(phone, "Not allowed here")
    phone.page.get_by_role("button", name="The lead said yes").click()
    word(phone, "In")
    phone.page.get_by_role("button", name=f"Back to {TEAM}").click()
    expect(group.get_by_role("heading", name=TEAM)).to_be_focused()
    expect(group.get_by_role("list", name="Done: 1")).to_contain_text(barred[0].name)
    group.get_by_role("button", name=f"Let in {len(may)}", exact=True).click()
    phone.shows(present=len(may) + 1)
    looks_well(phone, "group-asked")
    phone.page.get_by_text("Going out").click()
    group.get_by_role("button", name="Tick all").click()
    group.get_by_role("button", name=f"Let out {len(may) + 1}", exact=True).click()
    phone.shows(present=0, pending=2 * (len(may) + 1))
    group.get_by_role("button", name="Back", exact=True).click()
    expect(phone.page.get_by_role("searchbox")).to_be_focused()


@pytest.mark.long
def test_a_keyboard_is_enough_for_a_delegation(at_door: Callable[..., Phone]) -> None:
    phone, team = without_network(at_door()), of(TEAM)
    page = phone.page
    phone.search(TEAM)
    tab_to(page, page.get_by_role("list", name="Groups found").get_by_role("button"))
    page.keyboard.press("Enter")
    group = page.get_by_role("region", name=TEAM)
    expect(group.get_by_role("heading", name=TEAM)).to_be_focused()
    # Rows that are drawn only once they are scrolled to grow then, and what is about to be pressed below them moves.
    drawn = group.get_by_role("listitem").evaluate_all(
        "rows => rows.map(row => getComputedStyle(row).contentVisibility)"
    )
    assert drawn == ["visible"] * len(team)
    first = group.get_by_role("checkbox").first
    tab_to(page, first)
    page.keyboard.press("Space")
    expect(first).to_be_checked()
    tab_to(page, group.get_by_role("button", name="Let in 1", exact=True))
    page.keyboard.press("Enter")
    expect(group.get_by_role("group", name="Just recorded here")).to_be_focused()
    phone.shows(present=1, pending=1)
    tab_to(page, group.get_by_role("button", name="Undo all: 1"))
    page.keyboard.press("Enter")
    phone.shows(present=0, pending=2)
    expect(group.get_by_role("checkbox")).to_have_count(len(team))
    tab_to(page, group.get_by_role("button", name="Back", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_be_focused()


def fits(page: Page) -> list[str]:
    page.set_viewport_size({"width": 320, "height": 640})
    found = sideways(page)
    page.set_viewport_size({"width": 360, "height": 640})
    return found


@pytest.mark.long
def test_a_delegation_fits_in_every_language(everywhere: Callable[[str], Phone]) -> None:
    phone, team = without_network(everywhere(IN_OUT_DOOR)), of(TEAM)
    group = open_group(phone, TEAM, sum_=f"0 of {len(team)} in")
    group.get_by_role("checkbox").first.check()
    group.get_by_role("button", name="Let in 1", exact=True).click()
    expect(group).to_contain_text(re.compile("1 recorded"))
    group.get_by_role("checkbox").first.check()
    found = {}
    for language in ("es", "fi", "ar", "en"):
        speak(phone.page, language)
        found[language] = [*fits(phone.page), *axe(phone.page, "color-contrast-enhanced")]
    assert found == {language: [] for language in ("es", "fi", "ar", "en")}

"""The lead's screen: conflicts come by themselves and are resolved with a tap; holds are placed and lifted."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.door.conftest import PEOPLE
from tests.e2e.door.test_walk_ins import picture
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import DOOR, FULL, VENUE


def lead_phone(server: Server, new_phone: Callable[..., Phone], *, people: int = PEOPLE) -> Phone:
    phone = new_phone(reduced_motion="reduce")
    phone.enrol(server.enrolment_link(profile="lead", venue=VENUE), name="Lea", checkpoint=DOOR)
    expect(phone.page.get_by_text(f"{people} people on the list")).to_be_visible()
    return phone


def admitted_twice(at_door: Callable[..., Phone], person: dict[str, str]) -> tuple[Phone, Phone]:
    """By two phones, of which one had no network."""
    first, second = at_door(), at_door()
    second.page.context.set_offline(True)
    first.check_in(person)
    first.shows(pending=0)
    second.check_in(person)
    second.page.context.set_offline(False)
    second.shows(pending=0)
    return first, second


def to_look_at(page: Page) -> Any:
    return page.get_by_role("list", name="To look at")


def tab(page: Page, name: str) -> Any:
    return page.get_by_role("navigation").get_by_role("link", name=name, exact=True)


def conflicts(server: Server) -> list[list[str]]:
    script = "import json; from checkin.models import Conflict; print(json.dumps(list(Conflict.objects.values_list('what', 'state', 'owner', 'resolution'))))"  # noqa: E501
    return list(json.loads(server.manage("shell", "--no-imports", "-c", script)))


@pytest.mark.long
def test_conflict_comes_with_a_badge_and_is_resolved_with_one_tap_without_a_network(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone], new_phone: Callable[..., Phone]
) -> None:
    lead = lead_phone(server, new_phone)
    page = lead.page
    first, _ = admitted_twice(at_door, new[0])
    expect(first.page.get_by_role("navigation").get_by_role("link", name="Lead")).to_have_count(0)
    tab(page, "Lead, 1 to look at").click()
    card = to_look_at(page).get_by_role("listitem").filter(has_text=new[0]["name"]).first
    expect(card).to_contain_text("Let in more than once at one place")
    expect(card).to_contain_text(re.compile(rf"\d\d:\d\d · {DOOR}, Lakeside Arena · Maria"))
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])
    page.context.set_offline(True)
    card.get_by_role("button", name="I look after it").click()
    expect(card).to_contain_text("Lea looks after it.")
    card.get_by_role("textbox", name="Note").fill("Two phones at one door")
    card.get_by_role("button", name="Same person twice: nothing to do").click()
    expect(to_look_at(page).get_by_role("listitem")).to_have_count(0)
    expect(tab(page, "Lead")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("navigation").get_by_role("link", name="Sent and waiting", exact=True)).to_be_visible(
        timeout=30_000
    )
    assert conflicts(server) == [["second_admission", "resolved", "Lea", "same_person"]]
    server.manage("audit", "--json")


@pytest.mark.long
def test_undoing_one_arrival_ends_the_conflict_everywhere(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone], new_phone: Callable[..., Phone]
) -> None:
    lead = lead_phone(server, new_phone)
    first, _ = admitted_twice(at_door, new[0])
    tab(lead.page, "Lead, 1 to look at").click()
    to_look_at(lead.page).get_by_role("button", name=re.compile("^Undo ")).last.click()
    expect(to_look_at(lead.page).get_by_role("listitem")).to_have_count(0)
    expect(lead.page.get_by_role("navigation").get_by_role("link", name="Sent and waiting", exact=True)).to_be_visible(
        timeout=30_000
    )
    assert conflicts(server) == []
    assert max(server.headcount().values()) == (1, 0, 1)
    first.shows(present=1)


@pytest.mark.long
def test_hold_that_a_lead_places_stops_the_person_at_the_door_by_itself(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone], new_phone: Callable[..., Phone]
) -> None:
    lead, door = lead_phone(server, new_phone), at_door()
    page = lead.page
    tab(page, "Lead").click()
    page.get_by_role("combobox", name="Everybody sends them to").select_option("information")
    page.get_by_role("searchbox", name="Put somebody on hold").fill(new[0]["name"])
    page.get_by_role("button", name=f"Hold {new[0]['name']}, {new[0]['delegation']}").click()
    lift = page.get_by_role("button", name=f"Lift the hold on {new[0]['name']}")
    expect(lift).to_be_visible()
    expect(page.get_by_role("list", name="On hold")).to_contain_text("See the information desk.")
    door.search(new[0]["name"])
    expect(door.page.get_by_role("button", name=re.compile("on hold: information desk")).first).to_be_visible(
        timeout=30_000
    )
    door.tap(new[0])
    expect(door.result).to_contain_text("See the information desk.")
    lift.click()
    expect(page.get_by_text("Nobody is on hold.")).to_be_visible()
    door.search(new[0]["name"])
    free = door.page.get_by_role("button", name=f"{new[0]['name']}, {new[0]['delegation']}, not in yet", exact=True)
    expect(free).to_be_visible()
    door.check_in(new[0])


@pytest.mark.long
def test_hold_is_placed_once_by_two_quick_taps_and_whom_it_is_about_stays_where_it_cannot_be_stored(
    server: Server, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    lead = lead_phone(server, new_phone)
    page = lead.page
    tab(page, "Lead").click()
    search = page.get_by_role("searchbox", name="Put somebody on hold")
    search.fill(new[0]["name"])
    page.get_by_role("button", name=f"Hold {new[0]['name']}, {new[0]['delegation']}").evaluate(
        "(button) => { button.click(); button.click(); }"
    )
    expect(page.get_by_role("button", name=f"Lift the hold on {new[0]['name']}")).to_be_visible()
    expect(search).to_have_value("")
    assert len(lead.rows()) == 1
    search.fill(new[1]["name"])
    page.evaluate(FULL)
    page.get_by_role("button", name=f"Hold {new[1]['name']}, {new[1]['delegation']}").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was recorded.")
    expect(search).to_have_value(new[1]["name"])


@pytest.mark.long
def test_walk_in_is_said_to_be_somebody_without_a_network_counted_once_and_taken_back(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone], new_phone: Callable[..., Phone]
) -> None:
    """Turned around and misspelt at one door, under the right name at another phone."""
    guest = next(each for each in new if len(each["name"].split()) == 2 and each["name"].isascii())
    first, last = guest["name"].split()
    walked = f"{last} {first}e"
    door, other, lead = at_door(), at_door(), lead_phone(server, new_phone)
    door.page.context.set_offline(True)
    door.search(walked)
    door.page.get_by_role("button", name="Not on the list: register").click()
    door.page.get_by_label("Delegation").fill(guest["delegation"])
    door.page.get_by_role("button", name="Register and let in").click()
    expect(door.result.get_by_role("heading", name="In", exact=True)).to_be_visible()
    other.check_in(guest)
    door.page.context.set_offline(False)
    door.shows(present=2, pending=0)
    lead.shows(present=2)  # it has heard of both before it loses the network

    page = lead.page
    tab(page, "Lead").click()
    card = page.get_by_role("list", name="Walk-ins").get_by_role("listitem").filter(has_text=walked)
    expect(card.get_by_role("heading", name=walked)).to_be_visible()
    expect(card).to_contain_text(DOOR)
    page.context.set_offline(True)
    card.get_by_role("button", name=f"Same person as {guest['name']}, {guest['delegation']}").first.click()
    expect(card).to_contain_text(f"One fewer is counted at {DOOR}.")
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])
    picture(lead, "walk-in-both")
    card.get_by_role("button", name="They are one person").click()
    expect(page.get_by_role("heading", name="Walk-ins (0)")).to_be_visible()
    page.get_by_text("Said to be one person (1)").click()
    expect(page.get_by_text("Not sent yet.")).to_be_visible()
    assert (2, 0, 0) in server.headcount().values()
    page.context.set_offline(False)
    door.shows(present=1)
    other.shows(present=1)
    assert (1, 0, 0) in server.headcount().values()
    expect(page.get_by_text("Not sent yet.")).to_have_count(0)
    picture(lead, "walk-in-said")

    page.get_by_role("button", name=f"Take back that {walked} is {guest['name']}").click()
    door.shows(present=2)
    other.shows(present=2)
    expect(card.get_by_role("heading", name=walked)).to_be_visible()
    page.get_by_role("button", name=f"Not on the list: keep {walked}").click()
    expect(page.get_by_role("heading", name="Walk-ins (0)")).to_be_visible()
    server.manage("audit", "--json")

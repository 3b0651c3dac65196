"""One wristband at two distant gates within minutes: the second hears of the first, and a lead withdraws its code."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.door.conftest import PEOPLE
from tests.e2e.door.test_holds import fetch_now
from tests.e2e.door.test_kinds import DECK
from tests.e2e.door.test_lead import conflicts, tab, to_look_at
from tests.e2e.stage import Phone, Server
from tests.e2e.tour import DOOR

# What the worker does each minute.
SWEEP = "from checkin.conflicts.sweeping import sweep; from django.utils import timezone; sweep(timezone.now())"


@pytest.mark.long
def test_a_wristband_at_two_distant_gates_is_a_hint_for_the_second_door_and_for_a_lead(
    server: Server,
    new: list[dict[str, str]],
    at_door: Callable[..., Phone],
    everywhere: Callable[[str], Phone],
    new_phone: Callable[..., Phone],
) -> None:
    athlete = next(person for person in new if person["role"] == "athlete")
    gate, far, lead = at_door(), everywhere(DECK), new_phone()
    lead.enrol(server.enrolment_link(profile="lead"), name="Lea", checkpoint=DECK)
    lead.wait_until_ready(PEOPLE)
    gate.scan(athlete["code"])
    expect(gate.result.get_by_role("heading", name="In", exact=True)).to_be_visible()
    gate.next()
    gate.shows(present=1, pending=0)
    fetch_now(far)
    far.scan(athlete["code"])
    expect(far.result.get_by_role("heading", name="In", exact=True)).to_be_visible()  # a fact is never refused
    expect(far.result).to_contain_text(re.compile(rf"Also seen at {DOOR}, Lakeside Arena, .*by Maria"))
    far.next()
    far.shows(present=1, pending=0)
    assert conflicts(server) == []

    server.manage("shell", "--no-imports", "-c", SWEEP)
    fetch_now(lead)
    tab(lead.page, "Lead, 1 to look at").click()
    card = to_look_at(lead.page).get_by_role("listitem").filter(has_text="is a wristband swapped?").first
    expect(card.get_by_role("heading", name=athlete["name"])).to_be_visible()
    for place in (DOOR, DECK):
        expect(card.get_by_role("list", name="Let in")).to_contain_text(place)
    card.get_by_role("button", name="Wristband swapped: withdraw its code").click()
    expect(to_look_at(lead.page).get_by_role("listitem")).to_have_count(0)
    lead.page.get_by_role("link", name="Door").click()
    lead.shows(pending=0)
    assert conflicts(server) == [["swapped_wristband", "resolved", "", "wristband_swapped"]]
    fetch_now(gate)
    gate.scan(athlete["code"])
    expect(gate.result.get_by_role("heading", name="Not on the list")).to_be_visible()
    server.manage("audit", "--json")

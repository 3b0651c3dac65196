"""Places for one person each: a walk-in gets one, and a lead settles what two phones gave away."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.door.conftest import PEOPLE
from tests.e2e.door.test_kinds import BUNKS, looks_well, of, word
from tests.e2e.door.test_lead import conflicts, tab, to_look_at
from tests.e2e.stage import Phone, Server


@pytest.mark.long
def test_a_walk_in_gets_a_bed_and_a_lead_moves_who_has_the_same_without_a_network(
    server: Server, everywhere: Callable[[str], Phone], new_phone: Callable[..., Phone]
) -> None:
    door, other, lead = everywhere(BUNKS), everywhere(BUNKS), new_phone(reduced_motion="reduce")
    lead.enrol(server.enrolment_link(profile="lead"), name="Lea", checkpoint=BUNKS)
    lead.wait_until_ready(PEOPLE)
    door.page.context.set_offline(True)
    door.search("Zenobia Walker")
    door.page.get_by_role("button", name="Not on the list: register").click()
    door.page.get_by_role("button", name="Register and choose a place").click()
    word(door, "Which place?")
    door.page.get_by_role("button", name="A-1, free").click()
    word(door, "In")
    expect(door.result).to_contain_text("Zenobia Walker")
    listed = of("Finland")[0]
    other.tap(listed)
    other.page.get_by_role("button", name="A-1, free").click()
    word(other, "In")
    other.next()
    other.shows(pending=0)
    door.page.context.set_offline(False)
    door.shows(present=2, pending=0)

    lead.shows(present=2)  # it has heard of both before it loses the network
    tab(lead.page, "Lead, 1 to look at").click()
    card = to_look_at(lead.page).get_by_role("listitem").filter(has_text="One place, given to more than one").first
    expect(card.get_by_role("heading", name=f"A-1, {BUNKS}")).to_be_visible()
    expect(card.get_by_role("list", name="Who has it")).to_contain_text(re.compile(r"Zenobia Walker · .*Maria"))
    looks_well(lead, "shared-place")
    lead.page.context.set_offline(True)
    card.get_by_role("button", name="Move Zenobia Walker to A-2").click()
    expect(to_look_at(lead.page).get_by_role("listitem")).to_have_count(0)
    lead.page.context.set_offline(False)
    lead.page.get_by_role("link", name="Door", exact=True).click()
    for phone in (lead, other):
        expect(phone.page.get_by_role("region", name="Places")).to_contain_text("10 of 12 free")
    taken = lead.page.get_by_role("list", name="Taken places").get_by_role("button")
    expect(taken.filter(has_text="A-1")).to_contain_text(listed["name"])
    expect(taken.filter(has_text="A-2")).to_contain_text("Zenobia Walker")
    lead.shows(present=2, pending=0)
    assert conflicts(server) == []
    server.manage("audit", "--json")

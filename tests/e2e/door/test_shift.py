"""A lead goes home: who comes after takes on what they looked after, and the phone says who recorded what."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.door.test_lead import admitted_twice, conflicts, lead_phone, tab, to_look_at
from tests.e2e.stage import Phone, Server

pytestmark = pytest.mark.long


def test_who_takes_over_a_phone_takes_on_its_conflicts(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone], new_phone: Callable[..., Phone]
) -> None:
    page = lead_phone(server, new_phone).page
    admitted_twice(at_door, new[0])
    tab(page, "Lead, 1 to look at").click()
    card = to_look_at(page).get_by_role("listitem").filter(has_text=new[0]["name"]).first
    own = card.get_by_role("button", name="I look after it")
    own.click()
    expect(card).to_contain_text("Lea looks after it.")
    expect(own).to_have_count(0)

    tab(page, "This phone").click()
    page.get_by_role("link", name="Change your name").click()
    page.get_by_role("textbox", name="Your name").fill("Noor")
    page.get_by_role("button", name="Continue").click()
    tab(page, "Lead").click()
    expect(card).to_contain_text("Lea looks after it.")
    own.click()
    expect(card).to_contain_text("Noor looks after it.")

    page.get_by_role("navigation").get_by_role("link", name="Sent and waiting").click()
    deeds = page.get_by_role("list", name="Everything else").get_by_role("listitem")
    expect(deeds).to_have_count(2)
    for deed, who in zip(deeds.all(), ("Noor", "Lea"), strict=True):
        expect(deed.get_by_text("Took on a conflict")).to_be_visible()
        expect(deed.locator("bdi").last).to_have_text(who)
    expect(page.get_by_role("main").get_by_text("Accepted", exact=True)).to_have_count(2, timeout=30_000)
    assert conflicts(server) == [["second_admission", "owned", "Noor", ""]]

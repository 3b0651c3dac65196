"""A hold at the door, without a network; and what a second volunteer sees of the first."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import DAILY_DOOR, DOOR


def put_on_hold(server: Server, person: dict[str, str], desk: str = "medical") -> None:
    script = (
        "from checkin import roster; from checkin.models import Person; from django.utils import timezone; "
        f"roster.place_hold(person=Person.objects.get(id='{person['id']}'), desk='{desk}', reason='', by='Lea', "
        "now=timezone.now())"
    )
    server.manage("shell", "--no-imports", "-c", script)


def fetch_now(phone: Phone) -> None:
    """As a volunteer does who was told to; nothing pokes for what a command wrote."""
    phone.page.get_by_role("link", name="This phone").click()
    phone.page.get_by_role("button", name="Fetch and send now").click()
    phone.page.get_by_role("link", name="Door").click()


def test_a_hold_shows_without_a_network_and_a_person_decides(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    held, other = new[0], new[1]
    for person in (held, other):
        put_on_hold(server, person)
    phone = at_door()
    page = phone.page
    page.context.set_offline(True)
    phone.search(held["name"])
    listed = page.get_by_role("list", name="People found").get_by_role(
        "button", name=re.compile("on hold: medical desk, not in yet")
    )
    expect(listed.first).to_be_visible()
    phone.tap(held)
    expect(phone.result.get_by_role("heading", name="On hold")).to_be_visible()
    expect(phone.result).to_contain_text("See the medical desk.")
    expect(page.get_by_role("button", name="Sent to the medical desk")).to_be_focused()
    assert (phone.rows(), axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [], [])
    card = phone.result.bounding_box()
    assert card is not None
    assert card["width"] == 360, "full width"
    page.get_by_role("button", name="Let in anyway").click()
    expect(phone.result.get_by_role("heading", name="In", exact=True)).to_be_visible()
    phone.next()
    phone.tap(other)
    page.get_by_role("button", name="Sent to the medical desk").click()
    expect(phone.result).to_have_count(0)
    phone.shows(present=1, pending=2)
    page.context.set_offline(False)
    phone.shows(present=1, pending=0)
    told = [(row["operation"]["kind"], row["settled"]["flags"]) for row in phone.rows()]
    assert told == [("checkin.arrive", ["on_hold", "override"]), ("checkin.refuse", [])]
    server.manage("audit", "--json")


@pytest.mark.long
def test_a_hold_that_is_lifted_stops_nobody(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    put_on_hold(server, new[0], "information")
    phone = at_door()
    phone.tap(new[0])
    expect(phone.result).to_contain_text("See the information desk.")
    put_on_hold(server, new[0], "")
    fetch_now(phone)
    phone.search(new[0]["name"])
    free = re.compile(f"^(?!.*on hold).*{re.escape(new[0]['name'])}.*not in yet")
    expect(phone.page.get_by_role("button", name=free).first).to_be_visible()  # it was fetched
    phone.check_in(new[0])
    phone.shows(present=1, pending=0)
    told = [(row["operation"]["kind"], row["settled"]["flags"]) for row in phone.rows()]
    assert sorted(told) == [("checkin.arrive", []), ("checkin.refuse", [])]  # whom nobody let in, until then


@pytest.mark.long
def test_an_open_card_tells_by_itself_that_the_person_was_seen_elsewhere(
    new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    maria, ana = at_door(), at_door(DAILY_DOOR)
    maria.check_in(new[0])
    also = maria.result.get_by_role("status")
    expect(also).to_have_text("")
    ana.check_in(new[0])  # the card at Maria's door is still open, and nobody touches it
    expect(also).to_have_text(re.compile(rf"Now also seen at {DAILY_DOOR}, Lakeside Arena, \d\d:\d\d by Maria"))
    expect(ana.result.get_by_role("status")).to_have_text(
        re.compile(rf"lso seen at {DOOR}, Lakeside Arena, \d\d:\d\d by Maria")
    )


@pytest.mark.long
def test_the_same_person_at_the_same_door_of_another_phone_shows_on_the_open_card(
    new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    first, second = at_door(), at_door()
    second.page.context.set_offline(True)
    first.check_in(new[0])
    first.shows(pending=0)
    second.check_in(new[0])
    second.page.context.set_offline(False)
    also = second.result.get_by_role("status")
    expect(also).to_have_text(
        re.compile(rf"Now also seen at {DOOR}, Lakeside Arena, \d\d:\d\d by Maria"), timeout=30_000
    )
    second.shows(present=1, pending=0)

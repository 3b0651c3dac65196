"""What this phone recorded, found again by what happened and by name, without a network."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.looks import faults
from tests.e2e.stage import Phone
from tests.e2e.tour import IN_OUT_DOOR


@pytest.mark.long
def test_records_of_this_phone_are_found_by_what_happened_and_by_name(
    new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door(IN_OUT_DOOR)
    page = phone.page
    for person in new[:2]:
        phone.check_in(person)
        phone.next()
    phone.shows(present=2, pending=0)
    page.context.set_offline(True)
    phone.check_in(new[2])
    phone.next()
    page.get_by_role("button", name=f"Undo {new[1]['name']}").click()
    phone.shows(present=2, pending=2)
    page.get_by_text("Going out").click()
    phone.tap(new[0])
    expect(phone.result.get_by_role("heading", name="Out")).to_be_visible()
    phone.next()

    page.get_by_role("link", name="Sent and waiting, 3 waiting").click()
    rows = page.get_by_role("main").get_by_role("listitem")
    expect(rows).to_have_count(5)
    show = page.get_by_role("combobox", name="Show")
    show.focus()
    page.keyboard.press("ArrowDown")
    expect(show).to_have_value("in")
    expect(page.get_by_text("3 found")).to_be_visible()
    expect(rows).to_have_count(3)
    for choice, name in (("Out", new[0]["name"]), ("Undone", new[1]["name"])):
        show.select_option(label=choice)
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(name)
    show.select_option(label="Refused")
    expect(page.get_by_role("status").filter(has_text="0 found")).to_be_visible()
    show.select_option(label="Waiting")
    expect(rows).to_have_count(3)
    page.get_by_role("searchbox", name="Search by name").fill(new[2]["name"].upper())
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(new[2]["name"])
    assert faults(page) == []

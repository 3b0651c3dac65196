"""Erasing a person at the desk with the keyboard alone, as an owner: found, looked at, erased, gone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.screenshots import PASSWORD, PHONE, USER
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.test_seeing import sign_in

pytestmark = pytest.mark.long

OWNED = f"""
from django.contrib.auth.models import User
from django.core.management import call_command
from checkin.models import Person
from eventsync.access.ranks import Rank
from eventsync.schedule.models import Event, StaffRole
call_command("demo", "--people", "3", "--no-invite")
owner = User.objects.create_user("{USER}", password="{PASSWORD}", is_staff=True)
StaffRole.objects.create(user=owner, event=Event.objects.get(), rank=Rank.OWNER)
print("NAME", Person.objects.order_by("name").first().name)
"""


def tab_to(page: Page, wanted: Locator) -> None:
    """As somebody does who has no mouse."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


def test_owner_erases_a_person_with_the_keyboard(server: Server, new_phone: Callable[..., Phone]) -> None:
    name = server.manage("shell", "--no-imports", "-c", OWNED).partition("NAME ")[2].strip()
    page = new_phone(viewport=PHONE).page
    keys = page.keyboard
    sign_in(page, server, "/admin/checkin/person/")
    people = page.locator("#result_list tbody")

    tab_to(page, page.locator("#searchbar"))
    keys.type(name)
    keys.press("Enter")
    expect(people.get_by_role("row")).to_have_count(1)
    tab_to(page, people.get_by_role("link", name=name))
    keys.press("Enter")
    tab_to(page, page.get_by_role("link", name="Export or erase all that is held of this person"))
    keys.press("Enter")

    expect(page.get_by_role("heading", name=f"Personal data of {name}")).to_be_visible()
    expect(page.get_by_role("region", name="What goes and what stays")).to_contain_text("Codes of wristbands")
    tab_to(page, page.get_by_label("Name"))
    keys.type("Somebody Else")
    tab_to(page, page.get_by_label("Reason"))
    keys.type("Asked for it by letter.")
    tab_to(page, page.get_by_role("button", name="Erase for good"))
    keys.press("Enter")
    expect(page.get_by_text("That is not the name of this person. Nothing was erased.")).to_be_visible()
    faults = [*axe(page), *sideways(page, except_in=".visually-hidden, .module.scroll")]

    tab_to(page, page.get_by_label("Name"))
    keys.press("ControlOrMeta+a")
    keys.type(name)
    keys.press("Enter")
    expect(page.get_by_text("Erased. Phones hear of it when they are heard next.")).to_be_visible()
    expect(people.get_by_role("row")).to_have_count(2)
    expect(people).not_to_contain_text(name)
    assert [*faults, *axe(page)] == []

"""The life of a phone: its list goes when nobody hears of it for days, and what it recorded stays."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.door.conftest import PEOPLE
from tests.e2e.looks import speak
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import DOOR, enrolment_code

HOURS = 72
HOUR_MS = 3_600_000


@pytest.mark.long
def test_a_phone_without_contact_erases_its_list_by_its_own_clock_and_keeps_its_records(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    page = phone.page
    phone.wait_until_ready(60)
    server.stop()
    page.clock.install()
    page.reload()
    phone.check_in(new[0])
    phone.next()
    recorded = phone.outbox()
    page.clock.fast_forward((HOURS - 1) * HOUR_MS)
    phone.search(new[1]["name"])
    expect(page.get_by_role("list", name="People found")).to_contain_text(new[1]["name"])
    phone.search("")

    page.clock.fast_forward(2 * HOUR_MS)
    phone.search(new[1]["name"])
    expect(page.get_by_text("Nobody on the list matches")).to_be_visible()
    phone.search("")
    assert phone.outbox() == recorded
    page.reload()
    expect(page.get_by_text("No list of people on this phone.")).to_be_visible()
    expect(page.get_by_text(f"A phone without one for {HOURS} hours erases it")).to_be_visible()
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])
    phone.scan(new[2]["code"])
    expect(phone.result.get_by_role("heading", name="Not on the list")).to_be_visible()
    page.get_by_role("button", name="Let in and record the code").click()
    phone.next()
    phone.shows(pending=2)

    server.start()
    page.reload()
    phone.shows(present=2, pending=0)
    assert server.operations() == phone.outbox()


@pytest.mark.long
def test_at_the_end_of_a_shift_the_next_volunteer_sees_what_the_last_one_leaves(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    page = phone.page
    server.stop()
    for person in new[:2]:
        phone.check_in(person)
        phone.next()
    page.get_by_role("link", name="This phone").click()
    page.get_by_role("link", name="Change your name").click()
    expect(page.get_by_text("Maria recorded 2 here, 2 of them waiting to send. They stay Maria’s.")).to_be_visible()
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])
    page.get_by_label("Your name").fill("Ben")
    page.get_by_role("button", name="Continue").click()
    phone.check_in(new[2])
    assert [row["operation"]["actor"] for row in sorted(phone.rows(), key=lambda row: row["seq"])] == [
        "Maria",
        "Maria",
        "Ben",
    ]
    server.start()
    page.reload()
    phone.shows(present=3, pending=0)


@pytest.mark.long
def test_a_link_in_safari_on_an_iphone_says_to_install_first_and_uses_up_no_code(
    server: Server, code: str, new_phone: Callable[..., Phone]
) -> None:
    agent = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
    )
    page = new_phone(user_agent=agent).page
    page.goto(f"{server.url}/app/#enrol={code}")
    expect(page.get_by_text("install it first")).to_be_visible()
    expect(page.get_by_text(f"Type the code {code} there.")).to_be_visible()
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])
    page.get_by_role("button", name="Enrol this phone").click()
    expect(page.get_by_label("Your name")).to_be_visible()


@pytest.mark.long
def test_a_phone_whose_storage_the_browser_threw_away_begins_anew_and_doubles_nothing(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    phone.check_in(new[0])
    phone.next()
    phone.shows(present=1, pending=0)
    devtools = phone.page.context.new_cdp_session(phone.page)
    devtools.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "all"})
    phone.page.goto(f"{server.url}/app/")
    expect(phone.page.get_by_role("heading", name="Enrol this phone")).to_be_visible()
    assert (axe(phone.page, "color-contrast-enhanced"), sideways(phone.page)) == ([], [])

    phone.enrol(f"{server.url}/app/#enrol={enrolment_code(server)}", name="Maria", checkpoint=DOOR)
    phone.shows(present=1, pending=0)
    phone.tap(new[0])
    expect(phone.result.get_by_role("heading", name="Already in")).to_be_visible()
    phone.next()
    phone.check_in(new[1])
    phone.shows(present=2, pending=0)
    assert max(server.headcount().values()) == (2, 0, 0)


def test_a_phone_that_was_enrolled_a_moment_ago_has_all_of_the_app_without_a_network(
    at_door: Callable[..., Phone],
) -> None:
    """Also what its first page, which came before the service worker, has not loaded yet: here another language."""
    phone = at_door()
    phone.wait_until_ready(PEOPLE)
    devtools = phone.page.context.new_cdp_session(phone.page)
    devtools.send("Network.clearBrowserCache")
    phone.page.context.set_offline(True)
    speak(phone.page, "fi")
    expect(phone.page.get_by_role("searchbox", name="Name or wristband code")).to_have_count(0)

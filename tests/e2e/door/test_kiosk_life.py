"""The life of a kiosk: made of a phone, without its list, renewed; and what people hear who do not see it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.door.test_spoken import Listener, compare
from tests.e2e.kiosk import HOLD, VOLUNTEER, first, hold_up, next_person, ready, recorded, run, shows, waits
from tests.e2e.proxy import Renewed
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import AT_ONCE, DOOR, UNKNOWN_CODE

pytestmark = pytest.mark.long

HOUR_MS = 3_600_000


def give_profile(server: Server, phone: Phone, profile: str) -> None:
    """As an organiser does; nothing pokes for what a command wrote, so the phone is made to ask."""
    run(
        server,
        "from django.db import transaction\nfrom eventsync.sync import enrolment\n"
        "from eventsync.sync.models import Device\n"
        f"device = Device.objects.get()\ndevice.profile = '{profile}'\ndevice.save()\n"
        "transaction.atomic(enrolment.publish_profile)(device)\n",
    )
    phone.page.evaluate("dispatchEvent(new Event('online'))")


def test_a_phone_becomes_a_kiosk_at_once_and_a_door_again(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    page = phone.page
    page.get_by_role("link", name="This phone").click()
    expect(page.get_by_role("heading", name="This phone")).to_be_visible()
    give_profile(server, phone, "kiosk")
    ready(phone)
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.evaluate(AT_ONCE, new[0]["code"])
    page.get_by_role("button", name="Next person").click()
    waits(phone, 0)
    assert [row["operation"]["actor"] for row in phone.rows()] == [None]

    page.goto(f"{server.url}/app/#/phone")
    give_profile(server, phone, "door")
    phone.shows(present=1)
    expect(page.get_by_role("heading", name=DOOR, level=1)).to_be_visible()
    phone.check_in(new[1])
    phone.shows(pending=0)
    assert sorted(str(row["operation"]["actor"]) for row in phone.rows()) == ["Maria", "None"]


def test_a_kiosk_whose_list_is_erased_sends_everybody_to_a_volunteer(
    server: Server, new: list[dict[str, str]], at_kiosk: Callable[..., Phone]
) -> None:
    phone = at_kiosk()
    page = phone.page
    server.stop()
    page.clock.install()
    page.reload()
    ready(phone)
    page.clock.fast_forward(73 * HOUR_MS)
    shows(phone, VOLUNTEER, level=1)
    page.evaluate(AT_ONCE, new[0]["code"])
    shows(phone, VOLUNTEER)
    assert phone.rows() == []
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])


def test_a_kiosk_takes_a_new_version_by_itself_when_nobody_is_there(
    renewed: Renewed, new: list[dict[str, str]], at_kiosk: Callable[..., Phone]
) -> None:
    phone = at_kiosk()
    page = phone.page
    hold_up(phone, new[0]["code"], f"Welcome, {first(new[0])}")
    renewed.newer = True
    page.evaluate("window.before = true; navigator.serviceWorker.ready.then(all => all.update())")
    page.wait_for_function("() => navigator.serviceWorker.ready.then(({ waiting }) => waiting !== null)")
    assert page.evaluate("window.before")
    page.get_by_role("button", name="Next person").click()
    page.wait_for_function("() => window.before === undefined")
    ready(phone)
    assert page.evaluate("caches.keys()") == ["eventsync-app-bbbbbbbbbbbb"]
    hold_up(phone, new[0]["code"], "You are already in")
    assert recorded(phone) == [("checkin.arrive", None)]


def test_the_way_through_a_kiosk_is_told(
    server: Server, new: list[dict[str, str]], at_kiosk: Callable[..., Phone]
) -> None:
    phone = at_kiosk()
    server.stop()
    heard = Listener(phone.page)
    heard.read("The kiosk, nobody there", end="main")
    hold_up(phone, new[0]["code"], f"Welcome, {first(new[0])}")
    expect(phone.page.get_by_role("button", name="Next person")).to_be_focused()
    heard.hear("A code is held up")
    next_person(phone)
    expect(phone.page.get_by_role("heading", name=HOLD)).to_be_focused()
    heard.hear("The next person")
    hold_up(phone, UNKNOWN_CODE, VOLUNTEER)
    heard.hear("A code of nobody")
    compare("kiosk", heard)

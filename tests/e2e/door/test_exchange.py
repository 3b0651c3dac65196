"""How phones hear of each other and of the desk: by a poke, after a dead socket, switched off, enrolled again."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.e2e.stage import Phone, Server

SWITCHED_OFF = "An organiser switched this phone off."
UNKNOWN = "The server does not know this phone any more."
SOON = 10_000  # ms, of which a busy machine may need some: far less than the minute between two pulls
PROMISED = 2.0  # seconds at most between two phones: the best of three, for the same reason


def reloaded_and_poked(page: Page) -> None:
    """Loads the app again and waits until the server has spoken on its socket."""

    def is_poke(socket: WebSocket) -> bool:
        return socket.url.endswith("/ws/v1/poke")

    with page.expect_websocket(is_poke) as opened:
        page.reload()
    opened.value.wait_for_event("framereceived")


def test_a_poke_shows_what_another_phone_did_although_polling_rests(
    new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    maria, ben = at_door(), at_door()
    reloaded_and_poked(ben.page)
    ben.shows(present=0)
    asked: list[str] = []
    ben.page.wait_for_timeout(1_000)  # the pull of the connection itself
    ben.page.on("request", lambda request: asked.append(request.url))
    ben.page.wait_for_timeout(6_000)  # without a socket it would ask each 5 s
    assert [url for url in asked if url.endswith("/streams")] == []
    assert min(seconds_until_seen(maria, ben, new)) <= PROMISED


def seconds_until_seen(actor: Phone, reader: Phone, people: list[dict[str, str]]) -> list[float]:
    """For each of three people, from the word of who let them in to the other's headcount."""
    seconds = []
    for number, person in enumerate(people[:3], start=1):
        actor.check_in(person)
        said = time.monotonic()
        expect(reader.page.get_by_test_id("headcount")).to_have_text(str(number), timeout=SOON)
        seconds.append(time.monotonic() - said)
        actor.next()
    return seconds


@pytest.mark.long
def test_a_socket_that_went_silent_is_replaced(new: list[dict[str, str]], at_door: Callable[..., Phone]) -> None:
    maria, ben = at_door(), at_door()
    ben.page.clock.install()
    reloaded_and_poked(ben.page)
    ben.shows(present=0)
    ben.page.context.set_offline(True)  # leaves the socket open, and silent
    maria.check_in(new[0])
    maria.next()
    maria.shows(pending=0)
    ben.page.clock.fast_forward(46_000)
    ben.shows(present=0)
    with ben.page.expect_websocket() as opened:
        ben.page.context.set_offline(False)
        ben.page.clock.run_for(2_000)
    opened.value.wait_for_event("framereceived")
    ben.shows(present=1)
    maria.check_in(new[1])
    ben.page.clock.run_for(2_000)
    expect(ben.page.get_by_test_id("headcount")).to_have_text("2", timeout=SOON)


def in_server(server: Server, script: str) -> str:
    """Runs `script` where `device` is the only one, and `now` is."""
    start = (
        "from django.utils import timezone; from eventsync.sync import enrolment; "
        "from eventsync.sync.models import Device; device = Device.objects.get(); now = timezone.now(); "
    )
    return server.manage("shell", "--no-imports", "-c", start + script).strip()


def invitation_for_the_device(server: Server) -> str:
    asked = (
        "print(enrolment.invite(event_id=device.event_id, venue_id=device.venue_id, profile=device.profile, uses=1, "
        "now=now, device=device).code)"
    )
    return in_server(server, asked)


def stored_records(page: Page) -> int:
    """How many rows of lists the phone holds."""
    return int(
        page.evaluate(
            """() => new Promise((resolve, reject) => {
                const opening = indexedDB.open('eventsync-records-2');
                opening.onerror = () => reject(opening.error);
                opening.onsuccess = () => {
                    const all = opening.result.transaction('buckets').objectStore('buckets').getAll();
                    all.onsuccess = () => {
                        opening.result.close();
                        resolve(all.result.flatMap(({ json }) => JSON.parse(json)).length);
                    };
                };
            })"""
        )
    )


def session(page: Page) -> dict[str, Any]:
    return dict(
        page.evaluate(
            """() => new Promise((resolve, reject) => {
                const opening = indexedDB.open('eventsync-outbox');
                opening.onerror = () => reject(opening.error);
                opening.onsuccess = () => {
                    const asked = opening.result.transaction('meta').objectStore('meta').get('session');
                    asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
                };
            })"""
        )
    )


def recorded_offline(phone: Phone, people: list[dict[str, str]]) -> None:
    phone.page.context.set_offline(True)
    for person in people:
        phone.check_in(person)
        phone.next()
    phone.shows(pending=len(people))


def enrol_again(phone: Phone, code: str) -> None:
    page = phone.page
    page.get_by_role("button", name="Enrol again").click()
    page.get_by_label("Enrolment code").fill(code)
    page.get_by_role("button", name="Enrol this phone").click()


@pytest.mark.long
def test_a_phone_that_is_switched_off_gives_up_its_lists_and_still_delivers(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    recorded_offline(phone, new[:2])
    in_server(server, "enrolment.revoke(device, now=now)")
    assert stored_records(phone.page) > 60
    phone.page.context.set_offline(False)
    expect(phone.page.get_by_text(SWITCHED_OFF)).to_be_visible()
    expect(phone.page.get_by_role("searchbox")).to_have_count(0)
    assert stored_records(phone.page) == 0
    phone.page.get_by_role("link", name="Sent").click()
    expect(phone.page.get_by_text(re.compile("^0 waiting to send"))).to_be_visible()
    assert server.operations() == phone.outbox()
    assert [row["settled"]["flags"] for row in phone.rows()] == [["device_revoked"]] * 2
    assert max(server.headcount().values()) == (2, 0, 0)

    enrol_again(phone, invitation_for_the_device(server))
    phone.shows(present=2, pending=0)
    phone.check_in(new[2])
    phone.shows(present=3, pending=0)


@pytest.mark.long
def test_enrolling_again_keeps_and_sends_a_full_outbox(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    recorded_offline(phone, new[:3])
    recorded = phone.outbox()
    in_server(server, "device.tokens.all().delete()")
    phone.page.context.set_offline(False)
    expect(phone.page.get_by_text(UNKNOWN)).to_be_visible()
    assert (phone.outbox(), server.operations().total()) == (recorded, 0)

    enrol_again(phone, invitation_for_the_device(server))
    phone.shows(present=3, pending=0)
    assert server.operations() == phone.outbox() == recorded
    assert sorted(row["operation"]["seq"] for row in phone.rows()) == [1, 2, 3]
    server.manage("audit", "--json")


@pytest.mark.long
def test_a_phone_follows_its_profile(server: Server, at_door: Callable[..., Phone]) -> None:
    phone = at_door()
    before = session(phone.page)
    in_server(
        server,
        "from eventsync.schedule.models import Event; Event.objects.update(name='Winter games'); "
        "device.profile = 'lead'; device.save(); "
        "from django.db import transaction; transaction.atomic(enrolment.publish_profile)(device)",
    )
    phone.page.get_by_role("link", name="This phone").click()
    phone.page.get_by_role("button", name="Fetch and send now").click()
    expect(phone.page.get_by_label("At work")).to_contain_text("Winter games")
    after = session(phone.page)
    assert (before["profile"]["name"], after["profile"]["name"]) == ("door", "lead")
    assert after["token"] == before["token"]

"""What people do at a door: scan, ask, go in and out, enrol, work in two tabs, take a new version."""

import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.proxy import Renewed
from tests.e2e.stage import Phone, Server, axe
from tests.e2e.tour import (
    DAILY_DOOR,
    DOOR,
    IN_OUT_DOOR,
    UNKNOWN_CODE,
    enrolment_code,
)

PEOPLE = 60
EARLIER = slice(20, 30)
NO_GOOD = "This code is wrong, used up, expired or not for this phone. Ask for a new one."


def word(phone: Phone, heading: str, name: str = "") -> None:
    expect(phone.result.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(phone.result).to_contain_text(name)


@pytest.mark.long
def test_a_reader_is_heard_wherever_the_focus_is(new: list[dict[str, str]], at_door: Callable[..., Phone]) -> None:
    phone = at_door()
    first, second, third = new[:3]
    phone.scan(first["code"])
    word(phone, "In", first["name"])
    expect(phone.page.get_by_role("button", name="Next person")).to_be_focused()
    phone.scan(first["code"])
    word(phone, "Already in", first["name"])
    spaced = " ".join(re.findall(".{5}", second["code"])).lower()
    phone.scan(spaced)
    word(phone, "In", second["name"])
    phone.page.get_by_role("link", name="Door").focus()
    phone.scan("-".join(re.findall(".{5}", third["code"])))
    word(phone, "In", third["name"])
    phone.shows(present=3, pending=0)
    assert [row["operation"]["kind"] for row in phone.rows()] == ["checkin.arrive"] * 3


@pytest.mark.long
def test_an_unknown_code_is_recorded_when_a_person_says_so(server: Server, at_door: Callable[..., Phone]) -> None:
    phone = at_door()
    phone.scan(UNKNOWN_CODE)
    word(phone, "Not on the list")
    assert phone.rows() == []
    phone.page.get_by_role("button", name="Let in and record the code").click()
    word(phone, "In")
    expect(phone.page.get_by_test_id("unidentified")).to_have_text("1")
    phone.shows(present=0, pending=0)
    assert [row["settled"]["flags"] for row in phone.rows()] == [["unknown_person"]]
    assert (0, 1, 0) in server.headcount().values()
    phone.page.get_by_role("link", name="Sent").click()
    noted = phone.page.get_by_role("list", name="Worth a look")
    expect(noted).to_contain_text("Accepted, with a note")
    expect(noted).to_contain_text("Not on the list. Organisers see it and find out who it was.")


@pytest.mark.long
def test_each_check_in_says_how_it_stands(new: list[dict[str, str]], at_door: Callable[..., Phone]) -> None:
    phone = at_door()
    page = phone.page
    page.context.set_offline(True)
    phone.check_in(new[0])
    phone.next()
    phone.tap(new[0])
    page.get_by_role("button", name="Let in again anyway").click()
    word(phone, "In", new[0]["name"])
    phone.next()
    page.get_by_role("link", name="Sent and waiting, 2 waiting").click()
    expect(page.get_by_role("status").first).to_contain_text("2 waiting to send, safe on this phone.")
    expect(page.get_by_role("list", name="Everything else").get_by_text("Waiting to send")).to_have_count(2)

    page.context.set_offline(False)
    expect(page.get_by_role("list", name="Everything else").get_by_text("Accepted", exact=True)).to_have_count(1)
    noted = page.get_by_role("list", name="Worth a look").get_by_role("listitem")
    expect(noted).to_have_count(1)
    expect(noted).to_contain_text("Accepted, with a note")
    expect(noted).to_contain_text("This person was checked in more than once. They are counted once.")
    expect(page.get_by_role("status").first).to_contain_text("0 waiting to send")
    page.get_by_role("link", name="Door").click()
    phone.shows(present=1, pending=0)


@pytest.mark.long
def test_in_and_out_are_what_the_volunteer_says(new: list[dict[str, str]], at_door: Callable[..., Phone]) -> None:
    phone = at_door(IN_OUT_DOOR)
    person = new[0]
    phone.check_in(person)
    phone.next()
    phone.shows(present=1)
    phone.page.get_by_text("Going out").click()
    phone.page.get_by_role("link", name="Sent").click()
    phone.page.get_by_role("link", name="Door").click()
    expect(phone.page.get_by_role("radio", name="Going out")).to_be_checked()
    phone.page.reload()
    expect(phone.page.get_by_role("radio", name="Going out")).to_be_checked()
    phone.scan(person["code"])
    word(phone, "Out", person["name"])
    phone.next()
    phone.shows(present=0)
    phone.tap(person)
    word(phone, "Already out", person["name"])
    phone.next()
    phone.page.get_by_text("Coming in").click()
    phone.check_in(person)
    phone.shows(present=1, pending=0)
    verdicts = [(row["operation"]["kind"], row["settled"]["verdict"]) for row in phone.rows()]
    assert verdicts == [(f"checkin.{verb}", "accepted") for verb in ("arrive", "leave", "arrive")]


@pytest.mark.long
def test_a_daily_door_admits_once_a_day(new: list[dict[str, str]], at_door: Callable[..., Phone]) -> None:
    phone = at_door(DAILY_DOOR)
    phone.page.context.set_offline(True)
    phone.check_in(new[0])
    phone.next()
    phone.tap(new[0])
    word(phone, "Already in", new[0]["name"])
    phone.next()
    phone.shows(present=1, pending=1)

    phone.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=1))
    phone.page.get_by_role("link", name="Sent").click()
    phone.page.get_by_role("link", name="Door").click()
    phone.shows(present=0, pending=1)
    phone.check_in(new[0])
    phone.next()
    phone.shows(present=1, pending=2)


@pytest.mark.long
def test_a_code_that_does_not_enrol_says_why(
    server: Server, new_phone: Callable[..., Phone], at_door: Callable[..., Phone]
) -> None:
    used_up = enrolment_code(server, uses=1)
    first = new_phone()
    first.enrol(f"{server.url}/app/#enrol={used_up}", name="Ben", checkpoint=DOOR)
    assert used_up not in first.page.url

    page = new_phone().page
    problem = page.get_by_role("alert")
    page.goto(f"{server.url}/app/#enrol={used_up}")
    expect(problem).to_have_text(NO_GOOD)
    assert page.url == f"{server.url}/app/"
    expect(page.get_by_label("Enrolment code")).to_have_value(used_up)
    for typed, sentence in (("", "Please type the code first."), ("ACDE-FGHJ-KMNP", NO_GOOD)):
        page.get_by_label("Enrolment code").fill(typed)
        page.get_by_role("button", name="Enrol this phone").click()
        expect(problem).to_have_text(sentence)
    page.context.set_offline(True)
    page.get_by_role("button", name="Enrol this phone").click()
    expect(problem).to_have_text("The server did not answer. Enrolling needs a connection once. Please try again.")
    page.context.set_offline(False)
    page.get_by_label("Enrolment code").fill(enrolment_code(server, uses=1).replace("-", " ").lower())
    page.get_by_role("button", name="Enrol this phone").click()
    expect(page.get_by_role("heading", name="Who is holding this phone?")).to_be_visible()


def test_two_tabs_at_once_double_nothing(
    server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    other = phone.page.context.new_page()
    other.goto(f"{server.url}/app/")
    expect(other.get_by_text(f"{PEOPLE} people on the list")).to_be_visible()
    rounds = [(new[at], new[at + 3]) for at in range(3)] + [(new[10], new[10])]
    for people in rounds:
        at = time.time() * 1000 + 400
        for page, person in zip((phone.page, other), people, strict=True):
            page.get_by_role("searchbox").fill(person["name"])
            button = page.get_by_role("button", name=re.compile("^" + re.escape(f"{person['name']}, ")))
            button.evaluate("(button, at) => void setTimeout(() => button.click(), at - Date.now())", at)
        for page in (phone.page, other):
            # One of the two tabs is behind the other; a real click would wait for it to be painted.
            page.get_by_role("button", name="Next person").dispatch_event("click")
    phone.shows(present=7, pending=0)
    expect(other.get_by_test_id("headcount")).to_have_text("7")

    rows = phone.rows()
    assert sorted(row["seq"] for row in rows) == list(range(1, len(rows) + 1))
    assert phone.outbox() == server.operations()
    said = Counter(row["operation"]["payload"]["person"] for row in rows)
    assert {person for person, times in said.items() if times > 1} <= {new[10]["id"]}
    server.manage("audit", "--json")


def test_a_new_version_waits_for_a_tap_and_leaves_the_outbox_alone(
    renewed: Renewed, server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    page = phone.page
    phone.wait_until_ready(PEOPLE)
    renewed.mode = "error"  # the exchange only, so that something is waiting
    for person in new[:2]:
        phone.check_in(person)
        phone.next()
    recorded = phone.outbox()
    page.reload()
    assert page.evaluate("caches.keys()") != ["eventsync-app-bbbbbbbbbbbb"]

    renewed.newer = True
    page.reload()
    expect(page.get_by_text("A new version is ready.")).to_be_visible()
    assert axe(page, "color-contrast-enhanced") == []
    phone.shows(present=2, pending=2)
    page.get_by_role("button", name="Later").click()
    expect(page.get_by_text("A new version is ready.")).to_have_count(0)
    page.reload()
    assert page.evaluate("caches.keys()") != ["eventsync-app-bbbbbbbbbbbb"]
    page.evaluate("window.before = true")
    page.get_by_role("button", name="Use it now").click()
    # The old page may go on for a moment.
    page.wait_for_function(
        "() => window.before === undefined && navigator.serviceWorker.controller?.state === 'activated'"
    )
    expect(page.get_by_text("A new version is ready.")).to_have_count(0)
    phone.shows(present=2, pending=2)
    assert page.evaluate("caches.keys()") == ["eventsync-app-bbbbbbbbbbbb"]
    assert phone.outbox() == recorded

    renewed.mode = "pass"
    page.reload()
    phone.shows(present=2, pending=0)
    assert server.operations() == recorded


@pytest.mark.long
def test_a_new_version_that_does_not_come_says_what_helps(
    renewed: Renewed, server: Server, new: list[dict[str, str]], at_door: Callable[..., Phone]
) -> None:
    phone = at_door()
    page = phone.page
    phone.wait_until_ready(PEOPLE)
    renewed.newer = renewed.stuck = True
    page.reload()
    page.get_by_role("button", name="Use it now").click()
    helps = "The new version does not start yet. Close all windows of EventSync, then open it again."
    expect(page.get_by_text(helps)).to_be_visible(timeout=20_000)
    phone.check_in(new[0])
    phone.next()
    phone.shows(present=1, pending=0)
    again = page.context.new_page()
    page.close()
    again.wait_for_timeout(2_000)  # as long as a person takes
    again.goto(f"{server.url}/app/")
    phone.shows(present=1, pending=0)
    assert again.evaluate("caches.keys()") == ["eventsync-app-bbbbbbbbbbbb"]

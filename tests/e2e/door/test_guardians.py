"""Leaving with a guardian, without a network: a lead asks for the release code, a door calls the lead."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.door.conftest import PEOPLE
from tests.e2e.equal_access import violations
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.tour import IN_OUT_DOOR, VENUE


def asked(server: Server, script: str) -> Any:
    answer = server.manage("shell", "--no-imports", "-c", f"import json\n{script}")
    return json.loads(answer)


def guard(server: Server, *people: dict[str, str]) -> list[str]:
    """Marks the door as guarded; answers with a new release code of each of these people."""
    return list(
        asked(
            server,
            "from checkin import guardians, roster\n"
            "from checkin.models import Checkpoint, Person\n"
            "from django.utils import timezone\n"
            f"doors = Checkpoint.objects.filter(name='{IN_OUT_DOOR}')\n"
            "doors.update(guarded=True)\n"
            "roster.publish_checkpoints(doors)\n"
            f"people = [Person.objects.get(id=key) for key in {[person['id'] for person in people]}]\n"
            "print(json.dumps([guardians.give_code(person=each, now=timezone.now()) for each in people]))",
        )
    )


def tries(server: Server) -> list[bool]:
    return list(
        asked(
            server,
            "from checkin.models import ReleaseTry\n"
            "print(json.dumps(list(ReleaseTry.objects.order_by('seq').values_list('right', flat=True))))",
        )
    )


def alerts(server: Server) -> list[str]:
    return list(
        asked(
            server,
            "from eventsync.jobs.models import Alert\n"
            "print(json.dumps(list(Alert.objects.filter(kind='release_code').values_list('message', flat=True))))",
        )
    )


def at_gate(server: Server, new_phone: Callable[..., Phone], profile: str, *inside: dict[str, str]) -> Phone:
    """A phone without a network at the guarded door, where these people came in and others now go out."""
    phone = new_phone(reduced_motion="reduce")
    phone.enrol(server.enrolment_link(profile=profile, venue=VENUE), name="Lea", checkpoint=IN_OUT_DOOR)
    phone.wait_until_ready(PEOPLE)
    phone.page.context.set_offline(True)
    for person in inside:
        phone.check_in(person)
    phone.page.get_by_role("button", name="Next person").click()
    phone.page.get_by_text("Going out").click()
    return phone


def recorded(phone: Phone) -> list[dict[str, Any]]:
    """As the person did it: ids that were made in one moment have no order."""
    return sorted(phone.rows(), key=lambda row: row["seq"])


def kinds(phone: Phone) -> list[str]:
    return [row["operation"]["kind"].removeprefix("checkin.") for row in recorded(phone)]


def heading(phone: Phone, word: str) -> Any:
    return phone.result.get_by_role("heading", name=word, exact=True)


@pytest.mark.long
def test_lead_lets_go_with_the_right_code_and_without_a_network(
    server: Server, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    [code] = guard(server, new[0])
    phone = at_gate(server, new_phone, "lead", new[0], new[1])
    page = phone.page
    phone.tap(new[1])
    expect(heading(phone, "Out")).to_be_visible()
    phone.next()
    phone.tap(new[0])
    expect(heading(phone, "Guardian only")).to_be_visible()
    box = phone.result.get_by_role("textbox", name="Release code")
    expect(box).to_be_focused()
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])
    page.keyboard.type("acde fghj", delay=90)
    page.keyboard.press("Enter")
    expect(phone.result.get_by_role("alert")).to_contain_text(
        "This is not the code. 1 wrong code in a row on this phone."
    )
    expect(box).to_be_focused()
    box.fill(code.lower().replace("-", " "))
    phone.result.get_by_role("button", name="Check the code").click()
    expect(heading(phone, "Out")).to_be_visible()
    phone.shows(present=0, pending=6)
    assert kinds(phone) == ["arrive", "arrive", "leave", "release_try", "release_try", "leave"]
    page.context.set_offline(False)
    phone.shows(present=0, pending=0)
    assert [row["settled"]["flags"] for row in phone.rows()] == [[]] * 6
    assert (tries(server), alerts(server)) == ([False, True], [])
    server.manage("audit", "--json")


@pytest.mark.long
def test_three_wrong_codes_say_whom_to_call_and_a_lead_may_still_decide(
    server: Server, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    guard(server, new[0])
    phone = at_gate(server, new_phone, "lead", new[0])
    page, said = phone.page, phone.result.get_by_role("alert")
    phone.tap(new[0])
    for number in range(1, 4):
        expect(said.get_by_text("Call the organisers before anybody takes this person.")).to_have_count(0)
        phone.result.get_by_role("textbox", name="Release code").fill("ACDEFGHJ")
        phone.result.get_by_role("button", name="Check the code").click()
        expect(said).to_contain_text(f"{number} wrong code")
    expect(said).to_contain_text("Call the organisers before anybody takes this person. They will see every try.")
    assert (axe(page, "color-contrast-enhanced"), sideways(page)) == ([], [])
    page.get_by_role("button", name="No code? Decide yourself").press("Enter")
    reason = phone.result.get_by_role("textbox", name="Why, and with whom they leave")
    expect(reason).to_be_focused()
    assert (violations(page), sideways(page)) == ([], [])
    page.get_by_role("button", name="Release code").press("Enter")
    expect(phone.result.get_by_role("textbox", name="Release code")).to_be_focused()
    page.get_by_role("button", name="No code? Decide yourself").click()
    phone.result.get_by_role("button", name="Let out anyway").click()
    expect(said).to_contain_text("Write a reason first.")
    expect(reason).to_be_focused()
    reason.fill("Her teacher, whom I know")
    phone.result.get_by_role("button", name="Let out anyway").click()
    expect(heading(phone, "Out")).to_be_visible()
    page.context.set_offline(False)
    phone.shows(present=0, pending=0)
    last = recorded(phone)[-1]
    assert (last["operation"]["payload"]["override"], last["settled"]["flags"]) == (
        "Her teacher, whom I know",
        ["override"],
    )
    assert tries(server) == [False] * 3
    [message] = alerts(server)
    assert message.startswith(f"3 wrong release codes in a row for {new[0]['name']}, at {IN_OUT_DOOR}, heard by Lea.")


@pytest.mark.long
def test_door_calls_the_lead_and_holds_no_code(
    server: Server, new: list[dict[str, str]], new_phone: Callable[..., Phone]
) -> None:
    guard(server, new[0])
    phone = at_gate(server, new_phone, "door", new[0])
    phone.tap(new[0])
    expect(heading(phone, "Guardian only")).to_be_visible()
    expect(phone.result).to_contain_text("Call the lead: this person leaves with a guardian only.")
    expect(phone.result.get_by_role("textbox")).to_have_count(0)
    expect(phone.result.get_by_role("button")).to_have_count(1)
    expect(phone.page.get_by_role("button", name="Next person")).to_be_focused()
    assert (axe(phone.page, "color-contrast-enhanced"), sideways(phone.page)) == ([], [])
    phone.next()
    phone.shows(present=1, pending=1)
    assert kinds(phone) == ["arrive"]

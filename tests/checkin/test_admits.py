"""Who may enter (docs/protocol.md, section 8). Whoever comes all the same counts, flagged; sending away is a record."""

from typing import Any

import pytest
from django.core.management import call_command

from checkin import roster
from checkin.flags import REFUSALS
from checkin.models import AttendanceRecord, Checkpoint, Headcount, Person, Presence
from checkin.rules import credential_digest
from tests.cast import Games, Phone, add_person

CODES = {
    "not_admitted", "cancelled", "unpaid", "on_hold", "already_here", "revoked", "unknown_person", "full", "other",
}  # fmt: skip


@pytest.fixture
def lounge(games: Games) -> Checkpoint:
    """For athletes; guest 0 is one, guest 1 is a coach, and the others are nothing."""
    door = Checkpoint.objects.create(venue=games.hall, name="Lounge", policy="in_out", admits={"roles": ["Athlete"]})
    roster.publish_checkpoints([door])
    for person, role in zip(games.people, ["athlete", "coach"], strict=False):
        change(person, role=role)
    return door


def change(person: Person, **columns: str) -> None:
    with roster.changing(person.event_id) as changed:
        Person.objects.filter(id=person.id).update(**columns)
        changed.people.add(person.id)


def flags(results: list[Any]) -> list[list[str]]:
    return [result["flags"] for result in results]


def refuse(phone: Phone, who: Person, reason: str, **more: str) -> dict[str, Any]:
    payload = {"checkpoint": str(phone.games.door.id), "person": str(who.id), "reason": reason}
    return phone.record("checkin.refuse", payload | more)


def test_phones_hear_who_may_enter(games: Games, phone: Phone, lounge: Checkpoint) -> None:
    bodies = {body["name"]: body for body in phone.attendance("checkpoint")}
    assert (bodies["Lounge"]["kind"], bodies["Lounge"]["admits"]) == ("door", {"roles": ["Athlete"]})
    assert {"slots", "admits"} & bodies["Door"].keys() == set()


def test_who_may_not_enter_is_flagged_and_counted(games: Games, phone: Phone, lounge: Checkpoint) -> None:
    said = [phone.arrive(who, door=lounge) for who in (games.people[0], games.digest(1), games.people[2])]
    assert flags(phone.push(*said)) == [[], ["not_admitted"], ["not_admitted"]]
    assert Headcount.objects.get(checkpoint=lounge).present == 3


def test_an_override_says_why(games: Games, phone: Phone, lounge: Checkpoint) -> None:
    arrival = phone.arrive(games.people[1], door=lounge)
    arrival["payload"]["override"] = "the lead said yes"
    assert flags(phone.push(arrival)) == [["not_admitted", "override"]]
    assert AttendanceRecord.objects.get().reason == "the lead said yes"


def test_leaving_and_unknown_people_are_never_against_it(games: Games, phone: Phone, lounge: Checkpoint) -> None:
    unknown = credential_digest(str(games.event.id), "NOBODY")
    said = [phone.leave(games.people[1], door=lounge), phone.arrive(unknown, door=lounge)]
    assert flags(phone.push(*said)) == [[], ["unknown_person"]]


def test_a_flag_that_was_given_stays_when_the_list_changes(games: Games, phone: Phone, lounge: Checkpoint) -> None:
    arrival = phone.arrive(games.people[1], door=lounge)
    phone.push(arrival)
    change(games.people[1], role="athlete")
    [again] = phone.push(arrival)
    assert (again["flags"], again["replayed"]) == (["not_admitted"], True)
    assert flags(phone.push(phone.arrive(games.people[1], door=lounge))) == [[]]


@pytest.mark.parametrize("standing", ["cancelled", "unpaid"])
def test_a_standing_is_flagged_at_every_door_by_name_and_by_code(games: Games, phone: Phone, standing: str) -> None:
    for person in games.people[:2]:
        change(person, standing=standing)
    said = [phone.arrive(games.people[0]), phone.arrive(games.digest(1)), phone.arrive(games.people[2])]
    assert flags(phone.push(*said)) == [[standing], [standing], []]
    assert Headcount.objects.get(checkpoint=games.door).present == 3


def test_a_standing_is_in_the_roster_record(games: Games, phone: Phone) -> None:
    change(games.people[0], standing="cancelled")
    _, changes = phone.pull(f"roster:{games.event.id}")
    told = {each["key"]: each["body"] for each in changes}
    assert [told[str(person.id)]["flags"] for person in games.people[:2]] == [["cancelled"], []]
    assert "standing" not in told[str(games.people[0].id)]


def test_who_is_cancelled_after_arriving_keeps_their_attendance(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]))
    change(games.people[0], standing="cancelled")
    assert Headcount.objects.get(checkpoint=games.door).present == 1
    assert [body["person"] for body in phone.attendance("presence")] == [str(games.people[0].id)]
    assert AttendanceRecord.objects.get().flags == ""
    call_command("audit")


def test_refusal_codes_are_those_of_the_protocol() -> None:
    assert REFUSALS.keys() == CODES


def test_a_refusal_has_a_code_and_a_note(games: Games, phone: Phone) -> None:
    assert flags(phone.push(refuse(phone, games.people[0], "not_admitted", note="went to gate 4"))) == [[]]
    record = AttendanceRecord.objects.get()
    assert (record.reason, record.note, Presence.objects.count()) == ("not_admitted", "went to gate 4", 0)


def test_a_refusal_in_free_text_of_an_older_phone_is_kept(games: Games, phone: Phone) -> None:
    phone.push(refuse(phone, games.people[0], "x" * 600))
    assert AttendanceRecord.objects.get().reason == "x" * 500


@pytest.mark.parametrize("void_first", [True, False])
@pytest.mark.parametrize("together", [True, False])
def test_an_undone_refusal_is_marked_in_either_order(
    games: Games, phone: Phone, other_phone: Phone, void_first: bool, together: bool
) -> None:
    refusal = refuse(phone, games.people[0], "full")
    said = [refusal, other_phone.void(refusal) | {"device": other_phone.id}]
    said = said[::-1] if void_first else said
    results = phone.push(*said) if together else [phone.push(each)[0] for each in said]
    assert flags(results) == [[], []]
    assert AttendanceRecord.objects.get(verb="refuse").voided
    assert Presence.objects.count() == 0
    call_command("audit")


def test_undoing_a_refusal_at_another_checkpoint_has_no_effect(games: Games, phone: Phone) -> None:
    refusal = refuse(phone, games.people[0], "full")
    assert flags(phone.push(refusal, phone.void(refusal, door=games.gate))) == [[], ["no_effect"]]
    assert not AttendanceRecord.objects.get(verb="refuse").voided


def test_a_refusal_and_a_later_arrival_both_stand(games: Games, phone: Phone) -> None:
    assert flags(phone.push(refuse(phone, games.people[0], "full"), phone.arrive(games.people[0]))) == [[], []]
    assert Headcount.objects.get(checkpoint=games.door).present == 1


def test_a_removed_person_at_a_restricted_door_is_unidentified_and_kept(
    games: Games, phone: Phone, lounge: Checkpoint
) -> None:
    phone.push(phone.arrive(games.people[0], door=lounge))
    roster.remove_people(games.event.id, [games.people[0].id])
    assert flags(phone.push(phone.arrive(games.people[0], door=lounge))) == [["unknown_person"]]
    count = Headcount.objects.get(checkpoint=lounge)
    assert (count.present, count.unidentified, AttendanceRecord.objects.count()) == (0, 1, 2)


def test_a_late_owner_of_a_code_is_not_judged_afterwards(games: Games, phone: Phone, lounge: Checkpoint) -> None:
    phone.push(phone.arrive(credential_digest(str(games.event.id), "LATE"), door=lounge))
    add_person(games.event, name="Late Comer", number="late", code="LATE")
    assert AttendanceRecord.objects.get().flags == "unknown_person"

"""Attendance (docs/protocol.md, section 8): what each record does to presence and headcount, in whatever order."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from checkin import roster
from checkin.models import AttendanceRecord, Checkpoint, CredentialState, Headcount, Presence
from checkin.rules import credential_digest
from eventsync.sync.models import Device
from tests.cast import NOON, Games, Phone, add_person, give_code, make_phone
from tests.checkin.walk_ins import healthy


def flags(results: list[Any]) -> list[list[str]]:
    return [result["flags"] for result in results]


def headcount(checkpoint: Checkpoint, window: str = "") -> tuple[int, int, int] | None:
    rows = Headcount.objects.filter(checkpoint=checkpoint, window=window)
    return rows.values_list("present", "unidentified", "voided").first()


def test_two_phones_offline_count_a_person_once(games: Games, phone: Phone, other_phone: Phone) -> None:
    earlier = other_phone.arrive(games.people[0], at=NOON - timedelta(minutes=5), actor="Ben")
    assert flags(phone.push(phone.arrive(games.people[0]))) == [[]]
    assert flags(other_phone.push(earlier)) == [["second_admission"]]
    [presence] = phone.attendance("presence")
    assert (presence["by"], presence["since"], presence["duplicates"]) == ("Ben", "2026-07-04T11:55:00.000Z", 1)
    assert headcount(games.door) == (1, 0, 0)


def test_presence_tells_by_which_phone_and_goes_on_doing_so_under_its_old_name(games: Games, phone: Phone) -> None:
    device = Device.objects.get(id=phone.id)
    Device.objects.filter(id=phone.id).update(name="Phone 7", holder="Maija")
    phone.push(phone.arrive(games.people[0], actor="Maija"))
    Device.objects.filter(id=phone.id).update(name="Phone 8", holder="Ben")
    roster.remove_people(games.event.id, [games.people[0].id])  # folds and writes it again
    [presence] = phone.attendance("presence")
    assert (presence["by"], presence["phone"], healthy(games)) == ("Maija", "Phone 7", [])
    Device.objects.filter(id=phone.id).update(name="", holder="")
    phone.push(phone.arrive(games.people[1], actor="Maija"))
    told = {each["by"]: each["phone"] for each in phone.attendance("presence") if each.get("person")}
    assert told == {"Maija": f"Phone {str(device.id)[-4:]}"}


def test_presence_from_before_phones_were_told_has_none(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]))
    AttendanceRecord.objects.update(phone="")
    with roster.changing(games.event.id) as change:
        change.people.add(games.people[0].id)
    [presence] = phone.attendance("presence")
    assert ("phone" in presence, healthy(games)) == (False, [])


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_n_arrivals_give_n_minus_one_flags_in_any_order(games: Games, phone: Phone, order: tuple[int, ...]) -> None:
    arrivals = [phone.arrive(games.people[0], at=NOON + timedelta(minutes=minute)) for minute in range(4)]
    raised = [flag for index in order for flag in phone.push(arrivals[index])[0]["flags"]]
    assert raised == ["second_admission"] * 3
    assert [row.operation_id for row in Presence.objects.all()] == [
        AttendanceRecord.objects.order_by("at")[0].operation_id
    ]


def test_void_removes_and_arrival_again_admits(games: Games, phone: Phone) -> None:
    arrival = phone.arrive(games.people[0])
    phone.push(arrival, phone.void(arrival))
    assert (phone.attendance("presence"), headcount(games.door)) == ([], (0, 0, 1))
    assert flags(phone.push(phone.arrive(games.people[0]))) == [[]]
    assert headcount(games.door) == (1, 0, 1)


def test_void_promotes_the_next(games: Games, phone: Phone, other_phone: Phone) -> None:
    first = phone.arrive(games.people[0])
    second = other_phone.arrive(games.people[0], at=NOON + timedelta(minutes=1), actor="Ben")
    phone.push(first)
    other_phone.push(second)
    phone.push(phone.void(first))
    [presence] = phone.attendance("presence")
    assert (presence["by"], presence["duplicates"], headcount(games.door)) == ("Ben", 0, (1, 0, 1))


@pytest.mark.parametrize("by_other", [True, False])
def test_void_that_arrives_first_takes_effect(games: Games, phone: Phone, other_phone: Phone, by_other: bool) -> None:
    arrival = phone.arrive(games.people[0])
    voider = other_phone if by_other else phone
    assert flags(voider.push(voider.void(arrival))) == [[]]
    assert flags(phone.push(arrival)) == [[]]
    assert (phone.attendance("presence"), headcount(games.door)) == ([], (0, 0, 1))


def test_void_twice_equals_once(games: Games, phone: Phone, other_phone: Phone) -> None:
    arrival = phone.arrive(games.people[0])
    phone.push(arrival, phone.void(arrival))
    other_phone.push(other_phone.void(arrival))
    assert headcount(games.door) == (0, 0, 1)


def test_void_at_another_checkpoint_or_of_a_void_has_no_effect(games: Games, phone: Phone) -> None:
    arrival = phone.arrive(games.people[0])
    elsewhere = phone.void(arrival, door=games.daily)
    assert flags(phone.push(arrival, elsewhere, phone.void(elsewhere))) == [[], ["no_effect"], ["no_effect"]]
    assert headcount(games.door) == (1, 0, 0)


def test_void_of_nothing_is_malformed(games: Games, phone: Phone) -> None:
    [result] = phone.push(phone.record("checkin.void", {"checkpoint": str(games.door.id)}))
    assert (result["verdict"], result["code"]) == ("quarantined", "invalid_payload")


def test_in_out_the_latest_decides(games: Games, phone: Phone) -> None:
    left = phone.leave(games.people[0], door=games.gate, at=NOON + timedelta(minutes=5))
    came = phone.arrive(games.people[0], door=games.gate)
    assert flags(phone.push(left)) == [[]]
    assert flags(phone.push(came)) == [[]]
    [presence] = phone.attendance("presence")
    assert (presence["state"], headcount(games.gate)) == ("left", (0, 0, 0))
    phone.push(phone.void(left, door=games.gate))
    assert headcount(games.gate) == (1, 0, 0)


def test_leave_at_a_once_door_has_no_effect(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]))
    assert flags(phone.push(phone.leave(games.people[0]))) == [["no_effect"]]
    assert headcount(games.door) == (1, 0, 0)


def test_daily_counts_each_day(games: Games, phone: Phone) -> None:
    days = [phone.arrive(games.people[0], door=games.daily, at=NOON + timedelta(days=day)) for day in (0, 0, 1)]
    assert flags(phone.push(*days)) == [[], ["second_admission"], []]
    assert (headcount(games.daily, "2026-07-04"), headcount(games.daily, "2026-07-05")) == ((1, 0, 0), (1, 0, 0))


def test_window_counts_in_it_and_outside_it(games: Games, phone: Phone) -> None:
    meals = [phone.arrive(games.people[0], door=games.lunch, at=NOON + timedelta(hours=hour)) for hour in (0, 3)]
    assert flags(phone.push(*meals)) == [[], ["outside_window"]]
    assert (headcount(games.lunch, "lunch"), headcount(games.lunch, "none")) == ((1, 0, 0), (1, 0, 0))


def test_unknown_codes_are_counted_once_each(games: Games, phone: Phone) -> None:
    codes = ["A" * 22, "B" * 22, "A" * 22]
    assert flags(phone.push(*map(phone.arrive, codes))) == [
        ["unknown_person"],
        ["unknown_person"],
        ["unknown_person", "second_admission"],
    ]
    assert headcount(games.door) == (0, 2, 0)


def test_person_and_code_are_the_same_subject(games: Games, phone: Phone) -> None:
    assert flags(phone.push(phone.arrive(games.people[0]), phone.arrive(games.digest(0)))) == [
        [],
        ["second_admission"],
    ]
    assert headcount(games.door) == (1, 0, 0)


def test_attaching_a_code_merges_who_was_unknown(games: Games, phone: Phone) -> None:
    digest = credential_digest(str(games.event.id), "FOUND")
    phone.push(phone.arrive(digest, at=NOON - timedelta(minutes=1)), phone.arrive(games.people[0]))
    assert headcount(games.door) == (1, 1, 0)
    with roster.changing(games.event.id) as change:
        give_code(games.people[0], "FOUND", change)
    assert headcount(games.door) == (1, 0, 0)
    [presence] = phone.attendance("presence")
    assert (presence["person"], presence["since"], presence["duplicates"]) == (
        str(games.people[0].id),
        "2026-07-04T11:59:00.000Z",
        1,
    )


def test_a_late_person_identifies_who_was_unknown(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(credential_digest(str(games.event.id), "LATE")))
    person, _ = add_person(games.event, name="Late Comer", number="late", code="LATE")
    assert headcount(games.door) == (1, 0, 0)
    assert [presence["person"] for presence in phone.attendance("presence")] == [str(person.id)]


@pytest.mark.one_by_one
def test_removing_a_person_keeps_every_record_of_them(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]), phone.arrive(games.digest(1)))
    roster.remove_people(games.event.id, [games.people[0].id, games.people[1].id])
    assert (headcount(games.door), AttendanceRecord.objects.count()) == ((0, 2, 0), 2)
    gone = [change["key"] for change in phone.pull(f"roster:{games.event.id}", after=5)[1] if change["deleted"]]
    assert sorted(gone) == sorted(str(person.id) for person in games.people[:2])


@pytest.mark.parametrize(
    ("state", "flag"),
    [(CredentialState.REVOKED, "revoked_credential"), (CredentialState.REPLACED, "replaced_credential")],
)
def test_old_code_admits_its_person_with_a_flag(games: Games, phone: Phone, state: str, flag: str) -> None:
    with roster.changing(games.event.id) as change:
        give_code(games.people[0], "OLD", change, state=state)
    assert flags(phone.push(phone.arrive(credential_digest(str(games.event.id), "OLD")))) == [[flag]]
    assert headcount(games.door) == (1, 0, 0)
    _, people = phone.pull(f"roster:{games.event.id}")
    digests = next(each["body"]["credentials"] for each in people if each["key"] == str(games.people[0].id))
    assert digests == [games.digest(0)]


def test_unknown_person_id_is_unidentified(games: Games, phone: Phone) -> None:
    payload = {
        "checkpoint": str(games.door.id),
        "person": "0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11",
        "method": "scan",
    }
    assert flags(phone.push(phone.record("checkin.arrive", payload))) == [["unknown_person"]]
    assert headcount(games.door) == (0, 1, 0)


def test_refusal_is_recorded_and_changes_no_presence(games: Games, phone: Phone) -> None:
    payload = {"checkpoint": str(games.door.id), "person": str(games.people[0].id), "reason": "wrong day"}
    [result] = phone.push(phone.record("checkin.refuse", payload))
    assert (result["verdict"], result["at"]) == ("accepted", {f"attendance:{games.hall.id}": 1})
    assert (AttendanceRecord.objects.get().reason, phone.attendance("presence")) == ("wrong day", [])


def test_refusal_follows_its_code(games: Games, phone: Phone) -> None:
    digest = credential_digest(str(games.event.id), "LATE")
    payload = {"checkpoint": str(games.door.id), "credential": digest, "reason": "unknown"}
    phone.push(phone.record("checkin.refuse", payload))
    person, _ = add_person(games.event, name="Late Comer", number="late", code="LATE")
    assert AttendanceRecord.objects.get().subject == f"p{person.id.hex}"
    assert Presence.objects.count() == 0


def test_a_digest_with_a_newline_is_no_digest(games: Games, phone: Phone) -> None:
    [result] = phone.push(phone.arrive("A" * 22 + "\n"))
    assert (result["verdict"], result["code"]) == ("quarantined", "invalid_payload")


def test_flags_of_the_engine_are_in_the_ledger_too(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive("A" * 22, occurred_at="1970-01-01T00:00:00.000Z"))
    assert AttendanceRecord.objects.get().flags == "unknown_person clock_suspect"


def test_paper_and_override_are_said(games: Games, phone: Phone) -> None:
    payload = {"checkpoint": str(games.door.id), "person": str(games.people[0].id)}
    paper = phone.record("checkin.arrive", payload | {"method": "paper", "override": "on the list of the bus"})
    assert flags(phone.push(paper)) == [["override", "paper"]]


def test_paper_counts_in_the_window_of_the_time_on_it(games: Games, phone: Phone) -> None:
    payload = {"checkpoint": str(games.daily.id), "person": str(games.people[0].id), "method": "paper"}
    early = NOON - timedelta(days=1)
    phone.push(phone.record("checkin.arrive", payload, at=early))
    [presence] = phone.attendance("presence")
    assert (presence["window"], presence["since"]) == ("2026-07-03", "2026-07-03T12:00:00.000Z")
    assert (headcount(games.daily, "2026-07-03"), headcount(games.daily, "2026-07-04")) == ((1, 0, 0), None)


def test_who_is_said_to_be_gone_is_out_flagged_and_in_again_when_that_is_undone(games: Games) -> None:
    lead = make_phone(games, profile="lead")
    arrival = lead.arrive(games.people[0], door=games.gate)
    gone = lead.leave(games.people[0], door=games.gate, at=NOON + timedelta(hours=8))
    gone["payload"] |= {"method": "search", "unseen": True}
    assert flags(lead.push(arrival, gone)) == [[], ["unseen"]]
    assert headcount(games.gate) == (0, 0, 0)
    lead.push(lead.void(gone, door=games.gate))
    assert (headcount(games.gate), healthy(games)) == ((1, 0, 0), [])


@pytest.mark.parametrize(
    "change",
    [
        {"person": None},
        {"credential": "A" * 22},
        {"person": "nobody"},
        {"checkpoint": "0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11"},
        {"method": "guess"},
        {"method": None},
        {"override": 5},
        {"roster_version": "7"},
    ],
)
def test_malformed_payload_is_quarantined(games: Games, phone: Phone, change: dict[str, Any]) -> None:
    operation = phone.arrive(games.people[0])
    operation["payload"] |= change
    [result] = phone.push(operation)
    assert (result["verdict"], result["code"]) == ("quarantined", "invalid_payload")
    assert headcount(games.door) is None


def test_a_long_story_is_a_fact_all_the_same(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0], actor="M" * 5_000)
    operation["payload"]["override"] = "x" * 5_000
    assert flags(phone.push(operation)) == [["override"]]
    [record] = AttendanceRecord.objects.all()
    assert (len(record.by), len(record.reason)) == (200, 500)


def test_leave_of_somebody_who_never_came_is_no_presence(games: Games, phone: Phone) -> None:
    assert flags(phone.push(phone.leave(games.people[0], door=games.gate))) == [[]]
    assert (phone.attendance("presence"), headcount(games.gate)) == ([], (0, 0, 0))

"""Merges: two rows are one person, in any order of arrival; all of it can be taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from checkin import roster
from checkin.conflicts import sweeping
from checkin.models import HoldRecord, ListRecord, Person
from tests.cast import NOON, Games, Phone, make_games, make_phone
from tests.checkin.walk_ins import (
    WALK_IN,
    Operation,
    arrive,
    confirm,
    digest,
    every_order,
    headcount,
    healthy,
    merge,
    people,
    register,
)


@pytest.fixture
def lead(games: Games) -> Phone:
    return make_phone(games, profile="lead", name="Lead")


def test_only_leads_merge_and_confirm(games: Games, phone: Phone) -> None:
    results = phone.push(merge(phone, WALK_IN, games.people[0].id), confirm(phone, WALK_IN))
    assert [each["code"] for each in results] == ["not_permitted"] * 2
    kiosk = make_phone(games, profile="kiosk")
    assert kiosk.push(register(kiosk))[0]["code"] == "not_permitted"


def test_people_of_another_event_are_left_alone(games: Games, lead: Phone) -> None:
    stranger = make_games("other").people[0].id
    operations = [register(lead, stranger), merge(lead, stranger, WALK_IN), merge(lead, WALK_IN, stranger)]
    results = lead.push(*operations, confirm(lead, stranger))
    assert {each["code"] for each in results} == {"wrong_event"}
    assert (ListRecord.objects.count(), healthy(games)) == (0, [])


def test_merging_two_who_are_in_counts_them_once_and_undo_works_still(games: Games, phone: Phone, lead: Phone) -> None:
    guest = games.people[0]
    walked, came = arrive(phone, WALK_IN), phone.arrive(guest, at=NOON + timedelta(minutes=1))
    phone.push(register(phone, credential=digest(games)), walked, came)
    assert headcount(games.door) == (2, 0, 0)
    [result] = lead.push(merge(lead, WALK_IN, guest.id))
    assert (result["verdict"], headcount(games.door), healthy(games)) == ("accepted", (1, 0, 0), [])
    listed = people(phone)
    assert str(WALK_IN) not in listed
    body = listed[str(guest.id)]
    assert (body["also"], body["credentials"]) == ([str(WALK_IN)], sorted([digest(games), games.digest(0)]))
    [presence] = phone.attendance("presence")
    assert (presence["person"], presence["operation"], presence["duplicates"]) == (str(guest.id), walked["id"], 1)
    phone.push(phone.void(walked))
    assert (headcount(games.door), phone.attendance("presence")[0]["operation"]) == ((1, 0, 1), came["id"])
    phone.push(phone.void(came))
    assert (headcount(games.door), phone.attendance("presence"), healthy(games)) == ((0, 0, 2), [], [])


def test_merge_and_everything_around_it_in_any_order(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    every_order(
        games,
        lead,
        [
            register(lead, credential=digest(games)),
            arrive(lead, WALK_IN, minute=1),
            lead.arrive(guest),
            merge(lead, WALK_IN, guest.id),
        ],
    )


def chain(games: Games, lead: Phone) -> list[Operation]:
    first, last = games.people[0].id, games.people[1].id
    return [merge(lead, WALK_IN, first), merge(lead, first, last, minute=1), arrive(lead, WALK_IN), register(lead)]


def circle(games: Games, lead: Phone) -> list[Operation]:
    a, b, c = (person.id for person in games.people[:3])
    merges = [merge(lead, a, b), merge(lead, b, c, minute=1), merge(lead, c, a, minute=2)]
    return [*merges, arrive(lead, b)]


def taken_back(games: Games, lead: Phone) -> list[Operation]:
    a, b = (person.id for person in games.people[:2])
    return [merge(lead, a, b), merge(lead, a, a, minute=1), arrive(lead, a), arrive(lead, b)]


def another_mind(games: Games, lead: Phone) -> list[Operation]:
    a, b, c = (person.id for person in games.people[:3])
    hold = lead.record("checkin.hold", {"person": str(a), "desk": "medical"})
    return [merge(lead, a, b), merge(lead, a, c, minute=1), arrive(lead, a), hold]


@pytest.mark.parametrize("story", [chain, circle, taken_back, another_mind])
def test_merges_end_the_same_in_any_order(games: Games, lead: Phone, story: Callable[..., list[Operation]]) -> None:
    every_order(games, lead, story(games, lead))


def test_the_last_of_a_chain_is_who_they_all_are(games: Games, lead: Phone) -> None:
    lead.push(*chain(games, lead))
    assert people(lead)[str(games.people[1].id)]["also"] == sorted(map(str, (WALK_IN, games.people[0].id)))


def test_in_a_circle_the_oldest_merge_does_not_count(games: Games, lead: Phone) -> None:
    """Guest 0 is 1 is 2 is 0: that 0 is 1 was said first, so they are all 0."""
    lead.push(*circle(games, lead))
    listed = people(lead)
    assert listed[str(games.people[0].id)]["also"] == sorted(str(person.id) for person in games.people[1:3])
    assert len(listed) == 3


def test_a_merge_taken_back_parts_them_again(games: Games, lead: Phone) -> None:
    a, b = games.people[:2]
    lead.push(arrive(lead, a.id), arrive(lead, b.id), merge(lead, a.id, b.id))
    assert headcount(games.door) == (1, 0, 0)
    lead.push(merge(lead, a.id, a.id, minute=1))
    assert (headcount(games.door), healthy(games)) == ((2, 0, 0), [])
    assert {str(a.id), str(b.id)} <= people(lead).keys()


def merged(lead: Phone) -> list[dict[str, str]]:
    _, changes = lead.pull(f"conflicts:{lead.games.event.id}")
    return [each["body"] for each in changes if each["kind"] == "merged" and not each["deleted"]]


def test_leads_are_told_which_rows_are_somebody_else_until_it_is_taken_back(games: Games, lead: Phone) -> None:
    guest, last = games.people[:2]
    lead.push(register(lead, delegation="Finland"), merge(lead, WALK_IN, guest.id))
    row = {"id": str(WALK_IN), "name": "Ada Walker", "delegation": "Finland"}
    assert (merged(lead), healthy(games)) == ([row | {"into": str(guest.id)}], [])
    lead.push(merge(lead, guest.id, last.id))
    assert row | {"into": str(last.id)} in merged(lead)
    lead.push(merge(lead, WALK_IN, WALK_IN, minute=1), merge(lead, guest.id, guest.id, minute=1))
    assert (merged(lead), healthy(games)) == ([], [])


def test_a_merged_row_that_leaves_the_roster_is_told_no_more(games: Games, lead: Phone) -> None:
    lead.push(register(lead), merge(lead, WALK_IN, games.people[0].id))
    roster.remove_people(games.event.id, [games.people[0].id])
    assert (merged(lead), healthy(games)) == ([], [])


def conflicts(lead: Phone) -> list[tuple[str, list[str]]]:
    _, changes = lead.pull(f"conflicts:{lead.games.event.id}")
    bodies = [each["body"] for each in changes if each["kind"] == "conflict" and not each["deleted"]]
    return sorted((body["what"], [each["id"] for each in body["operations"]]) for body in bodies)


@pytest.mark.parametrize("by_code", [False, True])
def test_who_was_let_in_in_two_rows_is_no_conflict_once_they_are_one(games: Games, lead: Phone, by_code: bool) -> None:
    guest = games.people[0]
    walked = lead.arrive(digest(games)) if by_code else arrive(lead, WALK_IN)
    lead.push(register(lead, credential=digest(games)), walked, lead.arrive(guest, at=NOON + timedelta(minutes=1)))
    lead.push(merge(lead, WALK_IN, guest.id, minute=2))
    assert (conflicts(lead), headcount(games.door), healthy(games)) == ([], (1, 0, 0), [])


def test_two_distant_doors_are_a_conflict_of_one_person_in_two_rows(games: Games, lead: Phone) -> None:
    here, there = arrive(lead, games.people[0].id), arrive(lead, games.people[1].id, games.pool_door, minute=3)
    lead.push(here, there, merge(lead, games.people[1].id, games.people[0].id, minute=4))
    sweeping.sweep(timezone.now())
    assert (conflicts(lead), healthy(games)) == ([("swapped_wristband", [here["id"], there["id"]])], [])


def test_a_row_that_was_let_in_twice_is_a_conflict_and_the_other_is_left_out(games: Games, lead: Phone) -> None:
    a, b = games.people[:2]
    said = [arrive(lead, a.id), arrive(lead, b.id, minute=1), arrive(lead, a.id, minute=2)]
    lead.push(*said, merge(lead, a.id, b.id, minute=3))
    assert (conflicts(lead), healthy(games)) == ([("second_admission", [said[0]["id"], said[2]["id"]])], [])


def test_an_arrival_after_the_merge_contradicts_what_was_before_in_either_row(games: Games, lead: Phone) -> None:
    a, b, c = games.people[:3]
    lead.push(merge(lead, a.id, b.id, minute=1), merge(lead, b.id, c.id, minute=9))
    said = [arrive(lead, a.id), arrive(lead, b.id, minute=2), arrive(lead, c.id, minute=3)]
    lead.push(*said)
    assert (conflicts(lead), healthy(games)) == ([("second_admission", [said[0]["id"], said[1]["id"]])], [])


def let_in_and_merged(games: Games, lead: Phone) -> list[Operation]:
    a, b = (person.id for person in games.people[:2])
    return [arrive(lead, a), arrive(lead, b, minute=1), merge(lead, a, b, minute=2), arrive(lead, a, minute=3)]


def let_in_merged_and_parted(games: Games, lead: Phone) -> list[Operation]:
    a, b = (person.id for person in games.people[:2])
    return [arrive(lead, a, minute=3), merge(lead, a, b, minute=2), arrive(lead, b), merge(lead, a, a, minute=4)]


def merged_by_two_leads(games: Games, lead: Phone) -> list[Operation]:
    a, b = (person.id for person in games.people[:2])
    merges = [merge(lead, a, b, minute=minute) for minute in (1, 5)]
    return [arrive(lead, a), arrive(lead, b, minute=3), *merges]


@pytest.mark.parametrize("story", [let_in_and_merged, let_in_merged_and_parted, merged_by_two_leads])
def test_arrivals_around_a_merge_end_the_same_in_any_order(
    games: Games, lead: Phone, story: Callable[..., list[Operation]]
) -> None:
    every_order(games, lead, story(games, lead))


def test_into_nobody_waits_until_somebody_is_there(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    lead.push(arrive(lead, guest.id))
    [result] = lead.push(merge(lead, guest.id, WALK_IN))
    assert (result["flags"], str(guest.id) in people(lead)) == (["unknown_person"], True)
    lead.push(register(lead))
    assert (str(guest.id) in people(lead), people(lead)[str(WALK_IN)]["flags"]) == (False, [])
    assert (headcount(games.door), healthy(games)) == ((1, 0, 0), [])


def test_a_hold_on_one_row_holds_the_person(games: Games, lead: Phone, phone: Phone) -> None:
    guest = games.people[0]
    phone.push(register(phone))
    lead.push(merge(lead, WALK_IN, guest.id))
    lead.push(lead.record("checkin.hold", {"person": str(WALK_IN), "desk": "medical"}))
    assert people(phone)[str(guest.id)]["hold_desk"] == "medical"
    assert phone.push(phone.arrive(guest))[0]["flags"] == ["on_hold"]
    assert (HoldRecord.objects.count(), healthy(games)) == (1, [])


def test_removing_a_person_takes_the_merged_rows_along(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    lead.push(register(lead, credential=digest(games)), arrive(lead, WALK_IN), merge(lead, WALK_IN, guest.id))
    roster.remove_people(games.event.id, [guest.id])
    assert (Person.objects.count(), headcount(games.door), healthy(games)) == (4, (0, 1, 0), [])

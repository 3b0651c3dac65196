"""Walk-ins: registered, confirmed and merged in any order of arrival; nothing of them is lost, nothing counts twice."""

import uuid
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkin import roster
from checkin.models import Credential, Person
from tests.cast import Games, Phone, add_person, make_phone
from tests.checkin.walk_ins import (
    BAND,
    OTHER,
    WALK_IN,
    arrive,
    confirm,
    digest,
    every_order,
    headcount,
    healthy,
    people,
    register,
)
from tests.convergence.stories import another_life


@pytest.fixture
def lead(games: Games) -> Phone:
    return make_phone(games, profile="lead", name="Lead")


def test_walk_in_is_on_every_phone_until_a_lead_confirms(games: Games, phone: Phone, lead: Phone) -> None:
    said: dict[str, Any] = {"delegation": " Finland ", "role": "coach", "credential": digest(games), "code": BAND}
    [done, arrived] = phone.push(register(phone, name=" Ada  Walker ", **said), arrive(phone, WALK_IN))
    assert (done["verdict"], arrived["flags"]) == ("accepted", [])
    assert set(done["at"]) == {f"roster:{games.event.id}", *(f"attendance:{v.id}" for v in (games.hall, games.pool))}
    body = people(lead)[str(WALK_IN)]
    shown = {name: body[name] for name in ("name", "search", "delegation", "role", "flags", "credentials")}
    assert shown == {
        "name": "Ada Walker", "search": "ada walker", "delegation": "Finland", "role": "coach",
        "flags": ["walk_in"], "credentials": [digest(games)],
    }  # fmt: skip
    assert Credential.objects.get(digest=digest(games)).code == "ACDEFGHJKMNPQRT"
    lead.push(confirm(lead, WALK_IN))
    assert (people(phone)[str(WALK_IN)]["flags"], headcount(games.door), healthy(games)) == ([], (1, 0, 0), [])


def test_arrivals_before_the_registration_are_the_walk_ins(games: Games, phone: Phone, other_phone: Phone) -> None:
    by_id, by_code = arrive(phone, WALK_IN), other_phone.arrive(digest(games), door=games.gate)
    assert [each["flags"] for each in phone.push(by_id) + other_phone.push(by_code)] == [["unknown_person"]] * 2
    assert (headcount(games.door), headcount(games.gate)) == ((0, 1, 0), (0, 1, 0))
    phone.push(register(phone, credential=digest(games)))
    assert (headcount(games.door), headcount(games.gate), healthy(games)) == ((1, 0, 0), (1, 0, 0), [])


def test_registration_and_what_hangs_on_it_in_any_order(games: Games, lead: Phone) -> None:
    hold = lead.record("checkin.hold", {"person": str(WALK_IN), "desk": "lead"})
    arrival = lead.arrive(digest(games))
    operations = [register(lead, credential=digest(games)), arrive(lead, WALK_IN), arrival, hold]
    every_order(games, lead, operations)


def test_one_wristband_registered_twice_is_the_firsts(games: Games, phone: Phone) -> None:
    first = register(phone, WALK_IN, credential=digest(games), name="Ada")
    second = register(phone, OTHER, minute=1, credential=digest(games), name="Bea", code=BAND)
    every_order(games, phone, [first, second, phone.arrive(digest(games))])
    for order in permutations([first, second]):
        with another_life():
            assert [flag for each in order for flag in phone.push(each)[0]["flags"]] == ["credential_taken"]
            held = {
                key: body["credentials"] for key, body in people(phone).items() if uuid.UUID(key) in {WALK_IN, OTHER}
            }
            assert held == {str(WALK_IN): [digest(games)], str(OTHER): []}


def test_wristband_of_the_roster_stays_its_owners(games: Games, phone: Phone) -> None:
    [result] = phone.push(register(phone, credential=games.digest(0)))
    assert (result["verdict"], result["flags"]) == ("flagged", ["credential_taken"])
    listed = people(phone)
    assert (listed[str(WALK_IN)]["credentials"], listed[str(games.people[0].id)]["credentials"]) == (
        [],
        [games.digest(0)],
    )


def test_a_person_registered_twice_is_who_the_first_says(games: Games, phone: Phone) -> None:
    every_order(games, phone, [register(phone, name="Ada"), register(phone, minute=1, name="Bea")])
    phone.push(register(phone, minute=1, name="Bea"), register(phone, name="Ada"))
    assert people(phone)[str(WALK_IN)]["name"] == "Ada"


def test_who_was_corrected_stays_so(games: Games, phone: Phone) -> None:
    phone.push(register(phone, minute=1, name="Adda"))
    with roster.changing(games.event.id) as change:
        Person.objects.filter(id=WALK_IN).update(name="Ada", search="ada")
        change.people.add(WALK_IN)
    phone.push(register(phone, name="Aadda"))
    assert people(phone)[str(WALK_IN)]["name"] == "Ada"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({"name": ""}, "quarantined"),
        ({"name": " .\u200b "}, "quarantined"),
        ({"name": None}, "quarantined"),
        ({"person": "me"}, "quarantined"),
        ({"credential": "short"}, "quarantined"),
        ({"name": "x" * 1000, "delegation": "y" * 1000, "role": "z" * 1000, "code": "c" * 1000}, "accepted"),
        ({"delegation": None, "role": None, "credential": None, "code": None}, "accepted"),
    ],
)
def test_malformed_registrations_are_kept_whole(games: Games, phone: Phone, said: Any, verdict: str) -> None:
    operation = register(phone)
    operation["payload"] |= said
    [result] = phone.push(operation)
    assert (result["verdict"], healthy(games)) == (verdict, [])


def test_a_code_that_is_not_its_digest_is_not_believed(games: Games, phone: Phone) -> None:
    phone.push(register(phone, credential=digest(games), code="ANOTHER"))
    assert Credential.objects.get(digest=digest(games)).code == ""


def test_numbers_of_walk_ins_never_meet(games: Games, phone: Phone) -> None:
    alike = [uuid.UUID(int=(number << 64) + 0xC3) for number in (1, 2)]
    add_person(games.event, name="Taken", number="W-0000000000A1")
    phone.push(*(register(phone, person) for person in (*alike, WALK_IN)))
    assert Person.objects.filter(walk_in=True).values("external_id").distinct().count() == 3


def test_many_walk_ins_cost_as_many_statements_as_one(games: Games, phone: Phone) -> None:
    counts = []
    for start, number in ((1_000, 1), (2_000, 200)):
        ids = [uuid.UUID(int=start + each) for each in range(number)]
        batch = [register(phone, each, credential=digest(games, str(each))) for each in ids]
        with CaptureQueriesContext(connection) as queries:
            results = phone.push(*batch)
        assert [each["verdict"] for each in results] == ["accepted"] * number
        counts.append(len(queries))
    assert counts[0] == counts[1]

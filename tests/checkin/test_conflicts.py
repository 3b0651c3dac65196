"""Conflicts: made of the ledger in any order of arrival, owned, resolved, ended by the void."""

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from checkin import audit, rules, unidentified
from checkin.conflicts import sweeping
from checkin.models import Checkpoint, Conflict, ConflictAct, Credential
from eventsync.sync import audit as streams
from tests.cast import NOON, Games, Phone, make_games, make_phone
from tests.convergence.stories import another_life
from tests.desk import alice
from tests.proving import PROVING

Operation = dict[str, Any]
Body = dict[str, Any]


@pytest.fixture
def lead(games: Games) -> Phone:
    return make_phone(games, profile="lead", name="Lead")


def conflicts(lead: Phone) -> list[Body]:
    _, changes = lead.pull(f"conflicts:{lead.games.event.id}")
    return [each["body"] for each in changes if not each["deleted"]]


def told(lead: Phone) -> list[tuple[str, str, int]]:
    return [(each["what"], each["state"], len(each["operations"])) for each in conflicts(lead)]


def own(lead: Phone, key: str, *, minute: int = 30, **members: Any) -> Operation:
    return lead.record("checkin.own", {"conflict": key}, at=NOON + timedelta(minutes=minute), **members)


def resolve(lead: Phone, key: str, how: str = "same_person", *, minute: int = 31, **payload: Any) -> Operation:
    said = {"conflict": key, "resolution": how} | payload
    return lead.record("checkin.resolve", said, at=NOON + timedelta(minutes=minute))


def healthy(games: Games) -> list[str]:
    return list(audit.differences(games.event))


@pytest.fixture
def twice(games: Games, lead: Phone, phone: Phone, other_phone: Phone) -> list[Operation]:
    """Somebody whom two phones let in."""
    said = [phone.arrive(games.people[0]), other_phone.arrive(games.people[0], at=NOON + timedelta(minutes=2))]
    phone.push(said[0])
    other_phone.push(said[1])
    return said


def test_second_admission_is_a_conflict_with_both_arrivals(games: Games, lead: Phone, twice: list[Operation]) -> None:
    [found] = conflicts(lead)
    assert (found["what"], found["state"], found["people"]) == ("second_admission", "open", [str(games.people[0].id)])
    assert (found["checkpoint"], found["window"]) == (str(games.door.id), "")
    assert [each["id"] for each in found["operations"]] == [each["id"] for each in twice]
    assert found["operations"][0] == {
        "id": twice[0]["id"], "checkpoint": str(games.door.id), "at": "2026-07-04T12:00:00.000Z", "by": "Maria",
        "phone": "Phone",
    }  # fmt: skip
    assert healthy(games) == []


def test_only_leads_read_conflicts(games: Games, phone: Phone, lead: Phone, twice: list[Operation]) -> None:
    assert phone.page(f"conflicts:{games.event.id}").status_code == 403
    assert phone.push(own(phone, conflicts(lead)[0]["id"]))[0]["code"] == "not_permitted"


def test_void_ends_the_conflict(games: Games, lead: Phone, twice: list[Operation]) -> None:
    lead.push(lead.void(twice[1]))
    assert (told(lead), Conflict.objects.count(), healthy(games)) == ([], 0, [])


def test_void_that_came_first_makes_no_conflict(games: Games, lead: Phone, phone: Phone) -> None:
    first, second = phone.arrive(games.people[0]), phone.arrive(games.people[0])
    phone.push(phone.void(second))
    phone.push(first, second)
    assert (told(lead), healthy(games)) == ([], [])


def test_lead_owns_and_resolves_with_a_note(games: Games, lead: Phone, twice: list[Operation]) -> None:
    key = conflicts(lead)[0]["id"]
    assert lead.push(own(lead, key))[0]["verdict"] == "accepted"
    [owned] = conflicts(lead)
    assert (owned["state"], owned["owner"]) == ("owned", "Maria")
    lead.push(resolve(lead, key, note="Her sister held the phone"))
    [done] = conflicts(lead)
    assert (done["state"], done["resolution"], done["note"], done["resolved_by"]) == (
        "resolved", "same_person", "Her sister held the phone", "Maria",
    )  # fmt: skip
    lead.push(resolve(lead, key, "reopened", minute=32))
    assert (conflicts(lead)[0]["state"], healthy(games)) == ("owned", [])


def test_what_came_after_the_decision_opens_it_again(
    games: Games, lead: Phone, phone: Phone, twice: list[Operation]
) -> None:
    [found] = conflicts(lead)
    seen = [each["id"] for each in found["operations"]]
    lead.push(resolve(lead, found["id"], operations=seen))
    assert told(lead) == [("second_admission", "resolved", 2)]
    phone.push(phone.arrive(games.people[0]))
    assert (told(lead), healthy(games)) == ([("second_admission", "open", 3)], [])


def test_act_that_comes_before_its_conflict_bears_upon_it(games: Games, lead: Phone, phone: Phone) -> None:
    name = f"second_admission/{games.door.id}//p{games.people[0].id.hex}"
    assert lead.push(resolve(lead, str(uuid.uuid5(games.event.id, name))))[0]["verdict"] == "accepted"
    phone.push(phone.arrive(games.people[0]), phone.arrive(games.people[0]))
    assert (told(lead), healthy(games)) == ([("second_admission", "resolved", 2)], [])


def test_unknown_code_is_one_conflict_until_it_is_somebodys(games: Games, lead: Phone, phone: Phone) -> None:
    digest = rules.credential_digest(str(games.event.id), "NOBODY")
    phone.push(phone.arrive(digest), phone.arrive(digest, door=games.pool_door))
    [found] = conflicts(lead)
    assert (found["what"], found["people"], len(found["operations"])) == ("unknown_person", [], 2)
    assert found["operations"][0]["credential"] == digest
    phone.push(phone.arrive(games.people[1]))
    unidentified.attach(digest=digest, person=games.people[1])
    assert told(lead) == [("second_admission", "open", 2), ("swapped_wristband", "open", 3)]
    assert healthy(games) == []


def far(games: Games) -> Checkpoint:
    games.gate.distant = True
    games.gate.save()
    return games.gate


@pytest.mark.parametrize(
    ("there", "minutes", "found"),
    [
        (lambda games: games.pool_door, 9, True),
        (lambda games: games.pool_door, 10, True),
        (lambda games: games.pool_door, 11, False),
        (lambda games: games.daily, 1, False),  # of the same venue
        (far, 1, True),
    ],
)
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_two_distant_places_within_minutes_hint_at_a_swapped_wristband(
    games: Games,
    lead: Phone,
    phone: Phone,
    there: Callable[[Games], Checkpoint],
    minutes: int,
    found: bool,
    in_one_batch: bool,
) -> None:
    there_at = NOON + timedelta(minutes=minutes)
    said = [phone.arrive(games.people[0]), phone.arrive(games.people[0], door=there(games), at=there_at)]
    for batch in [said] if in_one_batch else [[each] for each in said]:
        for result in phone.push(*batch):
            assert result["flags"] == []
    sweeping.sweep(timezone.now())
    assert told(lead) == ([("swapped_wristband", "open", 2)] if found else [])
    assert healthy(games) == []


def test_no_minutes_mean_no_hints(games: Games, lead: Phone, phone: Phone) -> None:
    games.event.apart_minutes = 0
    games.event.save()
    phone.push(phone.arrive(games.people[0]), phone.arrive(games.people[0], door=games.pool_door))
    sweeping.sweep(timezone.now())
    assert (told(lead), healthy(games)) == ([], [])


def test_withdrawing_a_code_waits_for_arrivals_that_are_being_written(games: Games, lead: Phone) -> None:
    withdrawing = resolve(lead, str(uuid.uuid4()), "wristband_swapped", withdraw=[games.digest(0)])
    with CaptureQueriesContext(connection) as asked:
        lead.push(withdrawing)
    locked = next(each["sql"] for each in asked if "conflicts:" in each["sql"])
    assert all(f"attendance:{venue.id}" in locked for venue in (games.hall, games.pool))


def test_swapped_wristband_is_withdrawn(games: Games, lead: Phone, phone: Phone) -> None:
    phone.push(phone.arrive(games.digest(0)), phone.arrive(games.digest(0), door=games.pool_door))
    sweeping.sweep(timezone.now())
    [found] = conflicts(lead)
    codes = sorted({each["credential"] for each in found["operations"]})
    assert codes == [games.digest(0)]
    result = lead.push(resolve(lead, found["id"], "wristband_swapped", withdraw=codes))[0]
    assert sorted(result["at"]) == [f"conflicts:{games.event.id}", f"roster:{games.event.id}"]
    assert Credential.objects.get(digest=codes[0]).state == "revoked"
    assert phone.push(phone.arrive(codes[0], door=games.gate))[0]["flags"] == ["revoked_credential"]
    sweeping.sweep(timezone.now())
    assert (told(lead), healthy(games)) == ([("swapped_wristband", "resolved", 3)], [])


@pytest.mark.parametrize(
    "payload",
    [
        {"conflict": "x", "resolution": "same_person"},
        {"conflict": str(uuid.uuid4()), "resolution": "forget"},
        {"conflict": str(uuid.uuid4()), "resolution": "same_person", "withdraw": ["A" * 22]},
        {"conflict": str(uuid.uuid4()), "resolution": "wristband_swapped", "withdraw": ["short"]},
        {"resolution": "same_person"},
    ],
)
def test_act_that_cannot_be_read_is_kept_aside(lead: Phone, payload: dict[str, Any]) -> None:
    [result] = lead.push(lead.record("checkin.resolve", payload))
    assert (result["verdict"], result["code"], ConflictAct.objects.count()) == ("quarantined", "invalid_payload", 0)


def test_every_order_of_arrival_makes_the_same_conflicts(db: None) -> None:
    def seen(order: Iterable[int]) -> list[Body]:
        with another_life():
            games = make_games(people=1)
            phones = [make_phone(games, profile="lead") for _ in range(2)]
            guest = games.people[0]
            arrivals = [
                phones[0].arrive(guest),
                phones[1].arrive(guest, at=NOON + timedelta(minutes=1)),
                phones[1].arrive(guest, door=games.pool_door, at=NOON + timedelta(minutes=3)),
            ]
            key = str(uuid.uuid5(games.event.id, f"swapped_wristband/p{guest.id.hex}"))
            said = [*arrivals, phones[0].void(arrivals[0]), resolve(phones[0], key)]
            for index in order:
                phones[index % 2].push({**said[index], "device": phones[0 if index in {0, 3, 4} else 1].id})
            sweeping.sweep(timezone.now())
            assert healthy(games) == []
            return [
                {**each, "id": "", "checkpoint": "", "people": [], "operations": len(each["operations"])}
                for each in conflicts(phones[0])
            ]

    orders = list(permutations(range(5)))
    outcomes = [seen(order) for order in orders[:: 1 if PROVING else 5]]
    assert [(each["what"], each["state"]) for each in outcomes[0]] == [("swapped_wristband", "resolved")]
    assert all(each == outcomes[0] for each in outcomes)


def statements(phone: Phone, *operations: Operation) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        phone.push(*operations)
    return sum("conflict" in each["sql"] for each in caught)


def test_plain_arrivals_never_touch_conflicts(games: Games, phone: Phone, twice: list[Operation]) -> None:
    plain = [phone.arrive(games.people[index]) for index in (1, 2, 3)]
    assert (statements(phone, *plain), statements(phone, phone.leave(games.people[1], door=games.gate))) == (0, 0)
    assert statements(phone, phone.arrive(games.people[0])) > 0


def test_sweep_repeats_itself_in_vain_and_leaves_the_past_alone(games: Games, lead: Phone, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]), phone.arrive(games.people[0], door=games.pool_door))
    sweeping.sweep(timezone.now() + timedelta(minutes=4))
    assert told(lead) == []
    sweeping.sweep(timezone.now())
    head, _ = lead.pull(f"conflicts:{games.event.id}")
    sweeping.sweep(timezone.now())
    assert lead.pull(f"conflicts:{games.event.id}")[0] == head
    assert (told(lead), list(streams.differences())) == ([("swapped_wristband", "open", 2)], [])


def test_void_ends_the_hint_at_once(games: Games, lead: Phone, phone: Phone) -> None:
    here, there = phone.arrive(games.people[0]), phone.arrive(games.people[0], door=games.pool_door)
    phone.push(here, there)
    sweeping.sweep(timezone.now())
    phone.push(phone.void(there, door=games.pool_door))
    sweeping.sweep(timezone.now())
    assert (told(lead), healthy(games)) == ([], [])


def test_other_settings_are_looked_at_again(games: Games, lead: Phone, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]), phone.arrive(games.people[0], door=games.gate))
    assert told(lead) == []
    client = alice()
    fields = {"name": games.gate.name, "policy": "in_out", "tz": "", "distant": "on"}
    assert client.post(f"/admin/checkin/checkpoint/{games.gate.id}/change/", fields).status_code == 302
    assert (told(lead), healthy(games)) == ([("swapped_wristband", "open", 2)], [])

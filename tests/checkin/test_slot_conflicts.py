"""A place that several people have is a conflict for leads, of the place and not of a person."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from checkin import audit
from checkin.models import Checkpoint, Conflict, Person
from checkin.rules import credential_digest
from eventsync.sync import audit as streams
from tests.cast import NOON, Games, Phone, add_person, make_phone
from tests.checkin.bunks import claim, make_bunks
from tests.checkin.walk_ins import merge, register
from tests.desk import alice, bob

LIST = "/admin/checkin/conflict/"


@pytest.fixture
def lead(games: Games) -> Phone:
    return make_phone(games, profile="lead", name="Lead")


@pytest.fixture
def bunks(games: Games) -> Checkpoint:
    return make_bunks(games)


@pytest.fixture
def taken(games: Games, phone: Phone, other_phone: Phone, bunks: Checkpoint) -> list[dict[str, Any]]:
    """A bunk that two phones gave away."""
    said = [claim(phone, bunks, games.people[0], "A-1"), claim(other_phone, bunks, games.people[1], "A-1", minute=2)]
    phone.push(said[0])
    other_phone.push(said[1])
    return said


def conflicts(lead: Phone) -> list[dict[str, Any]]:
    _, changes = lead.pull(f"conflicts:{lead.games.event.id}")
    return [each["body"] for each in changes if not each["deleted"] and each["kind"] == "conflict"]


def holders(lead: Phone) -> list[list[str]]:
    return [each["people"] for each in conflicts(lead)]


def resolve(lead: Phone, conflict: dict[str, Any], how: str) -> None:
    seen = [each["id"] for each in conflict["operations"]]
    said = {"conflict": conflict["id"], "resolution": how, "operations": seen}
    assert lead.push(lead.record("checkin.resolve", said, at=NOON + timedelta(minutes=31)))[0]["verdict"] == "accepted"


def healthy(games: Games) -> list[str]:
    return [*audit.differences(games.event), *streams.differences()]


def test_a_second_claim_is_a_conflict_of_the_place_with_both_holders(
    games: Games, lead: Phone, bunks: Checkpoint, taken: list[dict[str, Any]]
) -> None:
    people = [str(person.id) for person in games.people[:2]]
    assert conflicts(lead) == [
        {
            "id": str(uuid.uuid5(games.event.id, f"slot_taken/{bunks.id}//A-1")),
            "what": "slot_taken",
            "checkpoint": str(bunks.id),
            "window": "",
            "slot": "A-1",
            "people": people,
            "operations": [
                {"id": said["id"], "checkpoint": str(bunks.id), "at": at, "by": "Maria", "phone": on, "person": who}
                for said, at, on, who in zip(
                    taken,
                    ["2026-07-04T12:00:00.000Z", "2026-07-04T12:02:00.000Z"],
                    ["Phone", "Other phone"],
                    people,
                    strict=True,
                )
            ],
            "since": "2026-07-04T12:00:00.000Z",
            "state": "open",
        }
    ]
    assert healthy(games) == []


@pytest.mark.parametrize("how", ["void", "leave", "move"])
def test_it_ends_as_soon_as_one_of_them_has_the_place(
    games: Games, lead: Phone, bunks: Checkpoint, taken: list[dict[str, Any]], how: str
) -> None:
    second = games.people[1]
    ending = {
        "void": lead.void(taken[1], door=bunks),
        "leave": lead.leave(second, door=bunks, at=NOON + timedelta(minutes=5)),
        "move": claim(lead, bunks, second, "A-2", minute=5),
    }
    lead.push(ending[how])
    assert (conflicts(lead), Conflict.objects.count(), healthy(games)) == ([], 0, [])


def test_who_moves_into_a_taken_place_takes_the_conflict_along(
    games: Games, lead: Phone, bunks: Checkpoint, taken: list[dict[str, Any]]
) -> None:
    ana, bo, cleo = games.people[:3]
    lead.push(claim(lead, bunks, cleo, "A-2"), claim(lead, bunks, bo, "A-2", minute=5))
    [found] = conflicts(lead)
    assert (found["slot"], found["people"], healthy(games)) == ("A-2", [str(cleo.id), str(bo.id)], [])
    lead.push(claim(lead, bunks, ana, "A-2", minute=6))
    assert (holders(lead), healthy(games)) == ([[str(person.id) for person in (cleo, bo, ana)]], [])


def test_lead_says_that_they_share_it_until_a_third_comes(
    games: Games, lead: Phone, phone: Phone, bunks: Checkpoint, taken: list[dict[str, Any]]
) -> None:
    resolve(lead, conflicts(lead)[0], "shared")
    [shared] = conflicts(lead)
    assert (shared["state"], shared["resolution"], shared["resolved_by"]) == ("resolved", "shared", "Maria")
    phone.push(claim(phone, bunks, games.people[2], "A-1", minute=9))
    assert ([each["state"] for each in conflicts(lead)], healthy(games)) == (["open"], [])


def test_the_same_person_in_two_rows_shares_with_nobody_once_merged(
    games: Games, lead: Phone, taken: list[dict[str, Any]]
) -> None:
    ana, bo = (person.id for person in games.people[:2])
    lead.push(merge(lead, bo, ana, minute=20))
    assert (conflicts(lead), healthy(games)) == ([], [])
    lead.push(merge(lead, bo, bo, minute=21))
    assert (holders(lead), healthy(games)) == ([[str(ana), str(bo)]], [])


def test_a_walk_in_gets_a_place_with_the_registration_and_shares_the_conflict(
    games: Games, lead: Phone, phone: Phone, bunks: Checkpoint
) -> None:
    walk_in = Person(id=uuid.UUID(int=0xA1), event=games.event)
    phone.push(register(phone, walk_in.id), claim(phone, bunks, walk_in, "A-1", minute=1))
    assert conflicts(lead) == []
    phone.push(claim(phone, bunks, games.people[0], "A-1", minute=2))
    assert (holders(lead), healthy(games)) == ([[str(walk_in.id), str(games.people[0].id)]], [])


def test_a_code_that_finds_its_owner_is_told_by_name(
    games: Games, lead: Phone, phone: Phone, bunks: Checkpoint
) -> None:
    digest = credential_digest(str(games.event.id), "LATE")
    phone.push(claim(phone, bunks, digest, "A-1"), claim(phone, bunks, games.people[0], "A-1", minute=1))
    [found] = (each for each in conflicts(lead) if each["what"] == "slot_taken")
    assert (found["people"], found["operations"][0]["credential"]) == ([str(games.people[0].id)], digest)
    late, _ = add_person(games.event, name="Late Comer", number="late", code="LATE")
    assert (holders(lead), healthy(games)) == ([[str(late.id), str(games.people[0].id)]], [])


def test_the_same_slot_of_another_checkpoint_or_window_is_another_place(
    games: Games, lead: Phone, phone: Phone, bunks: Checkpoint
) -> None:
    ana, bo, cleo = games.people[:3]
    day = 24 * 60
    phone.push(claim(phone, bunks, ana, "A-1"), claim(phone, games.gate, bo, "A-1"))
    phone.push(claim(phone, games.daily, cleo, "A-1"), claim(phone, games.daily, ana, "A-1", minute=day))
    assert conflicts(lead) == []
    phone.push(claim(phone, games.daily, bo, "A-1", minute=day + 1))
    assert (holders(lead), healthy(games)) == ([[str(ana.id), str(bo.id)]], [])


def locked(phone: Phone, *operations: dict[str, Any]) -> bool:
    """Whether the push took the head of the conflicts, which all venues share."""
    with CaptureQueriesContext(connection) as caught:
        phone.push(*operations)
    return any("conflicts:" in each["sql"] for each in caught)


def test_doors_take_turns_at_conflicts_only_when_a_place_is_taken_twice(
    games: Games, phone: Phone, bunks: Checkpoint
) -> None:
    ana, bo = games.people[:2]
    moving = [claim(phone, bunks, ana, slot, minute=minute) for minute, slot in enumerate(["A-1", "A-2"])]
    assert (locked(phone, *moving), locked(phone, claim(phone, bunks, bo, "A-1", minute=2))) == (False, False)
    assert locked(phone, claim(phone, bunks, ana, "A-1", minute=3))
    assert locked(phone, phone.leave(bo, door=bunks, at=NOON + timedelta(minutes=4)))
    assert not locked(phone, phone.leave(ana, door=bunks, at=NOON + timedelta(minutes=5)))


@pytest.mark.parametrize(("subject", "slot"), [("", ""), ("p1", "A-1")])
def test_a_conflict_is_of_a_subject_or_of_a_slot(games: Games, bunks: Checkpoint, subject: str, slot: str) -> None:
    made = Conflict(
        id=uuid.uuid4(), event=games.event, what="slot_taken", subject=subject, slot=slot, checkpoint=bunks,
        since=NOON, state="open", body="{}",
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="conflict_of_a_subject_or_a_slot"), transaction.atomic():
        made.save()


def act(client: Any, name: str) -> str:
    said = {"action": name, "_selected_action": list(Conflict.objects.values_list("pk", flat=True))}
    return str(client.post(LIST, said, follow=True).content.decode())


def test_organisers_see_the_place_with_all_who_have_it_and_say_that_they_share_it(
    games: Games, taken: list[dict[str, Any]]
) -> None:
    client = alice()
    listed = client.get(LIST).content.decode()
    assert [text in listed for text in ("Guest 0, Guest 1", "Main hall: Bunks, A-1")] == [True, True]
    page = client.get(f"{LIST}{Conflict.objects.get().pk}/change/").content.decode()
    assert "Guest 1: Sat 04 Jul, 12:02:00 UTC, Main hall: Bunks, by Maria on Other phone" in page
    assert "0 conflicts: same person" in act(client, "resolve")
    assert "1 conflict: they share the place: nothing to do." in act(client, "share")
    assert Conflict.objects.values_list("state", "resolution").get() == ("resolved", "shared")
    act(client, "reopen")
    assert (Conflict.objects.get().state, healthy(games)) == ("open", [])


def test_who_may_only_look_shares_nothing(taken: list[dict[str, Any]]) -> None:
    act(bob("checkin.view_conflict"), "share")
    assert Conflict.objects.get().state == "open"

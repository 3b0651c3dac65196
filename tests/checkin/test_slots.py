"""Places for one person each (docs/protocol.md, section 8): a second claim is kept and flagged, never lost."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from checkin import slots
from checkin.models import AttendanceRecord, Checkpoint, Headcount, Presence
from checkin.rules import credential_digest
from tests.cast import NOON, Games, Phone, add_person
from tests.checkin.bunks import claim, make_bunks


@pytest.fixture
def bunks(games: Games) -> Checkpoint:
    return make_bunks(games)


def flags(results: list[Any]) -> list[list[str]]:
    return [result["flags"] for result in results]


def places(phone: Phone) -> dict[str, str]:
    return {body["person"]: body["slot"] for body in phone.attendance("presence") if body["state"] == "present"}


def test_a_slot_is_in_the_ledger_and_in_the_presence(games: Games, phone: Phone, bunks: Checkpoint) -> None:
    assert flags(phone.push(claim(phone, bunks, games.people[0], "A-1"))) == [[]]
    assert (AttendanceRecord.objects.get().slot, places(phone)) == ("A-1", {str(games.people[0].id): "A-1"})


def test_a_presence_without_a_slot_names_none(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]))
    [body] = phone.attendance("presence")
    assert "slot" not in body
    assert Presence.objects.get().slot is None


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_n_people_in_one_slot_give_n_minus_one_flags_in_any_order(
    games: Games, phone: Phone, bunks: Checkpoint, order: tuple[int, ...], together: bool
) -> None:
    claims = [claim(phone, bunks, games.people[number], "A-1", minute=number) for number in order]
    results = phone.push(*claims) if together else [phone.push(each)[0] for each in claims]
    assert flags(results) == [[], ["slot_taken"], ["slot_taken"]]
    assert Headcount.objects.get(checkpoint=bunks).present == 3
    assert set(places(phone).values()) == {"A-1"}


def test_the_same_claim_of_the_same_person_again_takes_nothing(games: Games, phone: Phone, bunks: Checkpoint) -> None:
    ana, bo = games.people[:2]
    said = [claim(phone, bunks, who, "A-1", minute=minute) for minute, who in enumerate([ana, bo, bo, ana])]
    assert flags(phone.push(*said)) == [[], ["slot_taken"], [], []]


def test_other_slots_checkpoints_and_windows_are_other_places(games: Games, phone: Phone, bunks: Checkpoint) -> None:
    ana, bo, cleo, dan = games.people[:4]
    said = [
        claim(phone, bunks, ana, "A-1"),
        claim(phone, bunks, bo, "A-2"),
        claim(phone, games.gate, cleo, "A-1"),
        claim(phone, games.daily, ana, "A-1"),
        claim(phone, games.daily, dan, "A-1", minute=24 * 60),
    ]
    assert flags(phone.push(*said)) == [[]] * 5


@pytest.mark.parametrize("together", [True, False])
def test_undoing_or_leaving_frees_the_slot(games: Games, phone: Phone, bunks: Checkpoint, together: bool) -> None:
    ana, bo, cleo = games.people[:3]
    first = claim(phone, bunks, ana, "A-1")
    undone = phone.void(first, door=bunks)
    second = claim(phone, bunks, bo, "A-1", minute=2)
    left = phone.leave(bo, door=bunks, at=NOON + timedelta(minutes=3))
    said = [first, undone, second, left, claim(phone, bunks, cleo, "A-1", minute=4)]
    results = phone.push(*said) if together else [phone.push(each)[0] for each in said]
    assert flags(results) == [[]] * 5
    assert places(phone) == {str(cleo.id): "A-1"}


def test_an_undone_leave_shows_both_holders(games: Games, phone: Phone, bunks: Checkpoint) -> None:
    ana, bo = games.people[:2]
    left = phone.leave(ana, door=bunks, at=NOON + timedelta(minutes=1))
    phone.push(claim(phone, bunks, ana, "A-1"), left, claim(phone, bunks, bo, "A-1", minute=2))
    phone.push(phone.void(left, door=bunks))
    assert places(phone) == {str(ana.id): "A-1", str(bo.id): "A-1"}
    call_command("audit")


def test_moving_takes_the_new_slot_and_frees_the_old_one(games: Games, phone: Phone, bunks: Checkpoint) -> None:
    ana, bo = games.people[:2]
    moved = [claim(phone, bunks, ana, "A-1"), claim(phone, bunks, ana, "A-2", minute=1)]
    assert flags(phone.push(*moved, claim(phone, bunks, bo, "A-1", minute=2))) == [[], [], []]
    assert places(phone) == {str(ana.id): "A-2", str(bo.id): "A-1"}


def test_a_late_claim_that_decides_nothing_takes_nothing(games: Games, phone: Phone, bunks: Checkpoint) -> None:
    ana, bo = games.people[:2]
    phone.push(claim(phone, bunks, ana, "A-1", minute=5), claim(phone, bunks, bo, "A-2", minute=5))
    assert flags(phone.push(claim(phone, bunks, bo, "A-1", minute=1))) == [[]]
    assert places(phone) == {str(ana.id): "A-1", str(bo.id): "A-2"}


def test_under_once_the_first_claim_of_a_person_counts(games: Games, phone: Phone) -> None:
    said = [claim(phone, games.door, games.people[0], slot, minute=minute) for minute, slot in enumerate(["1", "2"])]
    assert flags(phone.push(*said)) == [[], ["second_admission"]]
    assert places(phone) == {str(games.people[0].id): "1"}


def test_a_code_that_finds_its_owner_brings_its_slot(games: Games, phone: Phone, bunks: Checkpoint) -> None:
    digest = credential_digest(str(games.event.id), "LATE")
    results = phone.push(claim(phone, bunks, digest, "A-1"), claim(phone, bunks, games.people[0], "A-1"))
    assert flags(results) == [["unknown_person"], ["slot_taken"]]
    late, _ = add_person(games.event, name="Late Comer", number="late", code="LATE")
    assert places(phone) == {str(late.id): "A-1", str(games.people[0].id): "A-1"}
    call_command("audit")


def test_a_slot_that_is_on_no_list_is_a_fact_all_the_same(games: Games, phone: Phone, bunks: Checkpoint) -> None:
    said = [claim(phone, bunks, person, "Sofa") for person in games.people[:2]]
    assert flags(phone.push(*said)) == [[], ["slot_taken"]]


@pytest.mark.parametrize("slot", ["", "x" * 51, 7, ["A-1"]])
def test_what_is_no_slot_is_quarantined(games: Games, phone: Phone, bunks: Checkpoint, slot: Any) -> None:
    [result] = phone.push(claim(phone, bunks, games.people[0], slot))
    assert (result["verdict"], result["code"]) == ("quarantined", "invalid_payload")


def test_audit_finds_a_slot_that_was_changed_behind_the_ledger(games: Games, phone: Phone, bunks: Checkpoint) -> None:
    phone.push(claim(phone, bunks, games.people[0], "A-1"))
    Presence.objects.update(slot="A-2")
    with pytest.raises(SystemExit):
        call_command("audit")


def test_a_plain_batch_asks_nothing_about_slots(
    games: Games, phone: Phone, bunks: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Holders are read once for each checkpoint of which slots are named, and not at plain doors."""
    asked: list[str] = []
    sound = slots._HOLDERS.rows

    def counted(keys: Any, checkpoint: str) -> Any:
        asked.append(checkpoint)
        return sound(keys, checkpoint)

    monkeypatch.setattr(slots._HOLDERS, "rows", counted)
    phone.push(phone.arrive(games.people[1]), phone.arrive(games.people[2]))
    assert asked == []
    phone.push(*(claim(phone, bunks, person, slot) for person, slot in zip(games.people, bunks.slots, strict=False)))
    assert asked == [str(bunks.id)]

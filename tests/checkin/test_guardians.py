"""Release codes: who may read them, when they are gone, and tries that arrive in any order."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from checkin import audit, guardians, roster, rules
from checkin.models import Checkpoint, Guardian, Person, ReleaseTry
from eventsync.jobs.models import Alert
from tests.cast import NOON, Games, Phone, make_games, make_phone
from tests.convergence.stories import another_life

Operation = dict[str, Any]


@pytest.fixture
def lead(games: Games) -> Phone:
    return make_phone(games, profile="lead", name="Lead")


def stream(games: Games) -> str:
    return f"guardians:{games.event.id}"


def give(person: Person) -> str:
    return guardians.give_code(person=person, now=datetime.now(UTC))


def kept(phone: Phone) -> dict[str, Any]:
    _, changes = phone.pull(stream(phone.games))
    return {each["key"]: each.get("body") for each in changes}


def flags(phone: Phone, person: uuid.UUID) -> list[str]:
    _, changes = phone.pull(f"roster:{phone.games.event.id}")
    [found] = [each["body"]["flags"] for each in changes if each["key"] == str(person)]
    return list(found)


def attempt(phone: Phone, person: uuid.UUID, *, right: bool = False, minute: int = 0, **payload: Any) -> Operation:
    said = {"person": str(person), "checkpoint": str(phone.games.gate.id), "right": right} | payload
    return phone.record("checkin.release_try", said, at=NOON + timedelta(minutes=minute))


def healthy(games: Games) -> list[str]:
    return list(audit.differences(games.event))


def alerts() -> list[tuple[str, str, int]]:
    return list(Alert.objects.values_list("kind", "subject", "count"))


def test_code_is_ours_in_two_halves_and_only_its_hash_is_kept(games: Games, lead: Phone, phone: Phone) -> None:
    guest = games.people[0]
    code = give(guest)
    assert re.fullmatch(f"[{rules.CODE_ALPHABET}]{{4}}-[{rules.CODE_ALPHABET}]{{4}}", code)
    body = kept(lead)[str(guest.id)]
    assert body.pop("person") == str(guest.id)
    assert (body.keys(), body["iterations"]) == ({"salt", "iterations", "hash"}, 600_000)
    assert body["hash"] == rules.release_hash(code.lower(), salt=body["salt"], iterations=body["iterations"])
    assert [flags(each, guest.id) for each in (lead, phone)] == [["guarded"]] * 2
    assert (flags(phone, games.people[1].id), healthy(games)) == ([], [])


def test_two_people_of_one_code_could_not_be_told_by_their_hashes(games: Games) -> None:
    for person in games.people[:2]:
        give(person)
    assert len(set(Guardian.objects.values_list("salt", flat=True))) == 2


def test_only_leads_of_the_event_read_the_hashes(games: Games, lead: Phone) -> None:
    give(games.people[0])
    others = [make_phone(games, profile=profile) for profile in ("door", "kiosk", "control", "family", "agent")]
    others.append(make_phone(make_games("winter"), profile="lead"))
    assert [phone.page(stream(games)).status_code for phone in others] == [403] * 6
    listed = [[each["stream"] for each in phone.streams().json()["streams"]] for phone in (lead, *others)]
    assert [stream(games) in names for names in listed] == [True, *[False] * 6]


def test_new_code_replaces_the_old_and_a_withdrawn_one_leaves(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    give(guest)
    [first] = kept(lead).values()
    code = give(guest)
    [second] = kept(lead).values()
    assert (second["hash"] != first["hash"], second["salt"] != first["salt"]) == (True, True)
    assert second["hash"] == rules.release_hash(code, salt=second["salt"], iterations=second["iterations"])
    guardians.withdraw_code(person=guest)
    guardians.withdraw_code(person=guest)
    assert (kept(lead), flags(lead, guest.id), healthy(games)) == ({}, [], [])


def test_code_leaves_with_the_person(games: Games, lead: Phone) -> None:
    give(games.people[0])
    roster.remove_people(games.event.id, [games.people[0].id])
    assert (kept(lead), Guardian.objects.count(), healthy(games)) == ({}, 0, [])


def test_merged_rows_are_guarded_if_one_of_them_is(games: Games, lead: Phone) -> None:
    first, second = games.people[0].id, games.people[1].id
    give(games.people[0])
    lead.push(lead.record("checkin.merge", {"person": str(first), "into": str(second)}))
    assert (flags(lead, second), list(kept(lead))) == (["guarded"], [str(first)])
    lead.push(lead.record("checkin.merge", {"person": str(first), "into": str(first)}, at=NOON + timedelta(minutes=1)))
    assert (flags(lead, first), flags(lead, second), healthy(games)) == (["guarded"], [], [])


def test_guarded_is_said_of_a_checkpoint_only_where_it_is(games: Games, lead: Phone) -> None:
    Checkpoint.objects.filter(id=games.gate.id).update(guarded=True)
    roster.publish_checkpoints([games.gate, games.door])
    told = {body["name"]: body.get("guarded") for body in lead.attendance("checkpoint")}
    assert (told["Gate"], told["Door"], healthy(games)) == (True, None, [])


def test_try_is_kept_once_and_changes_no_presence(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    lead.push(lead.arrive(guest, door=games.gate))
    before = lead.attendance("presence")
    said = attempt(lead, guest.id, right=True)
    [first], [again] = lead.push(said), lead.push(said)
    assert (first["verdict"], first["flags"], list(first["at"])) == ("accepted", [], [stream(games)])
    assert (again["verdict"], again["replayed"]) == ("accepted", True)
    assert list(ReleaseTry.objects.values_list("person_id", "checkpoint", "right", "by")) == [
        (guest.id, games.gate.id, True, "Maria")
    ]
    assert (lead.attendance("presence"), healthy(games), alerts()) == (before, [], [])


def test_leave_after_a_right_code_is_a_leave_like_any_other(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    lead.push(lead.arrive(guest, door=games.gate))
    pushed = lead.push(
        attempt(lead, guest.id, right=True, minute=5),
        lead.leave(guest, door=games.gate, at=NOON + timedelta(minutes=5)),
    )
    assert [each["flags"] for each in pushed] == [[], []]
    assert [each["state"] for each in lead.attendance("presence")] == ["left"]


def test_lead_lets_go_anyway_with_a_reason(games: Games, lead: Phone) -> None:
    said = lead.leave(games.people[0], door=games.gate)
    said["payload"]["override"] = "Known to me"
    assert lead.push(said)[0]["flags"] == ["override"]


def test_third_wrong_one_raises_one_alert_that_names_the_person(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    tries = [attempt(lead, guest.id, minute=minute) for minute in range(4)]
    lead.push(*tries[:2])
    assert alerts() == []
    lead.push(tries[2])
    lead.push(*tries[:3])
    assert alerts() == [("release_code", str(guest.id), 1)]
    message = Alert.objects.get().message
    assert message.startswith("3 wrong release codes in a row for Guest 0, at Gate, heard by Maria.")
    lead.push(tries[3])
    assert alerts() == [("release_code", str(guest.id), 2)]


def test_three_wrong_ones_alert_in_every_order_and_on_any_phones(db: None) -> None:
    def told(order: tuple[int, ...]) -> tuple[int, bool]:
        with another_life():
            games = make_games(people=1)
            phones = [make_phone(games, profile=profile) for profile in ("lead", "control")]
            said = [attempt(phones[minute % 2], games.people[0].id, minute=minute) for minute in range(3)]
            for index in order:
                phones[index % 2].push(said[index])
            return len(alerts()), healthy(games) == []

    assert {told(order) for order in permutations(range(3))} == {(1, True)}


def test_right_one_after_them_that_is_known_keeps_the_alert_away(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    lead.push(attempt(lead, guest.id, right=True, minute=9))
    lead.push(*(attempt(lead, guest.id, minute=minute) for minute in range(3)))
    assert alerts() == []
    lead.push(*(attempt(lead, guest.id, minute=minute) for minute in range(10, 13)))
    assert alerts() == [("release_code", str(guest.id), 1)]


def test_wrong_ones_of_two_people_are_not_counted_together(games: Games, lead: Phone) -> None:
    first, second = games.people[:2]
    lead.push(*(attempt(lead, each.id, minute=minute) for minute in range(2) for each in (first, second)))
    assert alerts() == []


def test_wrong_ones_of_merged_rows_are_one_persons(games: Games, lead: Phone) -> None:
    first, second = games.people[0].id, games.people[1].id
    lead.push(attempt(lead, first, minute=0), attempt(lead, second, minute=1))
    lead.push(lead.record("checkin.merge", {"person": str(first), "into": str(second)}))
    lead.push(attempt(lead, first, minute=2))
    assert alerts() == [("release_code", str(second), 1)]


def test_try_of_somebody_unknown_is_kept_and_flagged(games: Games, lead: Phone) -> None:
    key = uuid.uuid4()
    pushed = lead.push(*(attempt(lead, key, minute=minute) for minute in range(3)))
    assert [each["flags"] for each in pushed] == [["unknown_person"]] * 3
    assert "for somebody who is not on the list" in Alert.objects.get().message


def test_try_at_another_venues_checkpoint_counts_with_a_flag(games: Games) -> None:
    lead = make_phone(games, profile="lead", venue=games.pool)
    assert lead.push(attempt(lead, games.people[0].id))[0]["flags"] == ["wrong_scope"]


def test_try_that_is_about_another_event_is_kept_aside(games: Games, lead: Phone) -> None:
    other = make_games("winter")
    results = lead.push(
        attempt(lead, other.people[0].id),
        attempt(lead, games.people[0].id, checkpoint=str(other.gate.id)),
        attempt(lead, games.people[0].id, checkpoint=str(uuid.uuid4())),
        attempt(lead, games.people[0].id, right=True),
    )
    assert [each.get("code") for each in results] == ["wrong_event", "wrong_event", "invalid_payload", None]
    assert ReleaseTry.objects.count() == 1


@pytest.mark.parametrize("profile", ["door", "kiosk"])
def test_only_leads_try_codes(games: Games, profile: str) -> None:
    phone = make_phone(games, profile=profile)
    [result] = phone.push(attempt(phone, games.people[0].id))
    assert (result["verdict"], result["code"], ReleaseTry.objects.count()) == ("quarantined", "not_permitted", 0)


@pytest.mark.parametrize("payload", [{"right": "yes"}, {"right": None}, {"person": "x"}, {"checkpoint": 7}])
def test_try_that_cannot_be_read_is_kept_aside(games: Games, lead: Phone, payload: dict[str, Any]) -> None:
    said = attempt(lead, games.people[0].id)
    [result] = lead.push(said | {"payload": said["payload"] | payload})
    assert (result["verdict"], result["code"], ReleaseTry.objects.count()) == ("quarantined", "invalid_payload", 0)


def test_editing_or_importing_a_person_keeps_the_code(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    give(guest)
    before = kept(lead)
    with roster.changing(games.event.id) as change:
        Person.objects.get(id=guest.id).save()
        change.people.add(guest.id)
    assert (kept(lead), flags(lead, guest.id), healthy(games)) == (before, ["guarded"], [])


def test_audit_finds_a_code_that_no_phone_was_told_of(games: Games) -> None:
    Guardian.objects.create(person=games.people[0], salt="s", iterations=1, hash="h", made_at=NOON)
    assert sorted(sentence.split(":")[0] for sentence in healthy(games)) == [
        "Stream guardians",
        "Stream kiosk",
        "Stream roster",
    ]

"""Holds: placed and lifted in any order of arrival, seen by every phone, remarked at every door."""

import uuid
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from checkin import audit, roster, rules
from checkin.models import HoldRecord, Person
from tests.cast import NOON, Games, Phone, make_games, make_phone
from tests.convergence.stories import another_life

Operation = dict[str, Any]


@pytest.fixture
def lead(games: Games) -> Phone:
    return make_phone(games, profile="lead", name="Lead")


def hold(phone: Phone, person: uuid.UUID, *, minute: int = 0, desk: str = "medical", **members: Any) -> Operation:
    payload = {"person": str(person), "desk": desk}
    return phone.record("checkin.hold", payload, at=NOON + timedelta(minutes=minute), **members)


def release(phone: Phone, person: uuid.UUID, *, minute: int = 0) -> Operation:
    return phone.record("checkin.release", {"person": str(person)}, at=NOON + timedelta(minutes=minute))


def shown(phone: Phone, person: uuid.UUID) -> tuple[bool, str | None]:
    """What the phones are told of a person: hold and desk."""
    _, changes = phone.pull(f"roster:{phone.games.event.id}")
    [body] = [each["body"] for each in changes if each["key"] == str(person)]
    return body["hold"], body.get("hold_desk")


def healthy(games: Games) -> list[str]:
    return list(audit.differences(games.event))


def test_hold_shows_on_every_phone_until_it_is_lifted(games: Games, lead: Phone, phone: Phone) -> None:
    guest = games.people[0].id
    [held] = lead.push(hold(lead, guest))
    assert (held["verdict"], list(held["at"])) == ("accepted", [f"roster:{games.event.id}"])
    assert shown(phone, guest) == (True, "medical")
    lead.push(release(lead, guest, minute=1))
    assert (shown(phone, guest), healthy(games)) == ((False, None), [])


@pytest.mark.parametrize("by_code", [False, True])
def test_arrival_on_hold_counts_and_is_flagged_by_what_is_known_when_it_comes(
    games: Games, lead: Phone, phone: Phone, by_code: bool
) -> None:
    who = games.digest(0) if by_code else games.people[0]
    before = phone.arrive(who)
    assert phone.push(before)[0]["flags"] == []
    lead.push(hold(lead, games.people[0].id))
    assert phone.push(phone.arrive(who, door=games.gate))[0]["flags"] == ["on_hold"]
    assert phone.push(phone.leave(who, door=games.gate))[0]["flags"] == []
    lead.push(release(lead, games.people[0].id, minute=1))
    assert phone.push(phone.arrive(who, door=games.daily))[0]["flags"] == []
    again = phone.push(before)[0]
    assert (again["flags"], again["replayed"], healthy(games)) == ([], True, [])
    assert len(phone.attendance("presence")) == 3


def test_hold_and_arrivals_of_one_phone_keep_their_order_within_a_batch(games: Games, lead: Phone) -> None:
    guest = games.people[0]
    said = [
        lead.arrive(guest),
        hold(lead, guest.id),
        lead.arrive(guest, door=games.daily),
        release(lead, guest.id, minute=1),
        lead.arrive(guest, door=games.gate),
    ]
    assert [each["flags"] for each in lead.push(*said)] == [[], [], ["on_hold"], [], []]


def test_the_latest_wins_in_every_order_of_arrival(db: None) -> None:
    def told(order: tuple[int, ...]) -> tuple[bool, str | None]:
        with another_life():
            games = make_games(people=1)
            phones = [make_phone(games, profile="lead"), make_phone(games, profile="control")]
            guest = games.people[0].id
            said = [
                hold(phones[0], guest, minute=0, desk="lead"),
                release(phones[1], guest, minute=2),
                hold(phones[0], guest, minute=1),
                hold(phones[1], guest, minute=3, desk="information"),
            ]
            for index in order:
                phones[index % 2].push(said[index])
                phones[index % 2].push(said[index])
            assert (healthy(games), HoldRecord.objects.count()) == ([], 4)
            return shown(phones[0], guest)

    assert {told(order) for order in permutations(range(4))} == {(True, "information")}


def test_hold_on_somebody_unknown_holds_once_they_are_known(games: Games, lead: Phone, phone: Phone) -> None:
    key = uuid.uuid4()
    assert lead.push(hold(lead, key))[0]["flags"] == ["unknown_person"]
    with roster.changing(games.event.id) as change:
        name = "Walk-in"
        Person.objects.create(id=key, event=games.event, external_id="W1", name=name, search=rules.search_key(name))
        change.people.add(key)
    assert shown(phone, key) == (True, "medical")
    assert (phone.push(phone.arrive(Person.objects.get(id=key)))[0]["flags"], healthy(games)) == (["on_hold"], [])


def test_hold_on_somebody_of_another_event_is_kept_aside(games: Games, lead: Phone) -> None:
    stranger = make_games("winter").people[0].id
    [result] = lead.push(hold(lead, stranger))
    assert (result["verdict"], result["code"], HoldRecord.objects.count()) == ("quarantined", "wrong_event", 0)


@pytest.mark.parametrize("profile", ["door", "kiosk"])
def test_only_leads_place_holds(games: Games, profile: str) -> None:
    phone = make_phone(games, profile=profile)
    [result] = phone.push(hold(phone, games.people[0].id))
    assert (result["verdict"], result["code"], HoldRecord.objects.count()) == ("quarantined", "not_permitted", 0)


@pytest.mark.parametrize("payload", [{}, {"person": "x", "desk": "lead"}, {"desk": "lead"}, {"desk": "nurse"}])
def test_hold_that_cannot_be_read_is_kept_aside(games: Games, lead: Phone, payload: dict[str, str]) -> None:
    person = {} if payload.get("desk") == "lead" else {"person": str(games.people[0].id)}
    [result] = lead.push(lead.record("checkin.hold", person | payload))
    assert (result["verdict"], result["code"], HoldRecord.objects.count()) == ("quarantined", "invalid_payload", 0)


def test_editing_a_person_keeps_the_hold(games: Games, lead: Phone) -> None:
    stale = Person.objects.get(id=games.people[0].id)
    lead.push(hold(lead, stale.id))
    with roster.changing(games.event.id) as change:
        stale.save()
        change.people.add(stale.id)
    assert (shown(lead, stale.id), healthy(games)) == ((True, "medical"), [])


def test_audit_finds_a_hold_that_nobody_placed(games: Games) -> None:
    Person.objects.filter(id=games.people[0].id).update(hold_desk="medical")
    found = [sentence[:7] for sentence in healthy(games)]
    assert found == ["Stream ", "Stream ", "Hold of"]

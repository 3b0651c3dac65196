"""Kiosks, at which nobody stands: what they may record, and what they are told of people."""

from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps

from checkin import roster
from checkin.guardians import give_code
from checkin.models import AttendanceRecord, Person
from checkin.rules import greeting_name
from eventsync.sync.models import Change, Device, Profile, Quarantined, StreamHead
from eventsync.sync.quarantine import rerun
from eventsync.sync.queries import roster_heads
from tests.cast import NOON, Games, Phone, make_games, make_phone
from tests.checkin.walk_ins import WALK_IN, headcount, healthy, merge, people, register

MAY = ["checkin.arrive", "checkin.refuse"]
IN_HASTE = {"override": "He is in a hurry"}


@pytest.fixture
def kiosk(games: Games) -> Phone:
    return make_phone(games, profile="kiosk", name="Kiosk")


def refuse(phone: Phone, digest: str) -> dict[str, Any]:
    said = {"checkpoint": str(phone.games.door.id), "credential": digest, "reason": "on_hold"}
    return phone.record("checkin.refuse", said)


def with_override(phone: Phone, digest: str) -> dict[str, Any]:
    operation = phone.arrive(digest)
    return operation | {"payload": operation["payload"] | IN_HASTE}


def test_kiosk_records_arrivals_and_refusals(games: Games, kiosk: Phone) -> None:
    results = kiosk.push(kiosk.arrive(games.digest(0)), refuse(kiosk, games.digest(1)))
    assert [(each["verdict"], each["flags"]) for each in results] == [("accepted", [])] * 2
    assert (headcount(games.door), healthy(games)) == ((1, 0, 0), [])


def test_kiosk_is_told_that_it_may_do_no_more(games: Games, kiosk: Phone) -> None:
    told = kiosk.client.get("/api/v1/device", headers=kiosk.headers).json()
    assert (told["profile"]["name"], told["operations"]) == ("kiosk", MAY)


def test_what_only_people_decide_is_kept_aside(games: Games, kiosk: Phone) -> None:
    came = kiosk.arrive(games.digest(0))
    kiosk.push(came)
    results = kiosk.push(
        kiosk.leave(games.digest(0), door=games.gate), kiosk.void(came), with_override(kiosk, games.digest(1))
    )
    assert [(each["verdict"], each["code"]) for each in results] == [("quarantined", "not_permitted")] * 3
    assert {each["message"] for each in results} == {"A phone of the profile kiosk may not record this."}
    assert (AttendanceRecord.objects.count(), headcount(games.door), healthy(games)) == (1, (1, 0, 0), [])


@pytest.mark.parametrize("profile", ["door", "lead", "control"])
def test_people_may_override_what_a_kiosk_may_not(games: Games, profile: str) -> None:
    phone = make_phone(games, profile=profile)
    [result] = phone.push(with_override(phone, games.digest(0)))
    assert (result["verdict"], result["flags"]) == ("flagged", ["override"])


def test_override_that_makes_no_sense_is_not_judged_as_one(games: Games, kiosk: Phone) -> None:
    operation = kiosk.arrive(games.digest(0))
    unreadable, absent = ({"payload": operation["payload"] | {"override": said}} for said in (7, None))
    [result] = kiosk.push(operation | unreadable | {"id": "0195b8a0-0000-7000-8000-000000000001"})
    assert (result["verdict"], result["code"]) == ("quarantined", "invalid_payload")
    [result] = kiosk.push(operation | absent)
    assert (result["verdict"], result["flags"]) == ("accepted", [])


def test_door_that_became_a_kiosk_loses_nothing_that_it_recorded(games: Games) -> None:
    phone = make_phone(games)
    waiting = with_override(phone, games.digest(0))
    Device.objects.filter(id=phone.id).update(profile=Profile.KIOSK)
    [result] = phone.push(waiting)
    assert (result["verdict"], result["code"]) == ("quarantined", "not_permitted")
    assert phone.push(waiting)[0]["code"] == "not_permitted"
    Device.objects.filter(id=phone.id).update(profile=Profile.DOOR)
    kept = Quarantined.objects.get(operation_id=waiting["id"])
    assert rerun(kept, by="Anna", now=NOON).applied
    assert (headcount(games.door), healthy(games)) == ((1, 0, 0), [])


def told(phone: Phone) -> dict[str, dict[str, Any]]:
    """What this phone may know of people, by their ids."""
    _, changes = phone.pull(f"kiosk:{phone.games.event.id}")
    return {each["key"]: each["body"] for each in changes if not each["deleted"]}


def test_kiosk_is_told_first_names_and_what_keeps_people_out(games: Games, kiosk: Phone) -> None:
    guest, lead = games.people[0], make_phone(games, profile="lead")
    guest.name, guest.search, guest.delegation, guest.role = "Tommy Berg-Lund", "tommy berg lund", "Oslo", "athlete"
    guest.family, guest.standing = "B-7", "unpaid"
    with roster.changing(games.event.id) as change:
        guest.save()
        change.people.add(guest.id)
    give_code(person=guest, now=NOON)
    lead.push(lead.record("checkin.hold", {"person": str(guest.id), "desk": "medical"}))
    assert told(kiosk)[str(guest.id)] == {
        "id": str(guest.id),
        "name": "Tommy",
        "delegation": "Oslo",
        "role": "athlete",
        "family": "B-7",
        "flags": ["unpaid", "guarded"],
        "hold": True,
        "credentials": [games.digest(0)],
    }
    assert (len(told(kiosk)), healthy(games)) == (5, [])


def test_each_profile_reads_one_list_of_people(games: Games, kiosk: Phone, phone: Phone) -> None:
    lists = [f"{name}:{games.event.id}" for name in ("roster", "kiosk")]
    assert [[each.page(name).status_code for name in lists] for each in (phone, kiosk)] == [[200, 403], [403, 200]]
    listed = {each["stream"] for each in kiosk.streams().json()["streams"]}
    halls = {f"attendance:{venue.id}" for venue in (games.hall, games.pool)}
    assert listed == {f"device:{kiosk.id}", lists[1], *halls, f"schedule:{games.event.id}"}


def test_lists_of_people_change_together(games: Games, kiosk: Phone, phone: Phone) -> None:
    lead = make_phone(games, profile="lead")
    first, second = (each.id for each in games.people[:2])
    phone.push(register(phone, name="Ada Berg"))
    walked_in = told(kiosk)[str(WALK_IN)]
    assert (walked_in["name"], walked_in["flags"]) == ("Ada", [])
    lead.push(merge(lead, first, second))
    assert (str(first) in told(kiosk), told(kiosk)[str(second)]["also"]) == (False, [str(first)])
    roster.remove_people(games.event.id, [games.people[2].id])
    assert (sorted(told(kiosk)), healthy(games)) == (sorted(people(phone)), [])


def test_withdrawn_code_opens_nothing_at_a_kiosk(games: Games, kiosk: Phone) -> None:
    lead, digest = make_phone(games, profile="lead"), games.digest(0)
    said = {"conflict": str(games.event.id), "resolution": "wristband_swapped", "withdraw": [digest]}
    lead.push(lead.record("checkin.resolve", said))
    assert (told(kiosk)[str(games.people[0].id)]["credentials"], healthy(games)) == ([], [])


def test_audit_finds_a_kiosk_that_was_told_something_else(games: Games, kiosk: Phone) -> None:
    row = Change.objects.get(stream=f"kiosk:{games.event.id}", key=str(games.people[0].id))
    Change.objects.filter(pk=row.pk).update(body=row.body.replace("Guest", "Ghost"))
    assert [sentence.split(":")[0] for sentence in healthy(games)] == ["Stream kiosk"]


def test_events_from_before_there_were_kiosks_get_the_list(games: Games, kiosk: Phone) -> None:
    make_games("winter")
    before = told(kiosk)
    kept = Change.objects.filter(stream__startswith="roster:").values_list("stream", "key", "seq").order_by("pk")
    rosters = list(kept)
    Change.objects.filter(stream__startswith="kiosk:").delete()
    StreamHead.objects.filter(stream__startswith="kiosk:").delete()
    import_module("checkin.migrations.0018_streams_told").tell(apps, None)
    assert (told(kiosk), list(kept), healthy(games)) == (before, rosters, [])


@pytest.mark.one_by_one
def test_list_of_a_kiosk_is_as_old_as_its_own_stream(games: Games, kiosk: Phone, phone: Phone) -> None:
    Change.objects.filter(stream=f"kiosk:{games.event.id}").delete()
    StreamHead.objects.filter(stream=f"kiosk:{games.event.id}").update(head=40)
    heads = roster_heads(Device.objects.all())
    assert (heads[UUID(kiosk.id)], heads[UUID(phone.id)]) == (40, 5)


@pytest.mark.parametrize(
    ("name", "given", "greeted"),
    [
        ("Nguyễn Thị Mỹ", "Mỹ", "Mỹ"),
        ("Berg, Tommy", "Tom Lee", "Tom Lee"),
        ("Tommy Berg", "", "Tommy"),
        ("Berg, Tommy Lee", "", "Tommy"),
        ("Berg,", "", "Berg"),
        ("  Tommy\u00a0Berg ", "", "Tommy"),
        ("Møller-Ås", "", "Møller-Ås"),
        ("", "", ""),
    ],
)
def test_people_are_greeted_as_they_are_called(name: str, given: str, greeted: str) -> None:
    assert greeting_name(name, given) == greeted


def called(games: Games, guest: Person, *, name: str, given: str) -> None:
    guest.name, guest.given = name, given
    with roster.changing(games.event.id) as change:
        guest.save()
        change.people.add(guest.id)


def test_kiosk_is_told_what_to_call_people_and_no_other_name(games: Games, kiosk: Phone, phone: Phone) -> None:
    guest = games.people[0]
    called(games, guest, name="Nguyễn Thị Mỹ", given="Mỹ")
    at_kiosk, at_door = told(kiosk)[str(guest.id)], people(phone)[str(guest.id)]
    assert (at_kiosk["name"], "given" in at_kiosk) == ("Mỹ", False)
    assert (at_door["name"], at_door["given"]) == ("Nguyễn Thị Mỹ", "Mỹ")
    assert "given" not in people(phone)[str(games.people[1].id)]
    assert healthy(games) == []


def test_who_is_merged_into_somebody_brings_what_they_are_called(games: Games, kiosk: Phone) -> None:
    lead, (guest, other) = make_phone(games, profile="lead"), games.people[:2]
    called(games, guest, name="Berg Thomas", given="Tom")
    lead.push(register(lead), merge(lead, guest.id, WALK_IN), merge(lead, other.id, other.id))
    assert (told(kiosk)[str(WALK_IN)]["name"], healthy(games)) == ("Tom", [])
    lead.push(merge(lead, guest.id, guest.id, minute=1))
    assert (told(kiosk)[str(WALK_IN)]["name"], healthy(games)) == ("Ada", [])

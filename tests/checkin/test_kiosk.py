"""Kiosks, at which nobody stands: what they may record, and what they are told of people."""

from typing import Any

import pytest

from checkin.models import AttendanceRecord
from eventsync.sync.models import Device, Profile, Quarantined
from eventsync.sync.quarantine import rerun
from tests.cast import NOON, Games, Phone, make_phone
from tests.checkin.walk_ins import headcount, healthy

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

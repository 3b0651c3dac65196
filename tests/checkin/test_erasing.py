"""Erasing one person: nothing of them is found any more, and nothing that counts has changed."""

import pytest

from checkin.models import ConflictAct, Credential, HoldRecord, Person, SafetyAccess
from checkin.privacy import erasing
from eventsync.jobs.models import Alert
from eventsync.sync import quarantine
from eventsync.sync.models import Operation, Quarantined
from tests.cast import NOON, Games, Phone, add_person, make_phone
from tests.checkin.erasure import NAME, Life, found, late, make_life
from tests.checkin.walk_ins import WALK_IN, headcount, healthy


@pytest.fixture
def life(games: Games) -> Life:
    return make_life(games)


def counts(life: Life) -> list[tuple[int, int, int] | None]:
    return [headcount(door) for door in (life.games.door, life.games.gate)]


def held(phone: Phone, stream: str) -> tuple[int, set[str]]:
    """How far a phone that pulls everything gets, and whom it names then."""
    header, changes = phone.pull(stream)
    return header["head"], {each["key"] for each in changes if not each["deleted"]}


def gone_since(phone: Phone, stream: str, head: int) -> set[str]:
    return {each["key"] for each in phone.pull(stream, after=head)[1] if each["deleted"]}


def test_everything_is_found_before_and_nothing_afterwards(life: Life) -> None:
    assert set(life.secrets) == {text for texts in found(life.secrets).values() for text in texts}
    assert erasing.erase(life.person)
    assert found(life.secrets) == {}


def test_headcount_and_ledger_stay_and_the_audit_is_green(life: Life) -> None:
    before = counts(life)
    assert (before, healthy(life.games)) == ([(2, 0, 0), (0, 0, 1)], [])
    erasing.erase(life.person)
    assert (counts(life), healthy(life.games)) == (before, [])


def test_twice_is_once(life: Life) -> None:
    assert [erasing.erase(life.person) for _ in range(2)] == [True, False]
    assert (found(life.secrets), healthy(life.games)) == ({}, [])


def test_what_was_recorded_keeps_its_number_time_phone_and_verdict(life: Life) -> None:
    columns = ("id", "kind", "seq", "corrected_at", "device", "verdict", "flags", "body_hash")
    before = sorted(Operation.objects.values_list(*columns))
    erasing.erase(life.person)
    assert sorted(Operation.objects.values_list(*columns)) == before
    assert Operation.objects.exclude(body="").count() == 2  # an arrival and a hold of others


def test_phones_and_kiosks_hear_that_they_are_gone(life: Life) -> None:
    event, kiosk, person = life.games.event.id, make_phone(life.games, profile="kiosk"), str(life.person.pk)
    streams = [
        (life.phone, f"roster:{event}", person),
        (kiosk, f"kiosk:{event}", person),
        (life.lead, f"guardians:{event}", person),
        (life.lead, f"conflicts:{event}", str(WALK_IN)),
    ]
    before = [held(phone, stream) for phone, stream, _ in streams]
    assert all(key in keys for (_, keys), (*_, key) in zip(before, streams, strict=True))
    erasing.erase(life.person)
    for (head, _), (phone, stream, key) in zip(before, streams, strict=True):
        assert key in gone_since(phone, stream, head)
        assert key not in held(phone, stream)[1]


def test_repeats_are_known_and_bring_nothing_back(life: Life) -> None:
    erasing.erase(life.person)
    before = counts(life)
    assert all(life.phone.push(each)[0]["replayed"] for phone, each in life.sent if phone is life.phone)
    assert all(life.lead.push(each)[0]["replayed"] for phone, each in life.sent if phone is life.lead)
    assert (counts(life), found(life.secrets), healthy(life.games)) == (before, {}, [])


def test_what_comes_late_counts_for_the_bare_id_and_brings_nothing_back(life: Life, other_phone: Phone) -> None:
    operations = late(life, other_phone)
    erasing.erase(life.person)
    results = other_phone.push(*operations)
    assert [each["verdict"] for each in results[:-2]] == [
        "flagged",
        "flagged",
        "accepted",
        "accepted",
        "accepted",
        "accepted",
    ]
    assert [each["verdict"] for each in results[-2:]] == ["quarantined", "accepted"]
    assert (headcount(life.games.door), headcount(life.games.gate)) == ((2, 0, 1), (0, 0, 1))
    assert (found(life.secrets), healthy(life.games)) == ({}, [])
    assert Person.objects.get(pk=WALK_IN).name == Person.objects.get(pk=life.person.pk).name == ""
    assert not Credential.objects.filter(person__erased_at__isnull=False).exists()


def test_late_and_early_come_to_the_same_headcount(life: Life, other_phone: Phone) -> None:
    """Whether somebody is erased changes nothing of what the ledger counts."""
    operations = late(life, other_phone)
    other_phone.push(*operations)
    before = counts(life)
    erasing.erase(life.person)
    assert (counts(life), found(life.secrets), healthy(life.games)) == (before, {}, [])
    assert all(each["replayed"] for each in other_phone.push(*operations))


def test_others_keep_what_is_theirs(life: Life) -> None:
    erasing.erase(life.person)
    guest = life.games.people[1]
    [reason] = HoldRecord.objects.filter(person_id=guest.pk).values_list("reason", flat=True)
    assert (reason, Person.objects.get(pk=guest.pk).hold_desk) == ("With …, I think", "lead")
    assert Credential.objects.filter(person=guest).count() == 1


def test_name_that_somebody_else_has_too_stays_where_it_is_said_of_others(life: Life) -> None:
    add_person(life.games.event, name=NAME, number="another")
    erasing.erase(life.person)
    [reason] = HoldRecord.objects.filter(person_id=life.games.people[1].pk).values_list("reason", flat=True)
    assert reason == f"With {NAME}, I think"
    assert Person.objects.filter(name=NAME).count() == 1


def test_who_looked_at_safety_data_and_that_it_was_erased_stays_noted(life: Life) -> None:
    erasing.erase(life.person)
    acts = SafetyAccess.objects.filter(person_id=life.person.pk).order_by("id").values_list("act", flat=True)
    assert list(acts) == ["proposed", "changed", "erased"]


def test_quarantined_record_of_theirs_cannot_be_run_again(life: Life) -> None:
    erasing.erase(life.person)
    [row] = Quarantined.objects.all()
    assert (bytes(row.body), row.get_resolution_display()) == (b"", "Discarded")
    quarantine.reopen(row)
    row.refresh_from_db()
    assert not quarantine.rerun(row, by="maria", now=NOON).applied


def test_alerts_and_acts_stay_without_the_name(life: Life) -> None:
    kinds = set(Alert.objects.values_list("kind", flat=True))
    erasing.erase(life.person)
    assert set(Alert.objects.values_list("kind", flat=True)) == kinds == {"release_code", "safety_proposal"}
    assert ConflictAct.objects.get().resolution == "wristband_swapped"


def test_preview_says_what_goes_and_what_stays_and_touches_nothing(life: Life) -> None:
    parts = erasing.preview(life.person)
    assert {part.goes: part.count for part in parts}["Names, number, delegation, role, family and standing."] == 2
    assert set(life.secrets) == {text for texts in found(life.secrets).values() for text in texts}
    assert all(part.goes and part.stays for part in parts)

"""Erasing one person: nothing of them is found any more, and nothing that counts has changed."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from checkin import roster
from checkin.events import PeopleErased
from checkin.models import ConflictAct, Credential, HoldRecord, Person, Presence, SafetyAccess
from checkin.privacy import erasing, finding
from eventsync.jobs.models import Alert, Approval, DomainEvent, Sending, Webhook
from eventsync.jobs.publishing import fact_of
from eventsync.sync import quarantine
from eventsync.sync.models import Operation, Quarantined
from tests.cast import NOON, Games, Phone, add_person, make_phone
from tests.checkin.bunks import claim, make_bunks
from tests.checkin.erasure import NAME, Life, at_a_door_to_come, found, late, make_life
from tests.checkin.walk_ins import WALK_IN, digest, headcount, healthy, register


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
    assert list(Approval.objects.filter(kind="correction").values_list("state", flat=True)) == ["invalidated"]


def test_headcount_and_ledger_stay_and_the_audit_is_green(life: Life) -> None:
    before = counts(life)
    assert (before, healthy(life.games)) == ([(2, 0, 0), (0, 0, 1)], [])
    erasing.erase(life.person)
    assert (counts(life), healthy(life.games)) == (before, [])


def test_twice_is_once(life: Life) -> None:
    assert [erasing.erase(life.person) for _ in range(2)] == [True, False]
    assert (found(life.secrets), healthy(life.games)) == ({}, [])


def test_others_are_told_once_by_ids_alone_and_of_nothing_that_was_undone(life: Life) -> None:
    Webhook.objects.create(name="Transport", url="https://bus.example/", event_id=life.games.event.pk)
    with transaction.atomic():
        erasing.erase(life.person)
        transaction.set_rollback(True)
    assert not DomainEvent.objects.filter(name="people_erased").exists()
    for _ in range(2):
        erasing.erase(life.person)
    fact = fact_of(DomainEvent.objects.get(name="people_erased"))
    assert isinstance(fact, PeopleErased)
    others = {each["id"] for _, each in life.sent if str(life.games.people[0].pk) in str(each) or "With " in str(each)}
    aside = set(Quarantined.objects.values_list("operation_id", flat=True))  # told of as nobody's
    about = {UUID(each["id"]) for _, each in life.sent if each["id"] not in others} - aside
    assert (set(fact.people), set(fact.operations)) == ({life.person.pk, WALK_IN}, about)
    assert json.loads(Sending.objects.latest("pk").body)["data"]["people"] == sorted(map(str, fact.people))


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


def resolved(lead: Phone, note: str) -> None:
    _, changes = lead.pull(f"conflicts:{lead.games.event.id}")
    [conflict] = [each["body"] for each in changes if not each["deleted"]]
    seen = [each["id"] for each in conflict["operations"]]
    said = {"conflict": conflict["id"], "resolution": "shared", "note": note, "operations": seen}
    assert lead.push(lead.record("checkin.resolve", said))[0]["verdict"] == "accepted"


def test_note_on_a_place_that_they_shared_goes(games: Games, phone: Phone) -> None:
    bunks, lead = make_bunks(games), make_phone(games, profile="lead")
    phone.push(*[claim(phone, bunks, person, "A-1") for person in games.people[:2]])
    resolved(lead, "swordfish")
    erasing.erase(games.people[0])
    assert (found(("swordfish",)), healthy(games)) == ({}, [])


def test_name_goes_out_of_the_note_on_a_conflict_of_others(games: Games, phone: Phone) -> None:
    person, _ = add_person(games.event, name=NAME, number="QX")
    lead, guest = make_phone(games, profile="lead"), games.people[1]
    phone.push(phone.arrive(guest), phone.arrive(guest, at=NOON + timedelta(minutes=3)))
    resolved(lead, f"That was {NAME}")
    erasing.erase(person)
    assert (found((NAME,)), healthy(games)) == ({}, [])
    assert ConflictAct.objects.get().note == "That was …"


def present(games: Games) -> set[str]:
    return set(Presence.objects.filter(checkpoint=games.door).values_list("subject", flat=True))


def test_code_that_somebody_has_again_counts_for_them(games: Games, phone: Phone) -> None:
    """A roster file brought the person again, with the same ticket. Who is erased last has what comes late."""
    code, here = games.digest(0), games.codes[0]
    erasing.erase(games.people[0])
    again, _ = add_person(games.event, name="Guest 0", number="0 again", code=here)
    phone.push(phone.arrive(code))
    assert (present(games), healthy(games)) == ({f"p{again.pk.hex}"}, [])
    erasing.erase(again)
    phone.push(phone.arrive(code, at=NOON + timedelta(minutes=3)))
    assert (present(games), healthy(games)) == ({f"p{again.pk.hex}"}, [])


def test_wristband_that_is_registered_again_counts_for_who_has_it(games: Games, phone: Phone) -> None:
    band = "ACDEF-GHJKM-NPQRT"
    first, _ = add_person(games.event, name="Guest", number="first", code=band)
    erasing.erase(first)
    walked = register(phone, code=band, credential=digest(games, band))
    phone.push(phone.arrive(digest(games, band)), walked)
    assert (present(games), healthy(games)) == ({f"p{WALK_IN.hex}"}, [])


def test_void_in_quarantine_that_names_their_record_alone_goes(games: Games, phone: Phone) -> None:
    came = phone.arrive(games.people[0])
    phone.push(came)
    _, row = at_a_door_to_come(phone, refers_to=came["id"], reason="swordfish")
    erasing.erase(games.people[0])
    row.refresh_from_db()
    assert (found(("swordfish",)), row.get_resolution_display()) == ({}, "Discarded")


def test_rerun_of_what_no_erasure_has_found_counts_for_the_bare_id(games: Games, phone: Phone) -> None:
    """As between the parts of the erasure of an event, which looks through quarantine at its end."""
    person, code = games.people[0], games.digest(0)
    door, row = at_a_door_to_come(phone, credential=code, method="scan", override="swordfish")
    with roster.changing(games.event.id) as change:
        erasing.clear(finding.part_of(games.event.id, [person.pk]), change)
    door.save()
    roster.publish_checkpoints([door])
    assert quarantine.rerun(row, by="maria", now=NOON).applied
    assert Presence.objects.get().subject == f"p{person.pk.hex}"
    assert (found(("swordfish", code)), healthy(games)) == ({}, [])

"""Quarantine: a body that is applied after a fix counts once, wherever it comes from, and its phone hears of it."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from checkin import roster
from checkin.models import AttendanceRecord, Checkpoint, Headcount
from eventsync.jobs.models import DomainEvent
from eventsync.sync import quarantine
from eventsync.sync.enrolment import publish_profile
from eventsync.sync.models import Device, Operation, Quarantined, Resolution
from eventsync.sync.registry import registry
from eventsync.sync.wire import write_time
from tests.cast import NOON, Games, Phone, make_games, make_phone
from tests.together import together


def at_new_door(phone: Phone, games: Games) -> tuple[Checkpoint, dict[str, Any]]:
    """A checkpoint that does not exist yet, and an arrival there."""
    door = Checkpoint(id=uuid.uuid4(), venue=games.hall, name="New door")
    return door, phone.arrive(games.people[0], door=door)


def build(door: Checkpoint) -> None:
    door.save()
    roster.publish_checkpoints([door])


def again(row: Quarantined, by: str = "alice") -> quarantine.Attempt:
    return quarantine.rerun(row, by=by, now=timezone.now())


def verdicts(phone: Phone) -> list[Any]:
    return [change["body"] for change in phone.pull(f"device:{phone.id}")[1] if change["kind"] == "verdict"]


def test_rerun_after_the_fix_applies_the_stored_bytes(games, phone):
    door, operation = at_new_door(phone, games)
    [aside] = phone.push(operation)
    assert (aside["verdict"], aside["code"]) == ("quarantined", "invalid_payload")
    row, first = Quarantined.objects.get(), Operation.objects.get()
    build(door)
    assert again(row) == quarantine.Attempt(applied=True, told="It was applied: the verdict is accepted.")

    stored = Operation.objects.get()
    assert (stored.verdict, stored.code, stored.kind, stored.seq) == ("accepted", "", "checkin.arrive", 1)
    assert (stored.received_at, stored.corrected_at, stored.body_hash) == (first.received_at, NOON, first.body_hash)
    assert json.loads(stored.body)["id"] == operation["id"]
    row.refresh_from_db()
    assert (row.resolution, row.resolved_by, bytes(row.body)) == ("applied", "alice", json.dumps(operation).encode())
    assert Headcount.objects.get(checkpoint=door).present == 1
    names = [name for name in DomainEvent.objects.order_by("id").values_list("name", flat=True) if "device" not in name]
    assert names == ["operations_quarantined", "people_arrived"]


def test_rerun_tells_the_author_and_a_repeat_gets_the_new_verdict(games, phone):
    door, operation = at_new_door(phone, games)
    phone.push(operation)
    build(door)
    again(Quarantined.objects.get())
    head = phone.pull(f"attendance:{games.hall.id}")[0]["head"]
    told = {
        "id": operation["id"],
        "verdict": "accepted",
        "flags": [],
        "at": {f"attendance:{games.hall.id}": head},
    }
    assert verdicts(phone) == [told]
    assert phone.push(operation) == [{**told, "replayed": True}]
    assert AttendanceRecord.objects.count() == 1


def test_rerun_that_fails_again_changes_nothing(games, phone):
    _, operation = at_new_door(phone, games)
    phone.push(operation)
    row, before = Quarantined.objects.get(), list(Operation.objects.values())
    told = "It still cannot be applied (invalid_payload): There is no such checkpoint."
    assert again(row) == quarantine.Attempt(applied=False, told=told)
    row.refresh_from_db()
    assert (row.resolution, list(Operation.objects.values()), verdicts(phone)) == (Resolution.OPEN, before, [])


def test_rerun_of_what_the_handler_still_fails_on_says_so(games, phone, monkeypatch):
    door, operation = at_new_door(phone, games)
    phone.push(operation)
    build(door)

    def fail(*_: Any) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(registry.kinds["checkin.arrive"].family, "apply", fail)
    told = "The server failed on it again (RuntimeError)."
    assert again(Quarantined.objects.get()) == quarantine.Attempt(applied=False, told=told)
    assert (AttendanceRecord.objects.count(), Quarantined.objects.get().resolution) == (0, "open")


def test_rerun_twice_applies_once(games, phone):
    door, operation = at_new_door(phone, games)
    phone.push(operation)
    build(door)
    row = Quarantined.objects.get()
    assert [again(row).applied, again(row)] == [
        True,
        quarantine.Attempt(applied=False, told="It is not open any more: applied."),
    ]
    assert AttendanceRecord.objects.count() == 1


def test_rerun_with_a_free_id_applies_as_new(games):
    """A phone of a profile that may not record this leaves the id free."""
    phone = make_phone(games, profile="agent")
    operation = phone.arrive(games.people[0])
    assert phone.push(operation)[0]["code"] == "not_permitted"
    assert Operation.objects.count() == 0
    Device.objects.update(profile="lead")
    assert again(Quarantined.objects.get()).applied
    assert [(str(row.id), row.verdict) for row in Operation.objects.all()] == [(operation["id"], "accepted")]
    assert phone.push(operation)[0]["replayed"] is True
    assert Headcount.objects.get().present == 1


def test_rerun_when_the_id_is_taken_by_another_body_stays_aside(games, phone):
    operation = phone.arrive(games.people[0])
    phone.push(operation, {**operation, "actor": "Somebody else"})
    row = Quarantined.objects.get()
    assert row.code == "id_reused"
    told = "Another operation with this id was stored before. This one stays aside."
    assert again(row) == quarantine.Attempt(applied=False, told=told)
    assert Headcount.objects.get().present == 1


def test_rerun_of_what_arrived_meanwhile_only_closes_it(games):
    phone = make_phone(games, profile="agent")
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    Device.objects.update(profile="door")
    assert phone.push(operation)[0]["verdict"] == "accepted"
    told = "It arrived again and was applied before: the verdict is accepted."
    assert again(Quarantined.objects.get()) == quarantine.Attempt(applied=True, told=told)
    assert (AttendanceRecord.objects.count(), Quarantined.objects.get().resolution) == (1, "applied")


def test_rerun_of_a_carried_operation_is_its_authors(games, phone, other_phone):
    door, operation = at_new_door(phone, games)
    other_phone.push({**operation, "device": phone.id})
    build(door)
    assert again(Quarantined.objects.get()).applied
    stored = Operation.objects.get()
    assert (str(stored.device_id), str(stored.carrier_id)) == (phone.id, other_phone.id)
    assert ([each["verdict"] for each in verdicts(phone)], verdicts(other_phone)) == (["accepted"], [])


def test_rerun_of_a_revoked_phones_operation_counts_with_a_flag(games, phone):
    door, operation = at_new_door(phone, games)
    phone.push(operation)
    build(door)
    Device.objects.update(revoked_at=timezone.now())
    assert again(Quarantined.objects.get()).told == "It was applied: the verdict is flagged."
    assert (Operation.objects.get().flags, Operation.objects.get().at) == ('["device_revoked"]', "{}")


def test_rerun_keeps_the_order_of_what_happened(games, phone, other_phone):
    """A void that came before its arrival was applied still undoes it."""
    door, arrival = at_new_door(phone, games)
    phone.push(arrival)
    build(door)
    phone.push(phone.void(arrival, door=door), other := other_phone.arrive(games.people[1], door=door))
    assert again(Quarantined.objects.get()).applied
    count = Headcount.objects.get(checkpoint=door)
    assert (count.present, count.voided, other["id"] != arrival["id"]) == (1, 1, True)


BEHIND = timedelta(hours=3)


def test_rerun_corrects_the_clock_that_the_phone_had_when_it_sent(games, phone):
    door, operation = at_new_door(phone, games)
    operation |= {"occurred_at": write_time(NOON - BEHIND), "offset_ms": None}
    phone.push(operation, sent_at=timezone.now() - BEHIND)
    build(door)
    assert again(Quarantined.objects.get()).told == "It was applied: the verdict is flagged."
    stored = Operation.objects.get()
    assert stored.corrected_at
    assert (abs(stored.corrected_at - NOON) < timedelta(seconds=30), stored.flags) == (True, '["clock_suspect"]')


def test_rerun_does_not_take_a_carriers_clock_for_the_authors(games, phone, other_phone):
    """The carrier's bytes are those that were kept; then the author brought the same, and said nothing of its clock."""
    door, operation = at_new_door(phone, games)
    operation |= {"occurred_at": write_time(NOON), "offset_ms": None}
    Device.objects.filter(id=phone.id).update(profile="family")
    other_phone.push({**operation, "device": phone.id}, sent_at=timezone.now() - BEHIND)
    Device.objects.filter(id=phone.id).update(profile="door")
    phone.push(operation)
    assert (Quarantined.objects.get().code, Operation.objects.get().code) == ("not_permitted", "invalid_payload")
    build(door)
    assert again(Quarantined.objects.get()).told == "It was applied: the verdict is accepted."
    assert Operation.objects.get().corrected_at == NOON


def test_rerun_of_unstorable_bytes_stays_aside(games, phone):
    operation = phone.arrive(games.people[0], actor="a\0b")
    phone.push(operation)
    assert again(Quarantined.objects.get()).told.startswith("It still cannot be applied (unstorable)")


def test_discarding_keeps_the_bytes_and_can_be_taken_back(games, phone):
    _, operation = at_new_door(phone, games)
    phone.push(operation)
    row = Quarantined.objects.get()
    assert quarantine.discard(row, by="alice", reason="A trial.", now=NOON)
    row.refresh_from_db()
    assert (row.resolution, row.resolved_by, row.resolved_at, row.reason) == ("discarded", "alice", NOON, "A trial.")
    assert bytes(row.body) == json.dumps(operation).encode()
    assert not quarantine.discard(row, by="bob", reason="Again.", now=NOON)
    assert again(row).told == "It is not open any more: discarded."
    assert (quarantine.reopen(row), quarantine.reopen(row)) == (True, False)
    row.refresh_from_db()
    assert (row.resolution, row.resolved_by, row.reason) == ("open", "", "")


def test_changed_profile_reaches_the_phone_and_what_it_may_read(games, phone):
    operation = phone.arrive(games.people[0])
    Device.objects.update(profile="agent")
    publish_profile(Device.objects.get())
    names = [change["body"]["name"] for change in phone.pull(f"device:{phone.id}")[1]]
    assert (names, [each["stream"] for each in phone.streams().json()["streams"]]) == (
        ["agent"],
        [f"device:{phone.id}", f"schedule:{games.event.id}"],
    )
    assert phone.push(operation)[0]["code"] == "not_permitted"


@pytest.mark.django_db(transaction=True)
def test_rerun_by_two_people_while_the_phone_pushes_again_applies_once(transactional_db):
    games = make_games(people=6)
    phone = make_phone(games, profile="agent")
    operations = [
        phone.arrive(person, at=NOON + timedelta(minutes=minute)) for minute, person in enumerate(games.people)
    ]
    phone.push(*operations)
    Device.objects.update(profile="door")
    rows = list(Quarantined.objects.order_by("pk"))

    def desk() -> list[str]:
        return [again(row).told for row in rows]

    def push() -> list[str]:
        return [result["verdict"] for each in reversed(operations) for result in phone.push(each)]

    *_, pushed = together([desk, desk, push])
    assert pushed == ["accepted"] * 6
    assert (Operation.objects.count(), AttendanceRecord.objects.count(), Headcount.objects.get().present) == (6, 6, 6)
    assert set(Quarantined.objects.values_list("resolution", flat=True)) == {"applied"}

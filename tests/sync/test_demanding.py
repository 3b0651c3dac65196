"""Operation kinds that demand a person: what a phone wants is done once another has agreed to exactly it, or never."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.utils import timezone

from checkin.events import PeopleArrived
from eventsync.jobs.approvals import deciding, kinds
from eventsync.jobs.models import Alert, Approval
from eventsync.jobs.rules import Matter, Somebody
from eventsync.sync import quarantine
from eventsync.sync.models import Device, Operation, Quarantined
from eventsync.sync.registry import Demand, Incoming, Kind, Outcome, Recorded, registry
from eventsync.sync.streams import Changes
from tests.cast import Games, Phone, make_phone

pytestmark = pytest.mark.django_db

KIND, APPROVAL = "test.close_lift", "test.closings"
BOB, CHARLIE = Somebody("user:2", "bob"), Somebody("user:3", "charlie")
WISHED, DONE = "wished", "done"  # kinds of the rows that the wishes are kept as


class Closing(msgspec.Struct):
    lift: str


class Closings:
    """Each wish is kept as a row under its operation's id; one for no lift is nothing to do."""

    def __init__(self, operations: Sequence[Incoming]) -> None: ...

    def streams(self) -> set[str]:
        return set()

    def apply(self, fresh: Sequence[Incoming], changes: Changes) -> Sequence[Outcome]:
        now = timezone.now()
        rows = [
            Alert(kind=WISHED, subject=each.id, message=each.payload.lift, first_at=now, last_at=now)
            for each in fresh
            if each.payload.lift
        ]
        Alert.objects.bulk_create(rows)
        return [Recorded(flags=each.flags) for each in fresh]


def describe(subject: UUID) -> Matter | None:
    row = Alert.objects.select_for_update().filter(kind=WISHED, subject=str(subject)).first()
    return Matter(f"Close {row.message}.", {"lift": row.message}) if row else None


def agreed(approval: Approval, now: datetime) -> None:
    Alert.objects.filter(subject=str(approval.subject)).update(kind=DONE)


def over(approval: Approval, now: datetime) -> None:
    Alert.objects.filter(subject=str(approval.subject)).delete()


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that an app says of such a kind."""
    demand = Demand(APPROVAL, within=timedelta(hours=1))
    kind = Kind(KIND, payload=Closing, profiles=("door",), family=Closings, fact=PeopleArrived, demands=demand)
    monkeypatch.setitem(registry.kinds, KIND, kind)
    monkeypatch.setitem(kinds._kinds, APPROVAL, kinds.Kind(describe=describe, agreed=agreed, over=over))


def wish(phone: Phone, lift: str = "lift 2") -> dict[str, Any]:
    return phone.record(KIND, {"lift": lift})


def kept() -> list[tuple[str, str]]:
    return list(Alert.objects.filter(kind__in=[WISHED, DONE]).values_list("kind", "message"))


def states() -> list[str]:
    return list(Approval.objects.order_by("pk").values_list("state", flat=True))


def decide(name: str, **said: Any) -> bool:
    newest = Approval.objects.latest("pk").pk
    return bool(getattr(deciding, name)(newest, now=timezone.now(), **said).done)


def test_operation_waits_for_a_person_and_is_done_when_another_agrees(phone: Phone) -> None:
    operation = wish(phone)
    [result] = phone.push(operation)
    assert (result["verdict"], result["flags"]) == ("flagged", ["proposed"])
    asked = Approval.objects.get()
    assert (asked.subject, asked.sentence, asked.asked_by, asked.asked_name) == (
        UUID(operation["id"]), "Close lift 2.", f"device:{phone.id}", "Maria",
    )  # fmt: skip
    assert (asked.expires_at - asked.asked_at, kept()) == (timedelta(hours=1), [(WISHED, "lift 2")])
    assert decide("grant", by=BOB)
    assert (kept(), states()) == ([(DONE, "lift 2")], ["granted"])


def test_repeat_asks_nobody_again(phone: Phone) -> None:
    operation = wish(phone)
    phone.push(operation)
    assert phone.push(operation, operation)[1]["replayed"]
    assert states() == ["requested"]


def test_whoever_recorded_it_cannot_approve_it(phone: Phone) -> None:
    phone.push(wish(phone))
    assert not decide("grant", by=Somebody(f"device:{phone.id}", "Somebody else"))
    assert (kept(), states()) == ([(WISHED, "lift 2")], ["requested"])


def test_rejected_it_is_not_done(phone: Phone) -> None:
    phone.push(wish(phone))
    assert decide("reject", by=BOB, reason="It is needed.")
    assert (kept(), states()) == ([], ["rejected"])


def test_nobody_decides_in_time_and_it_is_not_done(phone: Phone) -> None:
    phone.push(wish(phone))
    asked = Approval.objects.get().asked_at
    deciding.sweep(asked + timedelta(minutes=59))
    assert states() == ["requested"]
    deciding.sweep(asked + timedelta(minutes=61))
    assert (kept(), states()) == ([], ["expired"])


def test_content_that_changed_is_asked_for_anew(phone: Phone) -> None:
    phone.push(wish(phone))
    Alert.objects.filter(kind=WISHED).update(message="lift 3")
    assert not decide("grant", by=BOB)
    assert (kept(), states()) == ([(WISHED, "lift 3")], ["invalidated", "requested"])
    assert decide("grant", by=BOB)
    assert kept() == [(DONE, "lift 3")]


def test_broken_glass_is_done_at_once_and_reviewed_by_one_who_had_no_part(phone: Phone) -> None:
    phone.push(wish(phone))
    assert decide("force", by=BOB, reason="Smoke.")
    assert (kept(), states()) == ([(DONE, "lift 2")], ["forced"])
    recorder = Somebody(f"device:{phone.id}", "Maria")
    assert [decide("review", by=each, found="Right.") for each in (BOB, recorder, CHARLIE)] == [False, False, True]
    assert states() == ["reviewed"]


def test_where_nothing_is_left_to_do_nobody_is_asked(phone: Phone) -> None:
    [result] = phone.push(wish(phone, lift=""))
    assert (result["verdict"], result["flags"], states()) == ("accepted", [], [])


def test_what_was_kept_aside_waits_too_once_it_is_applied(games: Games) -> None:
    stranger = make_phone(games, profile="agent")
    assert stranger.push(wish(stranger))[0]["code"] == "not_permitted"
    Device.objects.update(profile="door")
    assert quarantine.rerun(Quarantined.objects.get(), by="alice", now=timezone.now()).applied
    assert (Operation.objects.get().verdict, kept(), states()) == ("flagged", [(WISHED, "lift 2")], ["requested"])


def test_every_demand_names_approvals_that_somebody_decides_about() -> None:
    demanding = {each.name: each.demands.approval for each in registry.kinds.values() if each.demands}
    assert demanding == {"checkin.propose_safety": "checkin.safety", KIND: APPROVAL}
    assert set(demanding.values()) <= set(kinds.names())

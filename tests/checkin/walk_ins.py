"""What phones say of walk-ins, and what must come of it in whatever order."""

import uuid
from datetime import timedelta
from itertools import permutations
from typing import Any

from checkin import audit
from checkin.models import Checkpoint, Headcount
from checkin.rules import credential_digest
from eventsync.sync import audit as streams
from tests.cast import NOON, Games, Phone
from tests.convergence.stories import another_life, seen_in

Operation = dict[str, Any]
WALK_IN, OTHER = uuid.UUID(int=0xA1), uuid.UUID(int=0xB2)
BAND = "ACDEF-GHJKM-NPQRT"


def digest(games: Games, code: str = BAND) -> str:
    return credential_digest(str(games.event.id), code)


def register(phone: Phone, person: uuid.UUID = WALK_IN, *, minute: int = 0, **said: Any) -> Operation:
    payload = {"person": str(person), "name": "Ada Walker", **said}
    return phone.record("checkin.register", payload, at=NOON + timedelta(minutes=minute))


def merge(phone: Phone, person: uuid.UUID, into: uuid.UUID, *, minute: int = 0) -> Operation:
    payload = {"person": str(person), "into": str(into)}
    return phone.record("checkin.merge", payload, at=NOON + timedelta(minutes=minute))


def confirm(phone: Phone, person: uuid.UUID) -> Operation:
    return phone.record("checkin.confirm", {"person": str(person)})


def arrive(phone: Phone, person: uuid.UUID, door: Checkpoint | None = None, *, minute: int = 0) -> Operation:
    payload = {"checkpoint": str((door or phone.games.door).id), "person": str(person), "method": "search"}
    return phone.record("checkin.arrive", payload, at=NOON + timedelta(minutes=minute))


def people(phone: Phone) -> dict[str, dict[str, Any]]:
    _, changes = phone.pull(f"roster:{phone.games.event.id}")
    return {each["key"]: each["body"] for each in changes if not each["deleted"]}


def headcount(door: Checkpoint) -> tuple[int, int, int] | None:
    rows = Headcount.objects.filter(checkpoint=door, window="")
    return rows.values_list("present", "unidentified", "voided").first()


def healthy(games: Games) -> list[str]:
    return [*audit.differences(games.event), *streams.differences()]


def every_order(games: Games, phone: Phone, operations: list[Operation]) -> None:
    """Each order of arrival, one by one and each twice, ends the same on every phone, byte for byte."""
    outcomes = []
    for order in permutations(operations):
        with another_life():
            for operation in order:
                [first], [again] = phone.push(operation), phone.push(operation)
                assert (first["verdict"] in {"accepted", "flagged"}, again["replayed"]) == (True, True)
                assert again["flags"] == first["flags"]
            names = (f"roster:{games.event.id}", f"attendance:{games.hall.id}", f"conflicts:{games.event.id}")
            outcomes.append([seen_in(phone, name) for name in names])
            assert healthy(games) == []
    assert all(outcome == outcomes[0] for outcome in outcomes)

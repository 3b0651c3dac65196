"""A house of bunks, and claiming one: what tests of places share."""

from datetime import timedelta
from typing import Any

from checkin import roster
from checkin.models import Checkpoint, Person
from tests.cast import NOON, Games, Phone


def make_bunks(games: Games) -> Checkpoint:
    door = Checkpoint.objects.create(
        venue=games.hall, name="Bunks", kind="bunk", policy="in_out", slots=["A-1", "A-2", "A-3"]
    )
    roster.publish_checkpoints([door])
    return door


def claim(phone: Phone, door: Checkpoint, who: Person | str, slot: str, *, minute: int = 0) -> dict[str, Any]:
    operation = phone.arrive(who, door=door, at=NOON + timedelta(minutes=minute))
    operation["payload"]["slot"] = slot
    return operation

"""What people of the stories do, as the payloads of their operations."""

import uuid
from typing import Any

from checkin import rules
from tests.cast import NOON, Games
from tests.convergence import lists
from tests.convergence.lists import BAND, LISTING, person_called

FOUND = "FOUND-ON-THE-FLOOR"  # a code that gets its owner somewhere on the way
STRANGE = "NOBODY-KNOWS-THIS"
WHO = ["person 0", "person 1", "code 0", FOUND, STRANGE, "walk-in 0", "walk-in 1", BAND]
VERBS = [*["arrive"] * 6, *["void"] * 3, "leave", "hold", "release", "own", "resolve", "register", *LISTING]


def said(act: dict[str, Any], games: Games) -> dict[str, Any]:
    """The payload of an act."""
    person = {"person": person_called(act["who"], games)}
    checkpoint = {"checkpoint": str(getattr(games, act["door"]).id)}
    match act["verb"]:
        case "register" | "merge" | "confirm":
            return dict(lists.said(act["verb"], act["who"], act["target"], games))
        case "hold":
            return person | {"desk": "lead" if act["door"] == "door" else "medical"}
        case "release":
            return person
        case "own":
            return {"conflict": conflict_of(act, games)}
        case "resolve":
            seen = {"operations": [str(uuid.UUID(int=number + 1)) for number in range(act["target"])]}
            resolution = "same_person" if act["minute"] else "wristband_swapped"
            withdraw = {"withdraw": [games.digest(0)]} if resolution == "wristband_swapped" else {}
            decided = {"conflict": conflict_of(act, games), "resolution": resolution} | withdraw
            return decided | (seen if act["target"] % 2 else {})
        case "void":
            return checkpoint
        case _:
            place = act["target"] % 3  # which a void has another use for
            slot = {"slot": str(place)} if place else {}
            return checkpoint | {"method": "scan"} | subject(act["who"], games) | slot


def conflict_of(act: dict[str, Any], games: Games) -> str:
    """The conflict that these arrivals make, if they do: of a person at a door, of an unknown code, of a place."""
    said = subject(act["who"], games)
    if act["who"] == STRANGE:
        return str(uuid.uuid5(games.event.id, f"unknown_person/c{said['credential']}"))
    who = f"p{uuid.UUID(person_called(act['who'], games)).hex}"
    if act["door"] == "gate":
        return str(uuid.uuid5(games.event.id, f"swapped_wristband/{who}"))
    window = {"lunch": "lunch", "daily": NOON.date().isoformat()}.get(act["door"], "")
    where = f"{getattr(games, act['door']).id}/{window}"
    name = f"slot_taken/{where}/1" if act["who"] == "walk-in 1" else f"second_admission/{where}/{who}"
    return str(uuid.uuid5(games.event.id, name))


def subject(who: str, games: Games) -> dict[str, str]:
    kind, _, number = who.partition(" ")
    if kind in {"person", "walk-in"}:
        return {"person": person_called(who, games)}
    if kind == "code":
        return {"credential": games.digest(int(number))}
    return {"credential": rules.credential_digest(str(games.event.id), who)}

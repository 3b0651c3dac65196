"""Who is who, from the recordings alone: registrations, merges and confirmations, and what must come of them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from checkin import rules
from checkin.models import Person
from tests.cast import Games

LISTING = ("register", "merge", "confirm")
WALK_INS = [str(uuid.UUID(int=0xA1)), str(uuid.UUID(int=0xB2))]
BAND = "A-BAND-FROM-THE-BOX"  # that walk-ins are given, both of them the same one

Operation = dict[str, Any]


def person_called(who: str, games: Games) -> str:
    """The id of "person 0" or "walk-in 1"; of anybody else, of the first person."""
    kind, _, number = who.partition(" ")
    if kind == "walk-in":
        return WALK_INS[int(number)]
    return str(games.people[int(number) if number.isdigit() else 0].id)


def said(verb: str, who: str, target: int, games: Games) -> dict[str, str]:
    """The payload of a change of the list."""
    person = {"person": person_called(who, games)}
    match verb:
        case "merge":
            return person | {"into": [*WALK_INS, *(str(each.id) for each in games.people)][target % 4]}
        case "register":
            code = [None, BAND, BAND, games.codes[0]][target % 4]
            band = {"credential": rules.credential_digest(str(games.event.id), code)} if code else {}
            return {"person": WALK_INS[target // 2 % 2], "name": f"Ada {target}"} | band
        case _:
            return person


def is_listing(operation: Operation) -> bool:
    return operation["kind"].removeprefix("checkin.") in LISTING


@dataclass
class Who:
    """Who everybody is once all of `operations` are known."""

    games: Games
    operations: Iterable[Operation]
    codes: dict[str, str]  # of the roster: digest, and whose it is
    names: dict[str, str] = field(default_factory=dict)
    walk_ins: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        listed = sorted(filter(is_listing, self.operations), key=_order)
        registered = [each for each in listed if each["kind"] == "checkin.register"]
        for each in registered:
            person, band = each["payload"]["person"], each["payload"].get("credential")
            self.names.setdefault(person, each["payload"]["name"])
            if band:
                self.codes.setdefault(band, person)
        confirmed = {each["payload"]["person"] for each in listed if each["kind"] == "checkin.confirm"}
        self.walk_ins = self.names.keys() - confirmed
        merges = [
            rules.Merge(each["payload"]["person"], each["payload"]["into"], *_order(each))
            for each in listed
            if each["kind"] == "checkin.merge"
        ]
        self._same = rules.identities(merges, {*self.names, *(str(each.id) for each in self.games.people)})

    def of(self, person: str) -> str:
        return self._same.get(person, person)

    def group(self, person: str) -> set[str]:
        return {self.of(person), *(key for key, whole in self._same.items() if whole == self.of(person))}

    def subject(self, payload: dict[str, str]) -> str:
        """As the ledger writes it."""
        digest = payload.get("credential")
        person = self.codes.get(digest) if digest else payload["person"]
        return f"p{uuid.UUID(self.of(person)).hex}" if person else f"c{digest}"

    def is_person(self, person: str) -> bool:
        return person in self.names or any(person == str(each.id) for each in self.games.people)

    def is_listed(self, subject: str) -> bool:
        return subject[0] == "p" and self.is_person(str(uuid.UUID(subject[1:])))


def expected_holds(holding: list[Operation], who: Who) -> dict[str, str]:
    """Who must go where first, from the recordings alone, in all their rows."""
    entries: dict[str, list[rules.HoldEntry]] = {}
    for each in holding:
        at, payload = datetime.fromisoformat(each["occurred_at"]), each["payload"]
        entry = rules.HoldEntry(payload.get("desk", ""), at, each["seq"], each["id"])
        entries.setdefault(who.of(payload["person"]), []).append(entry)
    desks = {person: desk for person, said in entries.items() if (desk := rules.desk_after(said))}
    return {key: desk for person, desk in desks.items() for key in who.group(person) if who.is_person(key)}


def held() -> dict[str, str]:
    on_hold = Person.objects.exclude(hold_desk="")
    return {str(person.id): person.hold_desk for person in on_hold}


def _order(operation: Operation) -> tuple[datetime, int, str]:
    return (datetime.fromisoformat(operation["occurred_at"]), operation["seq"], operation["id"])


def check_the_list(who: Who, roster: dict[str, dict[str, Any]]) -> None:
    """The roster's stream, by person: everybody once, under the name and with the wristbands that are theirs."""
    known = {**{str(each.id): each.name for each in who.games.people}, **who.names}
    assert {key: body["name"] for key, body in roster.items()} == {
        key: name for key, name in known.items() if who.of(key) == key
    }
    resolved = [each["payload"] for each in who.operations if each["kind"] == "checkin.resolve"]
    withdrawn = {digest for each in resolved for digest in each.get("withdraw", ())}
    bands = {band: owner for band, owner in who.codes.items() if band not in withdrawn}
    for key, body in roster.items():
        assert set(body.get("also", ())) | {key} == who.group(key)
        assert body["credentials"] == sorted(band for band, owner in bands.items() if who.of(owner) == key)
        rows = who.group(key) & known.keys()
        assert body["flags"] == (["walk_in"] if rows <= who.walk_ins else [])

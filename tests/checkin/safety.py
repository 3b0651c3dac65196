"""Safety data in tests: a lead's phone that reads and changes it, and what it says of its first guest."""

from dataclasses import dataclass
from typing import Any

from checkin.models import Person, SafetyAccess
from tests.cast import Games, Phone, make_phone

NUTS = "No nuts: carries an adrenaline pen."
INSULIN = "Insulin, four times a day."
MOTHER = "Ann Ek, mother, +358 40 123 4567"
TEXTS = (NUTS, INSULIN, MOTHER)


@dataclass
class Lead:
    """A phone, by default a lead's, and the person whom it asks about."""

    phone: Phone
    person: Person

    def url(self, *more: str) -> str:
        return "/".join([f"/api/v1/people/{self.person.pk}/safety", *more])

    def get(self) -> Any:
        return self.phone.client.get(self.url(), headers=self.phone.headers)

    def put(self, text: str, expected: int, kind: str = "dietary", **said: Any) -> Any:
        body = {"text": text, "expected": expected} | said
        return self.phone.client.put(self.url(kind), body, "application/json", headers=self.phone.headers)

    def decide(self, proposal: str, *, accept: bool, expected: int, **said: Any) -> Any:
        body = {"accept": accept, "expected": expected} | said
        url = self.url("proposals", proposal)
        return self.phone.client.post(url, body, "application/json", headers=self.phone.headers)

    def propose(self, text: str, kind: str = "dietary", **said: Any) -> dict[str, Any]:
        """An operation, as it is recorded without a network; not sent yet."""
        return self.phone.record(
            "checkin.propose_safety", {"person": str(self.person.pk), "kind": kind, "text": text} | said
        )

    def entry(self, kind: str = "dietary") -> tuple[str, int]:
        """What is confirmed."""
        [row] = self.get().json()["rows"]
        return next((each["text"], each["version"]) for each in row["entries"] if each["kind"] == kind)

    def proposals(self) -> list[dict[str, Any]]:
        [row] = self.get().json()["rows"]
        return list(row["proposals"])


def make_lead(games: Games, profile: str = "lead", **said: Any) -> Lead:
    return Lead(make_phone(games, profile=profile, **said), games.people[0])


def noted() -> list[tuple[str, str, int | None]]:
    """What was noted, the oldest first; without the readings."""
    rows = SafetyAccess.objects.exclude(act="read").order_by("id")
    return list(rows.values_list("act", "kind", "version"))

"""The roster as it is stored, as a file that is to be imported sees it."""

from typing import NamedTuple
from uuid import UUID

from checkin import models, rules
from checkin.rosters.listing import Listing
from eventsync.schedule.models import Event
from eventsync.tables import cells


class Held(NamedTuple):
    """A credential that is stored."""

    id: int
    person: UUID
    code: str
    digest: str
    state: str


class Stored(NamedTuple):
    """A person who is on the roster."""

    id: UUID
    number: str
    name: str
    delegation: str
    role: str
    family: str
    given: str
    standing: str
    merged_into: UUID | None
    """Who they really are; a file changes their own row, and never parts the two."""

    @property
    def whole(self) -> UUID:
        return self.merged_into or self.id


class Roster:
    """People and credentials of an event, found by what a file calls them, and whose codes will be whose."""

    def __init__(self, event: Event, listing: Listing) -> None:
        self.event = str(event.id)
        columns = ("id", "external_id", "name", "delegation", "role", "family", "given", "standing", "merged_into")
        rows = models.Person.objects.filter(event=event, erased_at=None).order_by()
        people = [Stored(*row) for row in rows.values_list(*columns)]
        self._wholes = {person.id: person.whole for person in people}
        # By the number as a file gives it back; who has exactly this number comes first.
        self._people = {cells.clean(person.number): person for person in people}
        self._people.update((person.number, person) for person in people)
        held = models.Credential.objects.filter(event=event).order_by("id")
        self.credentials: dict[str, Held] = {}
        self.held: dict[UUID, list[Held]] = {}
        for row in held.values_list("id", "person_id", "code", "digest", "state"):
            credential = Held(*row)
            self.credentials[credential.digest] = credential
            self.held.setdefault(credential.person, []).append(credential)
        self._families = {person.id: cells.clean(person.family) for person in people}
        found = ((self.find(person.number), person.family) for person in listing.people)
        self._families.update((stored.id, family) for stored, family in found if stored and family is not None)
        self._claimed: dict[str, str] = {}

    def find(self, number: str) -> Stored | None:
        return self._people.get(number)

    @property
    def people(self) -> set[UUID]:
        """Everybody, once."""
        return set(self._wholes.values())

    def whole(self, person: UUID) -> UUID:
        """Who somebody is, by any of their rows."""
        return self._wholes[person]

    def digest(self, code: str) -> str:
        return rules.credential_digest(self.event, code)

    def shared(self, digest: str, family: str) -> bool:
        """Whether the one who has this code will be of this family, when the file is imported."""
        return family != "" and self._families[self.credentials[digest].person] == cells.clean(family)

    def claim(self, digest: str, number: str) -> bool:
        """Says whether a code that nobody has yet goes to this number: it does to the first one that the file names."""
        return self._claimed.setdefault(digest, number) == number

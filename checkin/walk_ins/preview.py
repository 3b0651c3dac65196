"""What would change if two rows were one person: told before anybody says so."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from checkin.holds import entries_of
from checkin.identity import Identities, groups
from checkin.ledger import Book, Key, person_subject
from checkin.models import Checkpoint, Credential, Headcount, HoldDesk, Person
from checkin.rules import Presence, desk_after


@dataclass(frozen=True, slots=True)
class Place:
    """What the two are at one checkpoint and window, what the one person will be, and how many are present there."""

    checkpoint: Checkpoint
    window: str
    person: Presence | None
    into: Presence | None
    together: Presence | None
    present: int

    @property
    def all(self) -> tuple[Presence | None, ...]:
        return self.person, self.into, self.together

    @property
    def present_after(self) -> int:
        here = [each is not None and each.state == "present" for each in self.all]
        return self.present - here[0] - here[1] + here[2]


@dataclass(frozen=True, slots=True)
class Preview:
    """`person` becomes `into`. Codes as they are printed, desks as they are called."""

    person: Person
    into: Person
    codes: tuple[list[str], list[str]]
    holds: tuple[str, str, str]
    places: list[Place]

    @property
    def token(self) -> str:
        """The same for as long as merging changes the same. Others come and go meanwhile; that is no difference."""
        rows = [(each.checkpoint.id, each.window, each.person, each.into) for each in self.places]
        said = [self.person.id, self.into.id, _texts(self.person), _texts(self.into), self.codes, self.holds, rows]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def preview(person: Person, into: Person) -> Preview | None:
    """None when they are not two people of one event: it was said already, or one of them is somebody else by now."""
    if person.id == into.id or person.event_id != into.event_id or person.merged_into_id or into.merged_into_id:
        return None
    identities = Identities(person.event_id)
    codes = (_codes(identities, person.id), _codes(identities, into.id))
    return Preview(person, into, codes, _holds(identities, person, into), list(_places(person, into)))


def _texts(person: Person) -> tuple[str, ...]:
    return (person.name, person.external_id, person.delegation, person.role, person.standing)


def _codes(identities: Identities, person: UUID) -> list[str]:
    carried = Credential.objects.filter(person__in=groups(identities, [person])).order_by("created_at", "id")
    return [f"{each} ({each.get_state_display().lower()})" for each in carried]


def _holds(identities: Identities, person: Person, into: Person) -> tuple[str, str, str]:
    said = entries_of([str(person.id), str(into.id)], identities)
    mine, theirs = said.get(str(person.id), []), said.get(str(into.id), [])
    first, second, both = (desk_after(each) for each in (mine, theirs, [*mine, *theirs]))
    return _desk(first), _desk(second), _desk(both)


def _desk(desk: str) -> str:
    return str(HoldDesk(desk).label) if desk else ""


def _places(person: Person, into: Person) -> Iterator[Place]:
    """Wherever one of the two has a record, by venue and name."""
    doors = Checkpoint.objects.filter(venue__event=person.event_id).select_related("venue")
    by_id = {str(door.id): door for door in doors.order_by("venue__name", "name")}
    rank = {key: at for at, key in enumerate(by_id)}
    book = Book({key: door.policy for key, door in by_id.items()})
    mine, theirs = person_subject(person.id), person_subject(into.id)
    book.load([mine, theirs])
    present = dict.fromkeys(((key.checkpoint, key.window) for key in book.entries), 0)
    counted = Headcount.objects.filter(checkpoint__in={checkpoint for checkpoint, _ in present})
    present |= {(str(row.checkpoint_id), row.window): row.present for row in counted}
    for checkpoint, window in sorted(present, key=lambda each: (rank[each[0]], each[1])):
        keys = Key(checkpoint, window, mine), Key(checkpoint, window, theirs)
        both = Key(checkpoint, window, "")
        alone = [book.fold(key) for key in keys]
        book.entries[both] = {each: entry for key in keys for each, entry in book.entries.get(key, {}).items()}
        yield Place(by_id[checkpoint], window, alone[0], alone[1], book.fold(both), present[checkpoint, window])

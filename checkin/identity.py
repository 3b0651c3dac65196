"""Who is who: rows of the roster that leads said are one person. Read and written with the roster's head locked."""

from collections.abc import Iterable
from functools import cached_property
from uuid import UUID

from checkin.models import Credential, ListRecord, ListVerb, Person
from checkin.rules import Merge, identities, in_force
from eventsync.rows import bulk
from eventsync.rows.lookup import Lookup

_MERGES = Lookup(
    ListRecord, ("person_id", "into_id", "at", "seq", "operation_id"), by="event", where=("verb",)
)  # fmt: skip
_PEOPLE = Lookup(Person, ("id", "event", "merged_into"), by="id")
_CREDENTIALS = Lookup(Credential, ("digest", "person"), by="digest", where=("event",))
_PART = 500


class Identities:
    """The merges of one event, as they are now. One statement where there are none."""

    def __init__(self, event_id: UUID | str) -> None:
        self._event = str(event_id)
        self._merges = [Merge(*row) for row in _MERGES.rows([self._event], ListVerb.MERGE.value)]

    @property
    def none(self) -> bool:
        """Whether nobody was ever said to be somebody else."""
        return not self._merges

    def of(self, person: str) -> str:
        """Who a person is, by their id in whatever row."""
        return self._right.get(person, person)

    def group(self, person: str) -> set[str]:
        """All ids of this person."""
        whole = self.of(person)
        return {whole, *self._others.get(whole, ())}

    def also(self, person: str) -> list[str]:
        """The other ids of this person, in order."""
        return sorted(self.group(person) - {person})

    def in_force(self) -> dict[str, Merge]:
        """The merge that counts of each row that is said to be somebody else."""
        return in_force(self._merges)

    def settle(self) -> set[UUID]:
        """Writes who is merged into whom; answers with everybody whom that concerns."""
        changed = {key: self._right.get(key) for key, into in self._known.items() if into != self._right.get(key)}
        bulk.update(Person, ("merged_into",), [(into, key) for key, into in changed.items()], key=("id",))
        before = {into for key in changed if (into := self._known[key])}
        return {UUID(key) for key in {*changed, *before, *filter(None, changed.values())}}

    @cached_property
    def _known(self) -> dict[str, str | None]:
        """The people of the event whom the merges name, and whom they are stored as merged into."""
        named = {key for merge in self._merges for key in (merge.person, merge.into)}
        return {key: into for key, event, into in _PEOPLE.rows(named) if event == self._event}

    @cached_property
    def _right(self) -> dict[str, str]:
        return identities(self._merges, self._known) if self._merges else {}

    @cached_property
    def _others(self) -> dict[str, list[str]]:
        others: dict[str, list[str]] = {}
        for key, whole in self._right.items():
            others.setdefault(whole, []).append(key)
        return others


def owners(event_id: UUID, digests: Iterable[str]) -> dict[str, str]:
    """The rows of the roster that have these codes."""
    wanted = sorted(set(digests))
    parts = (wanted[start : start + _PART] for start in range(0, len(wanted), _PART))
    return {digest: person for part in parts for digest, person in _CREDENTIALS.rows(part, event_id)}


def groups(identities: Identities, people: Iterable[UUID]) -> set[UUID]:
    """These people with all their ids."""
    return {UUID(key) for person in people for key in identities.group(str(person))}

"""Where somebody may do something. Every page asks here, with one name for each right."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.db.models import Model, Q, QuerySet

from eventsync.access.ranks import Rank
from eventsync.access.rights import granted

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Posting:
    """A rank that somebody has at an event, or at one venue of it."""

    rank: Rank
    event: UUID
    venue: UUID | None = None


Reader = Callable[[Any], Iterable[Posting]]
_readers: list[Reader] = []


def postings(reader: Reader) -> Reader:
    """Registers who knows which postings a user has: the app that has events. Called when the apps get ready."""
    _readers.append(reader)
    return reader


def postings_of(user: Any) -> list[Posting]:
    """Read once for each request, for it has a user object of its own."""
    if not hasattr(user, "_postings"):
        user._postings = [posting for reader in _readers for posting in reader(user)]  # noqa: SLF001
    found: list[Posting] = user._postings  # noqa: SLF001
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongs:
    """Whose a row is: the paths from it to the ids of its event and its venue, as queries write them.

    Without a venue it is the whole event's. Such a row is changed with a role at the event only; who has one at a venue
    sees it all the same, unless it is not `shared`.
    """

    event: str
    venue: str | None = None
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """Events, and single venues by the event that they are in."""

    everywhere: bool = False
    events: frozenset[UUID] = frozenset()
    venues: frozenset[tuple[UUID, UUID]] = frozenset()

    def __or__(self, other: "Scope") -> "Scope":
        return Scope(self.everywhere or other.everywhere, self.events | other.events, self.venues | other.venues)

    def rows(self, belongs: Belongs, *, reading: bool) -> Q:
        """Which rows are in it, when it is not everywhere."""
        found = Q(**{f"{belongs.event}__in": self.events})
        whole = Q(**{f"{belongs.event}__in": {event for event, _ in self.venues}})
        if belongs.venue:
            found |= Q(**{f"{belongs.venue}__in": {venue for _, venue in self.venues}})
            whole &= Q(**{f"{belongs.venue}__isnull": True})
        return found | whole if reading and belongs.shared else found

    def meets(self, belongs: Belongs | None, *, reading: bool) -> bool:
        """Whether any row that belongs like this can be in it."""
        venues = belongs is not None and (belongs.venue or (reading and belongs.shared))
        return self.everywhere or bool(belongs and (self.events or (venues and self.venues)))

    def covers(self, row: object, belongs: Belongs | None, *, reading: bool) -> bool:
        if self.everywhere or belongs is None:
            return self.everywhere
        event, venue = _value(row, belongs.event), belongs.venue and _value(row, belongs.venue)
        if event in self.events:
            return True
        if venue:
            return (event, venue) in self.venues
        return reading and belongs.shared and event in {event for event, _ in self.venues}


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def scope(user: Any, permission: str) -> Scope:
    """Where `user` may do this. A right that Django itself gives to a user or a group holds everywhere."""
    if not user.is_active:
        return Scope()
    if user.is_superuser or permission in ModelBackend().get_all_permissions(user):
        return Scope(everywhere=True)
    least = granted().get(permission)
    mine = [posting for posting in postings_of(user) if least is not None and posting.rank >= least]
    return Scope(
        events=frozenset(posting.event for posting in mine if posting.venue is None),
        venues=frozenset((posting.event, posting.venue) for posting in mine if posting.venue),
    )


def limit(rows: "QuerySet[Row]", user: Any, permission: str, belongs: Belongs | None) -> "QuerySet[Row]":
    """Those of the rows with which `user` may do this."""
    where = scope(user, permission)
    if where.everywhere:
        return rows
    return rows.filter(where.rows(belongs, reading=_reads(permission))) if belongs else rows.none()


def may(user: Any, permission: str, row: object, belongs: Belongs | None) -> bool:
    """`row`: whatever has what `belongs` names."""
    return scope(user, permission).covers(row, belongs, reading=_reads(permission))


def _reads(permission: str) -> bool:
    return permission.partition(".")[2].startswith("view_")

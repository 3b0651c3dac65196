"""The operations of the door, and those that change the list at it (docs/protocol.md, section 8)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from checkin import events, models
from checkin.batch_page import Page
from checkin.guardians import Tries
from checkin.listing_page import ListingPage
from checkin.listing_page import streams_of as listing_streams
from checkin.payloads import (
    HOLDING,
    LISTING,
    Confirmation,
    Hold,
    Merging,
    Passage,
    Refusal,
    Registration,
    Release,
    Trying,
    Voiding,
)
from checkin.records import conflicts_stream, people_streams
from checkin.references import doors, streams_of
from eventsync.sync.registry import Incoming, Kind, Outcome, registry
from eventsync.sync.streams import Changes
from eventsync.sync.wire import is_id

_ELSEWHERE = HOLDING | LISTING  # than at a checkpoint


class Attendance:
    """Applies a batch of the door's operations: a fact is never refused, at most flagged.

    Who is on the list is settled first: an arrival is then of somebody whom the same batch registers.
    """

    def __init__(self, operations: Sequence[Incoming]) -> None:
        payloads = [each.payload for each in operations]
        kinds = {type(said) for said in payloads}
        self._named = {said.checkpoint for said in payloads if type(said) not in _ELSEWHERE}
        self._holding, self._listing = not kinds.isdisjoint(HOLDING), not kinds.isdisjoint(LISTING)
        self._event_id = operations[0].author.event_id
        self._voiding = Voiding in kinds  # whoever voids may end a conflict

    def streams(self) -> set[str]:
        also = people_streams(self._event_id) if self._holding else frozenset()
        also |= {conflicts_stream(self._event_id)} if self._voiding else set()
        return streams_of(self._named) | also | (listing_streams(self._event_id) if self._listing else set())

    def apply(self, fresh: Sequence[Incoming], changes: Changes) -> Sequence[Outcome]:
        if not self._listing:
            return _at_the_door(fresh, self._named, changes)
        listing = [each for each in fresh if type(each.payload) in LISTING]
        rest = [each for each in fresh if type(each.payload) not in LISTING]
        outcomes = ListingPage(listing).apply(changes) if listing else []
        outcomes += _at_the_door(rest, self._named, changes)
        by_id = dict(zip((each.id for each in [*listing, *rest]), outcomes, strict=True))
        return [by_id[each.id] for each in fresh]


def _at_the_door(fresh: Sequence[Incoming], checkpoints: set[str], changes: Changes) -> list[Outcome]:
    if not fresh:
        return []
    page = Page(doors(checkpoints), fresh)
    outcomes = [page.decide(operation) for operation in fresh]
    page.write(changes)
    return outcomes


@registry.affects
def person_named(event_id: UUID, members: dict[str, Any]) -> str:
    """Who a body of any shape is about, by a person's id or a code; empty when nobody on the roster is."""
    payload = members.get("payload")
    said = payload if isinstance(payload, dict) else {}
    people = models.Person.objects.filter(event=event_id)
    key = said.get("person")
    if isinstance(key, str) and is_id(key):
        return str(people.filter(id=key).first() or _new_name(said))
    digest = said.get("credential")
    if not isinstance(digest, str) or "\0" in digest:
        return ""
    return str(people.filter(credentials__digest=digest).first() or "")


def _new_name(said: dict[str, Any]) -> str:
    """What a registration calls somebody who is not on the roster."""
    name = said.get("name")
    return name[:200] if isinstance(name, str) else ""


def _no_override_at_a_kiosk(profile: str, said: Passage) -> bool:
    """Nobody stands at a kiosk who could let somebody in although it warned."""
    return profile != "kiosk" or said.override is None


_LEADING = ("lead", "control")
_DOOR = ("door", *_LEADING)
_SELF = ("kiosk", *_DOOR)
registry.operation(
    Kind(
        "checkin.arrive",
        payload=Passage,
        profiles=_SELF,
        family=Attendance,
        fact=events.PeopleArrived,
        permits=_no_override_at_a_kiosk,
    )
)
# Of one family with what they bear upon: a hold and an arrival of one phone keep their order.
for _name, _payload, _profiles, _fact in (
    ("checkin.leave", Passage, _DOOR, events.PeopleLeft),
    ("checkin.void", Voiding, _DOOR, events.AttendanceVoided),
    ("checkin.refuse", Refusal, _SELF, events.PeopleRefused),
    ("checkin.hold", Hold, _LEADING, events.HoldsPlaced),
    ("checkin.release", Release, _LEADING, events.HoldsReleased),
    ("checkin.register", Registration, _DOOR, events.PeopleRegistered),
    ("checkin.merge", Merging, _LEADING, events.PeopleMerged),
    ("checkin.confirm", Confirmation, _LEADING, events.PeopleConfirmed),
):
    registry.operation(Kind(_name, payload=_payload, profiles=_profiles, family=Attendance, fact=_fact))
registry.operation(
    Kind("checkin.release_try", payload=Trying, profiles=_LEADING, family=Tries, fact=events.ReleaseCodesTried)
)

"""Which row of the draft a file means: of its activities, and of its places."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid5

from eventsync.schedule.models import Activity, Event, Place, Venue
from eventsync.schedule.plan.incoming.items import Incoming
from eventsync.schedule.plan.incoming.values import Wrong, fitting

LONGEST_NAME = 100


def own_id(event: Event, key: UUID) -> UUID:
    """What an activity is called here whose guid somebody else's activity has already."""
    return uuid5(event.pk, str(key))


class Activities:
    """The activities of the draft, by what files know of them."""

    def __init__(self, event: Event, rows: Sequence[Activity]) -> None:
        self._event = event
        self._by_id = {row.pk: row for row in rows}
        self._by_number = {row.number: row for row in rows if row.number}
        self._unnumbered = {_looks(row.title, row.start, row.place.name): row for row in rows if not row.number}

    def find(self, said: Incoming) -> Activity | None:
        if said.id is not None:
            found = self._by_id.get(said.id) or self._by_id.get(own_id(self._event, said.id))
            if found:
                return found
        number = " ".join((said.number or "").split())
        if number and (found := self._by_number.get(number)):
            return found
        if said.id is None and said.title and said.start:
            return self._unnumbered.get(_looks(said.title, said.start, said.place or ""))
        return None


def looks(said: Incoming) -> object:
    """By what two entries of a file, that are both new, are the same activity."""
    number = " ".join((said.number or "").split())
    if said.id is not None or number:
        return said.id or number
    return _looks(said.title or "", said.start, said.place or "") if said.title and said.start else object()


def _looks(title: str, start: datetime | None, place: str) -> tuple[str, str, str]:
    at = start.astimezone(UTC).replace(second=0, microsecond=0).isoformat() if start else ""
    return _folded(title), at, _folded(place)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


@dataclass(slots=True)
class Places:
    """The places of an event, and those that a file adds to them: at `venue`, if it does not say where."""

    event: Event
    venue: Venue | None
    new: list[Place] = field(default_factory=list)
    _by_id: dict[UUID, Place] = field(init=False)
    _by_name: defaultdict[str, list[Place]] = field(init=False)
    _venues: list[Venue] = field(init=False)

    def __post_init__(self) -> None:
        self._venues = list(Venue.objects.filter(event=self.event).order_by("name", "slug"))
        known = Place.objects.filter(venue__event=self.event).select_related("venue").order_by("pk")
        self._by_id = {place.pk: place for place in known}
        self._by_name = defaultdict(list)
        for place in self._by_id.values():
            self._by_name[_folded(place.name)].append(place)

    def find(self, said: Incoming, current: Place | None) -> Place:
        """The place that it means, be it a new one; Wrong when nobody can know."""
        if said.place_id and (known := self._by_id.get(said.place_id)):
            return known
        if not (said.place and said.place.strip()):
            if current is None or said.place is not None:
                raise Wrong("The place is empty.")
            return current
        name = " ".join(said.place.split())
        venue = self._venue(said.venue) if said.venue and said.venue.strip() else None
        return self._one(self._called(name, venue), current) or self._add(name, venue)

    def _called(self, name: str, venue: Venue | None) -> list[Place]:
        there = [place for place in self._by_name[_folded(name)] if venue is None or place.venue_id == venue.pk]
        return [place for place in there if place.name == name] or there

    def _one(self, called: list[Place], current: Place | None) -> Place | None:
        """Where several places have the name: where the activity is already, or at the venue that was chosen."""
        if len(called) <= 1:
            return called[0] if called else None
        if current in called:
            return current
        here = [place for place in called if self.venue and place.venue_id == self.venue.pk]
        if len(here) == 1:
            return here[0]
        at = ", ".join(sorted(place.venue.name for place in called))
        raise Wrong(f"There are several places “{called[0].name}”: say the venue, {at}.")

    def _venue(self, said: str) -> Venue:
        known = [each for each in self._venues if _folded(said) in {_folded(each.name), each.slug.casefold()}]
        if len(known) != 1:
            raise Wrong(f"There is no venue “{said[:100]}”. There is {_listed(self._venues)}.")
        return known[0]

    def _add(self, name: str, venue: Venue | None) -> Place:
        fitting("name of the place", name, LONGEST_NAME)
        at = venue or self.venue or (self._venues[0] if len(self._venues) == 1 else None)
        if at is None:
            raise Wrong(f"There is no place “{name}” yet. Say at which venue it is: {_listed(self._venues)}.")
        place = Place(venue=at, name=name)
        self.new.append(place)
        self._by_name[_folded(name)].append(place)
        return place


def _listed(venues: Iterable[Venue]) -> str:
    return ", ".join(venue.name for venue in venues) or "none yet"

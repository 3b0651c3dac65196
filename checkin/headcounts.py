"""How many people are where, now or as of a time: at each checkpoint, and inside each venue and the event."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import chain
from operator import or_
from typing import NamedTuple, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Prefetch, Q, QuerySet

from checkin.ledger import Counts, identified_among
from checkin.models import AttendanceRecord, Checkpoint, Headcount, Kind, Presence
from checkin.rules import Entry, Policy, Verb, Window, fold, window_at
from eventsync.schedule.models import Event, Venue

Place = tuple[UUID, str]  # a checkpoint and one of its windows
Places = Mapping[Venue, list[tuple[Checkpoint, str]]]


@dataclass(frozen=True, slots=True)
class CheckpointCount:
    """How many are present at a checkpoint, in the window that contains the moment asked for."""

    checkpoint: Checkpoint
    window: str
    counts: Counts


class Inside(NamedTuple):
    """Whom at least one door has in, each person once; and codes that nobody on the roster has."""

    people: int = 0
    unidentified: int = 0


@dataclass(frozen=True, slots=True)
class VenueCount:
    venue: Venue
    inside: Inside
    checkpoints: list[CheckpointCount]


@dataclass(frozen=True, slots=True)
class EventCount:
    inside: Inside
    venues: list[VenueCount]


def moment(text: str, event: Event) -> datetime:
    """A time as a person types it, in the event's zone when it names none; ValueError with a sentence."""
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        said = None
    if said is None or not 1900 <= said.year <= 9000:
        raise ValueError(f"“{text}” is not a time. Write it like 2026-07-04T12:30 or 2026-07-04T12:30+03:00.")
    return said if said.tzinfo else said.replace(tzinfo=ZoneInfo(event.tz))


def headcount_now(event: Event, *, now: datetime, venues: QuerySet[Venue] | None = None) -> EventCount:
    """From what is kept up with the ledger; of these venues, or of all."""
    rows = Headcount.objects.filter(checkpoint__venue__event=event)
    columns = ("checkpoint_id", "window", "present", "unidentified", "voided")
    stored = {(key, window): Counts(*counts) for key, window, *counts in rows.values_list(*columns)}
    places = _places(event, now, venues)
    return _counted(places, stored, _inside_now(places))


def _inside_now(places: Places) -> dict[UUID | None, Inside]:
    """By venue, and of all of them. The database counts: nearly everybody is at some door."""
    windows: dict[str, list[UUID]] = {}
    for door, window in chain.from_iterable(map(_doors, places.values())):
        windows.setdefault(window, []).append(door)
    at = (Q(window=window, checkpoint__in=found) for window, found in windows.items())
    rows = Presence.objects.filter(reduce(or_, at, Q(pk=None)), state="present").order_by()
    people = Count("subject", distinct=True)
    found = list(rows.values_list("checkpoint__venue", "identified").annotate(people))
    whole = [(None, *each) for each in rows.values_list("identified").annotate(people)]
    counts = {(venue, known): count for venue, known, count in [*found, *whole]}
    return {key: Inside(counts.get((key, True), 0), counts.get((key, False), 0)) for key in {key for key, _ in counts}}


def headcount_as_of(event: Event, *, at: datetime, venues: QuerySet[Venue] | None = None) -> EventCount:
    """From the ledger: arrivals and leaves up to `at`. A void known today holds: a voided arrival never happened."""
    places = _places(event, at, venues)
    wanted = {(door.id, window): cast(Policy, door.policy) for doors in places.values() for door, window in doors}
    entries, voided = _entries(event, wanted, at)
    counts = {place: Counts() for place in wanted}
    present: dict[Place, list[str]] = {}
    for (place, subject), passages in entries.items():
        counts[place].voided += sum(each.verb == "arrive" and each.id in voided for each in passages)
        presence = fold(policy=wanted[place], entries=passages, voided=voided)
        if presence and presence.state == "present":
            present.setdefault(place, []).append(subject)
    identified = identified_among(event.id, {subject for subjects in present.values() for subject in subjects})
    for place, subjects in present.items():
        counts[place].present = sum(subject in identified for subject in subjects)
        counts[place].unidentified = len(subjects) - counts[place].present
    return _counted(places, counts, _inside(places, present, identified))


def _inside(
    places: Places, present: Mapping[Place, list[str]], identified: Collection[str]
) -> dict[UUID | None, Inside]:
    subjects: dict[UUID | None, set[str]] = {
        venue.pk: {subject for door in _doors(found) for subject in present.get(door, [])}
        for venue, found in places.items()
    }
    subjects[None] = set().union(*subjects.values())
    people = {key: sum(subject in identified for subject in found) for key, found in subjects.items()}
    return {key: Inside(people[key], len(found) - people[key]) for key, found in subjects.items()}


def _doors(checkpoints: Iterable[tuple[Checkpoint, str]]) -> list[Place]:
    """Other checkpoints say who ate or sleeps there, not who is in."""
    return [(each.id, window) for each, window in checkpoints if each.kind == Kind.DOOR]


def _places(event: Event, at: datetime, venues: QuerySet[Venue] | None) -> Places:
    """Every checkpoint by venue, with the window that contains `at`."""
    doors = Checkpoint.objects.select_related("venue__event").prefetch_related("windows").order_by("name")
    found = (event.venues.all() if venues is None else venues).prefetch_related(Prefetch("checkpoints", doors))
    return {venue: [(door, _window(door, at)) for door in venue.checkpoints.all()] for venue in found}


def _window(door: Checkpoint, at: datetime) -> str:
    windows = [Window(row.name, row.start, row.end) for row in door.windows.all()]
    return window_at(policy=cast(Policy, door.policy), tz=door.zone, windows=windows, at=at)


def _entries(
    event: Event, places: Iterable[Place], at: datetime
) -> tuple[dict[tuple[Place, str], list[Entry]], set[str]]:
    wanted = set(places)
    rows = AttendanceRecord.objects.filter(event=event, at__lte=at, verb__in=["arrive", "leave"]).order_by()
    rows = rows.filter(window__in={window for _, window in wanted})
    entries: dict[tuple[Place, str], list[Entry]] = {}
    voided = set()
    columns = ("checkpoint_id", "window", "subject", "operation_id", "verb", "at", "seq", "by", "voided")
    for checkpoint, window, subject, key, verb, when, seq, by, undone in rows.values_list(*columns):
        if (checkpoint, window) in wanted:
            entry = Entry(cast(Verb, verb), when, seq, str(key), by)
            entries.setdefault(((checkpoint, window), subject), []).append(entry)
            if undone:
                voided.add(entry.id)
    return entries, voided


def _counted(places: Places, counts: Mapping[Place, Counts], inside: Mapping[UUID | None, Inside]) -> EventCount:
    venues = [
        VenueCount(
            venue,
            inside.get(venue.pk, Inside()),
            [CheckpointCount(each, window, counts.get((each.id, window), Counts())) for each, window in found],
        )
        for venue, found in places.items()
    ]
    return EventCount(inside.get(None, Inside()), venues)

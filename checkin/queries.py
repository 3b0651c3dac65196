"""Reads that pages, commands and exports share: headcounts, and the ledger with names."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet

from checkin.ledger import Counts, identified_among
from checkin.models import AttendanceRecord, Checkpoint, Headcount, Person
from checkin.rules import Entry, Policy, Verb, Window, fold, window_at
from eventsync.schedule.models import Event, Venue
from eventsync.sync.models import Operation

PAGE = 1_000

Place = tuple[UUID, str]  # a checkpoint and one of its windows


@dataclass(frozen=True, slots=True)
class CheckpointCount:
    """How many are present at a checkpoint, in the window that contains the moment asked for."""

    checkpoint: Checkpoint
    window: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class VenueCount:
    venue: Venue
    checkpoints: list[CheckpointCount]


def moment(text: str, event: Event) -> datetime:
    """A time as a person types it, in the event's zone when it names none; ValueError with a sentence."""
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        said = None
    if said is None or not 1900 <= said.year <= 9000:
        raise ValueError(f"“{text}” is not a time. Write it like 2026-07-04T12:30 or 2026-07-04T12:30+03:00.")
    return said if said.tzinfo else said.replace(tzinfo=ZoneInfo(event.tz))


def headcount_now(event: Event, *, now: datetime) -> list[VenueCount]:
    """From the headcounts that are kept up with the ledger."""
    rows = Headcount.objects.filter(checkpoint__venue__event=event)
    columns = ("checkpoint_id", "window", "present", "unidentified", "voided")
    stored = {(key, window): Counts(*counts) for key, window, *counts in rows.values_list(*columns)}
    return _by_venue(_places(event, now), stored)


def headcount_as_of(event: Event, *, at: datetime) -> list[VenueCount]:
    """From the ledger: arrivals and leaves up to `at`. A void known today holds: a voided arrival never happened."""
    places = _places(event, at)
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
    return _by_venue(places, counts)


def _places(event: Event, at: datetime) -> dict[Venue, list[tuple[Checkpoint, str]]]:
    """Every checkpoint by venue, with the window that contains `at`."""
    doors = Checkpoint.objects.select_related("venue__event").prefetch_related("windows").order_by("name")
    venues = event.venues.prefetch_related(Prefetch("checkpoints", doors))
    return {venue: [(door, _window(door, at)) for door in venue.checkpoints.all()] for venue in venues}


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


def _by_venue(places: dict[Venue, list[tuple[Checkpoint, str]]], counts: dict[Place, Counts]) -> list[VenueCount]:
    return [
        VenueCount(
            venue, [CheckpointCount(door, window, counts.get((door.id, window), Counts())) for door, window in doors]
        )
        for venue, doors in places.items()
    ]


class Who(NamedTuple):
    """Whom a record counts for now."""

    name: str
    number: str = ""
    delegation: str = ""
    role: str = ""
    person: UUID | None = None


UNKNOWN_CODE = Who("Unknown code")
UNKNOWN_PERSON = Who("Unknown person")
ERASED = Who("Erased person")
NOT_THERE_YET = Who("Not here yet")  # a void that came before what it voids


def people_of(records: Sequence[AttendanceRecord]) -> dict[UUID, Who]:
    """Whom each record is about, by operation id; of a void, whom the voided record is about."""
    targets = [record.refers_to for record in records if record.refers_to]
    found = AttendanceRecord.objects.filter(operation_id__in=targets) if targets else AttendanceRecord.objects.none()
    voided = dict(found.values_list("operation_id", "subject"))
    subjects = {
        each.operation_id: each.subject or (voided.get(each.refers_to, "") if each.refers_to else "")
        for each in records
    }
    keys = {UUID(subject[1:]) for subject in subjects.values() if subject.startswith("p")}
    columns = ("name", "external_id", "delegation", "role", "id")
    rows = Person.objects.filter(id__in=keys).values_list("erased_at", *columns)
    known = {row[-1]: ERASED._replace(person=row[-1]) if gone else Who(*row) for gone, *row in rows}
    return {key: _who(subject, known) for key, subject in subjects.items()}


def _who(subject: str, known: dict[UUID, Who]) -> Who:
    match subject[:1]:
        case "p":
            return known.get(UUID(subject[1:]), UNKNOWN_PERSON)
        case "c":
            return UNKNOWN_CODE
        case _:
            return NOT_THERE_YET


def by_whom(by: str, phone: str) -> str:
    """Who recorded something, and on which phone; nothing twice. What was recorded by nobody has the phone in `by`."""
    return f"{by} ({phone})" if phone and phone not in by else by


def flags_of(records: Sequence[AttendanceRecord]) -> dict[UUID, list[str]]:
    """All flags of each record: what check-in remarked, then what the engine did (clock, revoked phone)."""
    flags = {record.operation_id: record.flags.split() for record in records}
    for key, said in Operation.objects.filter(id__in=list(flags)).values_list("id", "flags"):
        flags[key] += [flag for flag in json.loads(said) if flag not in flags[key]]
    return flags


Told = tuple[AttendanceRecord, Who, list[str]]


def ledger(event: Event, checkpoint: Checkpoint | None = None, venues: QuerySet[Venue] | None = None) -> Iterator[Told]:
    """The whole ledger in order of time, with names and flags, a page in memory at a time; or only of these venues."""
    rows: QuerySet[AttendanceRecord] = AttendanceRecord.objects.filter(event=event)
    if checkpoint:
        rows = rows.filter(checkpoint=checkpoint)
    if venues is not None:
        rows = rows.filter(checkpoint__venue__in=venues)
    rows = rows.select_related("checkpoint__venue", "device").order_by("at", "operation_id")
    page = list(rows[:PAGE])
    while page:
        people, flags = people_of(page), flags_of(page)
        yield from ((each, people[each.operation_id], flags[each.operation_id]) for each in page)
        last = page[-1]
        page = list(rows.filter(Q(at__gt=last.at) | Q(at=last.at, operation_id__gt=last.operation_id))[:PAGE])

"""Reads that pages, commands and exports share: the ledger with names."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from checkin.models import AttendanceRecord, Checkpoint, Person
from eventsync.schedule.models import Event, Venue
from eventsync.sync.models import Operation

PAGE = 1_000


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

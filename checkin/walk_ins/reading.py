"""Who was registered at a door: when, where, by whom, with what, and who on the list they may be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from checkin.ledger import person_subject, records_about
from checkin.models import Credential, ListRecord, ListVerb, Person
from checkin.rules import search_key
from checkin.walk_ins.rules import LikelyPeople, Named
from eventsync.schedule.models import Event

LIKELY = 5


@dataclass(frozen=True, slots=True)
class Likely:
    """Somebody on the list who may be the same person; `points` as in `rules`."""

    person: Person
    points: int


@dataclass(slots=True)
class WalkIn:
    """A row of the list that a phone made at a door, or that was merged into another.

    `at`, `by`, `phone`: of the first registration; None and empty for who was on the list from the start. `doors`:
    where they were let in, the first first. `likely`: only while nobody has dealt with them.
    """

    person: Person
    at: datetime | None = None
    by: str = ""
    phone: str = ""
    doors: list[str] = field(default_factory=list)
    bands: list[str] = field(default_factory=list)
    likely: list[Likely] = field(default_factory=list)


def waiting(event_id: UUID) -> QuerySet[Person]:
    """Those whom nobody has dealt with, the newest first."""
    return _newest_first(Person.objects.filter(event=event_id, walk_in=True, merged_into=None, erased_at=None))


def dealt_with(event_id: UUID) -> QuerySet[Person]:
    """Who was registered and confirmed, and whoever was merged, the newest first."""
    registered = ListRecord.objects.filter(event=event_id, verb=ListVerb.REGISTER).order_by().values("person_id")
    merged, kept = Q(merged_into__isnull=False), Q(id__in=registered, walk_in=False)
    return _newest_first(Person.objects.filter(merged | kept, event=event_id, erased_at=None))


def told(event: Event, people: Iterable[Person], *, with_likely: bool) -> list[WalkIn]:
    """These rows with all that is known of them, at the same cost for one as for many."""
    rows = {person.id: WalkIn(person) for person in people}
    records = ListRecord.objects.filter(person_id__in=rows, verb=ListVerb.REGISTER).select_related("device")
    for record in records.order_by("-at", "-seq", "-operation_id"):
        row = rows[record.person_id]
        row.at, row.by, row.phone = record.at, record.by, str(record.device or "")
    owners = _bands(rows)
    _doors(event, rows, owners)
    if with_likely and rows:
        _likely(event, rows)
    return list(rows.values())


def likely_for(event: Event, person: Person) -> list[Likely]:
    row = {person.id: WalkIn(person)}
    _likely(event, row)
    return row[person.id].likely


def _newest_first(people: QuerySet[Person]) -> QuerySet[Person]:
    said = ListRecord.objects.filter(person_id=OuterRef("id"), verb=ListVerb.REGISTER)
    first = Subquery(said.order_by("at", "seq", "operation_id").values("at")[:1])
    return people.annotate(first=first).select_related("merged_into").order_by("-first", "search", "id")


def _bands(rows: dict[UUID, WalkIn]) -> dict[str, UUID]:
    """Adds the codes; answers with whose each digest is."""
    carried = list(Credential.objects.filter(person__in=list(rows)))
    for each in carried:
        rows[each.person_id].bands.append(str(each))
    return {each.digest: each.person_id for each in carried}


def _doors(event: Event, rows: dict[UUID, WalkIn], owners: dict[str, UUID]) -> None:
    subjects = {person_subject(row.person.merged_into_id or key) for key, row in rows.items()}
    arrivals = records_about(sorted(subjects), event_id=event.id).filter(verb="arrive", voided=False)
    for each in arrivals.select_related("checkpoint__venue").order_by("at", "seq", "operation_id"):
        row = rows.get(each.person_id or owners.get(each.credential) or event.id)
        if row and str(each.checkpoint) not in row.doors:
            row.doors.append(str(each.checkpoint))


def _likely(event: Event, rows: dict[UUID, WalkIn]) -> None:
    everybody = Person.objects.filter(event=event, merged_into=None, erased_at=None).order_by()
    listed = list(everybody.values_list("id", "search", "delegation"))
    groups = {delegation: search_key(delegation) for delegation in {delegation for *_, delegation in listed}}
    people = LikelyPeople(Named(str(key), search, groups[delegation]) for key, search, delegation in listed)
    found = {key: people.like(_named(row.person), LIKELY) for key, row in rows.items()}
    named = Person.objects.in_bulk({each.id for alike in found.values() for each in alike})
    for key, alike in found.items():
        rows[key].likely = [Likely(named[UUID(each.id)], each.points) for each in alike if UUID(each.id) in named]


def _named(person: Person) -> Named:
    return Named(str(person.id), person.search, search_key(person.delegation))

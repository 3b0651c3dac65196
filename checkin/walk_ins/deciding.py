"""What an organiser says of people on the list: facts like a lead's, without a phone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from checkin import roster
from checkin.models import ListRecord, ListVerb, Person
from checkin.walk_ins.preview import preview

Answer = Literal["done", "changed", "too late"]
"""To a merge: it is done; merging would change something else by now; they are one, or somebody else, already."""


def merge(*, person: Person, into: Person, seen: str, by: str, now: datetime) -> Answer:
    """`person` is `into`. `seen`: the token of the preview that whoever decides has looked at."""
    with roster.changing(person.event_id) as change:
        people = Person.objects.filter(erased_at=None).in_bulk([person.id, into.id])
        sight = preview(people[person.id], people[into.id]) if len(people) == 2 else None
        if sight is None:
            return "too late"
        if sight.token != seen:
            return "changed"
        _record(person, ListVerb.MERGE, into=into.id, by=by, now=now)
        change.people |= {person.id, into.id}
    return "done"


def part(*, person: Person, by: str, now: datetime) -> bool:
    """Takes a merge back: they are somebody of their own again. False when they are already."""
    with roster.changing(person.event_id) as change:
        found = Person.objects.filter(id=person.id, merged_into__isnull=False).first()
        if found is None or found.merged_into_id is None:
            return False
        _record(person, ListVerb.MERGE, into=person.id, by=by, now=now)
        change.people |= {person.id, found.merged_into_id}
    return True


def confirm(*, event_id: UUID, people: Iterable[UUID], by: str, now: datetime) -> list[Person]:
    """They are right as they were registered. Answers with those whom nobody had confirmed before."""
    with roster.changing(event_id) as change:
        waiting = Person.objects.filter(event=event_id, id__in=list(people), walk_in=True, erased_at=None)
        found = list(waiting.order_by("search", "id"))
        for person in found:
            _record(person, ListVerb.CONFIRM, into=None, by=by, now=now)
        Person.objects.filter(id__in=[person.id for person in found]).update(walk_in=False)
        change.people |= {person.id for person in found}
    return found


def _record(person: Person, verb: ListVerb, *, into: UUID | None, by: str, now: datetime) -> None:
    ListRecord.objects.create(
        operation_id=uuid4(), event_id=person.event_id, verb=verb, person_id=person.id, into_id=into, at=now, seq=0,
        by=by, received_at=now,
    )  # fmt: skip

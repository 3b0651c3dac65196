"""Erasing one person: what every app holds of them, in one transaction; phones hear that they are gone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils import timezone

from checkin import roster
from checkin.events import PeopleErased
from checkin.models import ConflictAct, Person
from checkin.privacy.finding import whom_of
from eventsync.jobs.publishing import publish
from eventsync.privacy.registry import Searched, Whom, holdings


@dataclass(frozen=True, slots=True)
class Part:
    """What one holding has of somebody, for whoever decides: how many rows, what goes of them, and what stays."""

    count: int
    goes: str
    stays: str


def preview(person: Person) -> Sequence[Part]:
    """What an erasure would touch now."""
    whom = whom_of(person)
    found = [Part(holding.count(whom), holding.goes, holding.stays) for holding in holdings()]
    return [part for part in found if part.count]


def erase(person: Person) -> bool:
    """Erases a person in all their rows; False when that was done before."""
    before = search(person)
    with roster.changing(person.event_id) as change:
        if not Person.objects.filter(pk=person.pk, erased_at=None).exists():
            return False
        clear(_searched(whom_of(person), before), change)
    return True


def search(person: Person) -> Whom:
    """Long tables are looked through before anything is locked: phones would wait for it."""
    at, whom = timezone.now(), whom_of(person)
    found = {holding.name: holding.search(whom) for holding in holdings() if holding.search}
    return replace(whom, searched=Searched(at, found))


def _searched(whom: Whom, before: Whom) -> Whom:
    """Who it is under the locks. What was found holds, unless other words are to be found by now."""
    same = (whom.marks, whom.words.shapes) == (before.marks, before.words.shapes)
    return replace(whom, searched=before.searched) if same else whom


def clear(whom: Whom, change: roster.RosterChange) -> None:
    """Presence, streams and conflicts follow at the end of the caller's `roster.changing`; others are told in it."""
    noted = _notes(whom)
    for holding in holdings():
        holding.erase(whom)
    ids, operations = tuple(sorted(whom.ids)), tuple(sorted(whom.operations))
    publish(PeopleErased(event=whom.event, people=ids, operations=operations))
    change.people |= whom.ids
    change.guardians |= whom.ids
    change.conflicts |= {conflict for _, conflict, _ in noted - _notes(whom)}


def _notes(whom: Whom) -> set[tuple[UUID, UUID, str]]:
    """What leads wrote at the event, by act and conflict; the bodies of conflicts, which leads read, have it."""
    acts = ConflictAct.objects.filter(event=whom.event).exclude(note="")
    return set(acts.values_list("pk", "conflict_id", "note"))

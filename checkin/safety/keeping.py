"""The confirmed texts: read with an audit, changed with the expected version or not at all, erased with the person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from checkin.identity import Identities
from checkin.models import Person, ProposalState, SafetyAct, SafetyEntry, SafetyKind, SafetyProposal
from checkin.safety.auditing import note
from eventsync.jobs.approvals import deciding
from eventsync.jobs.models import Approval
from eventsync.jobs.rules import SERVER, Somebody

APPROVAL = "checkin.safety"  # the kind of approvals that are about proposals


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing was changed: the confirmed version is another than whoever changes it knew."""

    confirmed: SafetyEntry


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a person: what is confirmed of each kind, and what waits beside it."""

    person: Person
    entries: Sequence[SafetyEntry]
    proposals: Sequence[SafetyProposal]


@transaction.atomic
def read(person: Person, *, by: Somebody, now: datetime) -> list[Row]:
    """All that is kept of a person in whatever row, the given one first. Who reads it is noted before it is told."""
    note(SafetyAct.READ, person, by=by, now=now)
    keys = Identities(person.event_id).group(str(person.pk))
    rows = sorted(Person.objects.filter(pk__in=keys), key=lambda row: (row.pk != person.pk, row.search))
    return [_row(each) for each in rows]


def _row(person: Person) -> Row:
    kept = {entry.kind: entry for entry in SafetyEntry.objects.filter(person=person)}
    entries = [kept.get(kind) or SafetyEntry(person=person, kind=kind) for kind in SafetyKind.values]
    waiting = SafetyProposal.objects.filter(person=person, state=ProposalState.WAITING)
    return Row(person, entries, list(waiting))


def locked(person: Person, kind: str) -> SafetyEntry:
    """The entry, to be decided about to the end of the transaction."""
    SafetyEntry.objects.get_or_create(person=person, kind=kind)
    return SafetyEntry.objects.select_for_update().get(person=person, kind=kind)


def write(entry: SafetyEntry, text: str, *, by: Somebody, act: SafetyAct, now: datetime) -> None:
    """Confirms a text in the place of the one in the locked `entry`. What waits beside it waits anew, beside this."""
    entry.text, entry.version = text, entry.version + 1
    entry.changed_at, entry.changed_by = now, by.name[:200]
    entry.save(update_fields=["text", "version", "changed_at", "changed_by"])
    note(act, entry.person, kind=entry.kind, version=entry.version, by=by, now=now)
    beside = SafetyProposal.objects.filter(person=entry.person_id, kind=entry.kind, state=ProposalState.WAITING)
    about = Approval.objects.filter(kind=APPROVAL, subject__in=beside.values("id"), state="requested").order_by("pk")
    for key in list(about.values_list("pk", flat=True)):
        deciding.look_again(key, now=now)


def erase(people: Iterable[UUID], *, now: datetime) -> None:
    """Removes all texts of these people, confirmed and proposed. That somebody read or changed them stays noted.

    Called when people leave the roster; whatever else ends the keeping of their data calls it, too.
    """
    wanted = list(people)
    entries = SafetyEntry.objects.filter(person__in=wanted).order_by("pk")
    about = {entry.person_id for entry in entries.select_for_update()}
    proposals = SafetyProposal.objects.filter(person__in=wanted)
    about |= set(proposals.values_list("person_id", flat=True))
    for key in list(proposals.values_list("pk", flat=True)):
        deciding.end_for(APPROVAL, key)
    for person in Person.objects.filter(pk__in=about):
        note(SafetyAct.ERASED, person, by=SERVER, now=now)
    proposals.delete()
    entries.delete()

"""What check-in holds of people, registered: how it is told, and what an erasure leaves of it."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from checkin import flags, models
from checkin.conflicts.settling import settle_again
from checkin.ledger import records_about
from checkin.privacy import codes, finding, imports
from checkin.records import conflicts_stream
from checkin.safety import keeping
from eventsync.privacy.registry import Holding, Whom, hold, nobodys
from eventsync.privacy.words import take_out
from eventsync.sync.streams import lock

_NO_TEXTS = dict.fromkeys(("name", "given", "search", "delegation", "role", "family", "hold_desk"), "")


def _people(whom: Whom) -> "list[QuerySet[models.Person]]":
    return [models.Person.objects.filter(pk__in=whom.ids, erased_at=None)]


def _erase_people(whom: Whom) -> None:
    """The number in the place of the organisers' own is the bare id itself."""
    [rows] = _people(whom)
    for key in rows.values_list("pk", flat=True):
        rest = {"external_id": str(key), "standing": models.Standing.EXPECTED, "erased_at": timezone.now()}
        models.Person.objects.filter(pk=key).update(**_NO_TEXTS, **rest)


def _codes(whom: Whom) -> "list[QuerySet[models.Credential]]":
    return [models.Credential.objects.filter(person__in=whom.ids)]


def _sweep_codes(event: UUID) -> None:
    models.ErasedCode.objects.filter(event=event).delete()


def _attendance(whom: Whom) -> "list[QuerySet[models.AttendanceRecord]]":
    passages = records_about(finding.subjects_of(whom.ids), event_id=whom.event)
    voids = Q(verb=models.Verb.VOID, operation_id__in=whom.operations)
    return [passages, models.AttendanceRecord.objects.filter(voids)]


def _erase_attendance(whom: Whom) -> None:
    """The reason of a refusal stays where it is one of our own words."""
    for rows in _attendance(whom):
        _clear_texts(rows)
    take_out(whom.words, models.AttendanceRecord.objects.filter(event=whom.event), "reason", "note")


def _sweep_attendance(event: UUID) -> None:
    _clear_texts(models.AttendanceRecord.objects.filter(event=event))


def _clear_texts(rows: "QuerySet[models.AttendanceRecord]") -> None:
    rows.exclude(note="").update(note="")
    rows.exclude(reason="").exclude(verb=models.Verb.REFUSE, reason__in=flags.REFUSALS).update(reason="")


def _holds(whom: Whom) -> "list[QuerySet[models.HoldRecord]]":
    return [models.HoldRecord.objects.filter(person_id__in=whom.ids)]


def _erase_holds(whom: Whom) -> None:
    for rows in _holds(whom):
        rows.update(desk="", reason="")
    take_out(whom.words, models.HoldRecord.objects.filter(event=whom.event), "reason")


def _listing(whom: Whom) -> "list[QuerySet[models.ListRecord]]":
    return [finding.list_records(whom.ids)]


def _erase_listing(whom: Whom) -> None:
    for rows in _listing(whom):
        rows.update(reason="")
    own = models.ListRecord.objects.filter(person_id__in=whom.ids)
    own.update(name="", delegation="", role="", credential="", code="")
    take_out(whom.words, models.ListRecord.objects.filter(event=whom.event), "reason")


def _release(whom: Whom) -> "list[QuerySet[models.Guardian] | QuerySet[models.ReleaseTry]]":
    return [
        models.Guardian.objects.filter(person__in=whom.ids),
        models.ReleaseTry.objects.filter(person_id__in=whom.ids),
    ]


def _erase_release(whom: Whom) -> None:
    models.Guardian.objects.filter(person__in=whom.ids).delete()


def _safety(whom: Whom) -> "list[QuerySet[models.SafetyEntry] | QuerySet[models.SafetyProposal]]":
    return [
        models.SafetyEntry.objects.filter(person__in=whom.ids),
        models.SafetyProposal.objects.filter(person__in=whom.ids),
    ]


def _erase_safety(whom: Whom) -> None:
    keeping.erase(whom.ids, now=timezone.now())


def _looks(whom: Whom) -> "list[QuerySet[models.SafetyAccess]]":
    return [models.SafetyAccess.objects.filter(person_id__in=whom.ids)]


def _stays(whom: Whom) -> None:
    """All of it."""


def _conflicts(whom: Whom) -> "list[QuerySet[models.Conflict] | QuerySet[models.ConflictAct]]":
    acts = models.ConflictAct.objects.filter(operation_id__in=whom.operations)
    return [finding.conflicts(whom.event, whom.ids), acts]


def _erase_conflicts(whom: Whom) -> None:
    """What is made of the notes is made anew when the caller settles these people."""
    models.ConflictAct.objects.filter(operation_id__in=whom.operations).exclude(note="").update(note="")
    take_out(whom.words, models.ConflictAct.objects.filter(event=whom.event), "note")


def _sweep_conflicts(event: UUID) -> None:
    """The bodies of conflicts, which leads read, have the notes in them."""
    noted = models.ConflictAct.objects.filter(event=event).exclude(note="")
    with transaction.atomic():
        changes = lock([conflicts_stream(event)])
        about = list(noted.values_list("conflict_id", flat=True))
        noted.update(note="")
        settle_again(event, about, changes)
        changes.write()


for _holding in (
    Holding(
        name="person",
        tables=(models.Person,),
        goes="Names, number, delegation, role, family and standing.",
        stays="A bare id, so that whoever was here is still counted.",
        rows=_people,
        erase=_erase_people,
    ),
    Holding(
        name="attendance",
        tables=(models.AttendanceRecord,),
        goes="Reasons and notes that were typed.",
        stays="When and where they came and went, by the bare id: the headcount stays as it is.",
        rows=_attendance,
        erase=_erase_attendance,
        sweep=_sweep_attendance,
    ),
    Holding(
        name="codes",
        tables=(models.Credential, models.ErasedCode),
        goes="Codes of wristbands and tickets, and their digests.",
        stays="A keyed hash, by which a scan that a phone has not sent yet is counted for the bare id.",
        rows=_codes,
        erase=codes.erase,
        sweep=_sweep_codes,
    ),
    Holding(
        name="holds",
        tables=(models.HoldRecord,),
        goes="To which desk they were sent, and why.",
        stays="That somebody said something of the kind, and when.",
        rows=_holds,
        erase=_erase_holds,
    ),
    Holding(
        name="list",
        tables=(models.ListRecord,),
        goes="What was typed when they were registered at a door, and reasons of merging.",
        stays="Which bare ids are one person.",
        rows=_listing,
        erase=_erase_listing,
    ),
    Holding(
        name="release",
        tables=(models.Guardian, models.ReleaseTry),
        goes="The release code.",
        stays="When somebody said one, and whether it was right.",
        rows=_release,
        erase=_erase_release,
        hidden=frozenset(["salt", "iterations", "hash"]),
    ),
    Holding(
        name="safety",
        tables=(models.SafetyEntry, models.SafetyProposal),
        goes="Dietary needs, medication and emergency contacts, also those that were only proposed.",
        stays="Nothing.",
        rows=_safety,
        erase=_erase_safety,
    ),
    Holding(
        name="looks",
        tables=(models.SafetyAccess,),
        goes="Nothing.",
        stays="Who looked at their safety data or changed it, and when.",
        rows=_looks,
        erase=_stays,
    ),
    Holding(
        name="conflicts",
        tables=(models.Conflict, models.ConflictAct),
        goes="Notes of leads about contradictions.",
        stays="That there was one, between which records, and who settled it.",
        rows=_conflicts,
        erase=_erase_conflicts,
        sweep=_sweep_conflicts,
    ),
    Holding(
        name="imports",
        tables=(models.RosterImport,),
        goes="Their names and codes in what is told of imported files.",
        stays="The counts of each import.",
        rows=imports.rows,
        erase=imports.erase,
        sweep=imports.sweep,
    ),
):
    hold(_holding)
nobodys("checkin.Presence", "checkin.Headcount", why="Folded from the ledger: bare ids and numbers.")
nobodys("checkin.Checkpoint", "checkin.CheckpointWindow", why="Places and times.")

"""Who somebody is in all their rows, what was recorded of them, and by what texts they are found elsewhere."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from uuid import UUID

from django.db.models import Q, QuerySet

from checkin import models
from checkin.identity import Identities, groups
from checkin.ledger import person_subject, records_about
from checkin.rules import printed_code
from eventsync.privacy.registry import Whom
from eventsync.privacy.words import Words

_SHORTEST_NUMBER = 6  # a shorter one may stand anywhere and mean something else


def whom_of(person: models.Person) -> Whom:
    """One person with all that can be found of them, also in what is about others."""
    whom = part_of(person.event_id, [person.pk])
    rows = models.Person.objects.filter(pk__in=whom.ids, erased_at=None)
    codes = _codes(whom.ids)
    numbers = {row.external_id for row in rows if len(row.external_id) >= _SHORTEST_NUMBER}
    words = Words({*_names(rows, whom.ids), *codes, *numbers})
    return replace(whom, marks=tuple(sorted({*map(str, whom.ids), *codes})), words=words)


def part_of(event_id: UUID, people: Iterable[UUID]) -> Whom:
    """These people, and whom they are in other rows, with what was recorded of them."""
    ids = frozenset(groups(Identities(event_id), people))
    return Whom(event=event_id, ids=ids, operations=frozenset(_recorded(event_id, ids)))


def _codes(ids: Collection[UUID]) -> set[str]:
    """Codes as they are and as they are printed, and their digests."""
    held = models.Credential.objects.filter(person__in=ids).values_list("code", "digest")
    said = models.ListRecord.objects.filter(person_id__in=ids).values_list("code", "credential")
    found = {text for pair in (*held, *said) for text in pair if text}
    return found | {printed_code(text) for text in found}


def _names(rows: Iterable[models.Person], ids: Collection[UUID]) -> Iterator[str]:
    """Names of several words, which nobody else has: those tell who is meant wherever they stand."""
    for row in rows:
        others = models.Person.objects.filter(search=row.search, erased_at=None).exclude(pk__in=ids)
        if " " in row.search and not others.exists():
            yield from (row.name, str(row))
    said = models.ListRecord.objects.filter(person_id__in=ids).exclude(name="").values_list("name", flat=True)
    yield from (name for name in set(said) - {row.name for row in rows} if " " in name)


def _recorded(event_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """The ids of all operations that are about these people."""
    passages = set(records_about(subjects_of(ids), event_id=event_id).values_list("operation_id", flat=True))
    voids = models.AttendanceRecord.objects.filter(refers_to__in=passages)
    found = passages | set(voids.values_list("operation_id", flat=True))
    for table in (models.HoldRecord, models.ReleaseTry):
        found |= set(table.objects.filter(person_id__in=ids).values_list("operation_id", flat=True))
    found |= set(list_records(ids).values_list("operation_id", flat=True))
    found |= set(models.SafetyProposal.objects.filter(person__in=ids).values_list("pk", flat=True))
    return found | set(_acts(event_id, ids, passages))


def list_records(ids: Collection[UUID]) -> "QuerySet[models.ListRecord]":
    return models.ListRecord.objects.filter(Q(person_id__in=ids) | Q(into_id__in=ids))


def conflicts(event_id: UUID, ids: Collection[UUID]) -> "QuerySet[models.Conflict]":
    """Contradictions about these people, or a place that one of them has."""
    about = Q(subject__in=subjects_of(ids))
    slots = models.Conflict.objects.filter(event=event_id, subject="").values_list("pk", "body")
    named = [key for key, body in slots if any(str(each) in body for each in ids)]
    return models.Conflict.objects.filter(about | Q(pk__in=named), event=event_id)


def _acts(event_id: UUID, ids: Collection[UUID], passages: Collection[UUID]) -> Iterator[UUID]:
    """What leads did about such contradictions, also those that are over: the acts say which records they saw."""
    about, mine = set(conflicts(event_id, ids).values_list("pk", flat=True)), set(map(str, passages))
    acts = models.ConflictAct.objects.filter(event=event_id).order_by()
    for key, conflict, seen in acts.values_list("operation_id", "conflict_id", "seen"):
        if conflict in about or not mine.isdisjoint((seen or "").split()):
            yield key


def subjects_of(ids: Iterable[UUID]) -> list[str]:
    return sorted(map(person_subject, ids))

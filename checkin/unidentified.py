"""Codes that were let in and that nobody on the roster has: which, where, and whose somebody says they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min

from checkin import roster
from checkin.ledger import credential_subject, person_subject, records_about
from checkin.models import Credential, Person, Presence
from eventsync.schedule.models import Event

MOST = 200  # codes that are listed; attaching some brings up the next


@dataclass(frozen=True, slots=True)
class Unidentified:
    """One such code, over all checkpoints of the event."""

    digest: str
    records: int
    first: datetime
    last: datetime
    places: Sequence[str]
    phones: Sequence[str]


def unidentified(event: Event) -> list[Unidentified]:
    """The codes that are present somewhere, the newest first."""
    here = Presence.objects.filter(checkpoint__venue__event=event, identified=False, subject__startswith="c")
    subjects = sorted(set(here.order_by("-since").values_list("subject", flat=True)[:MOST]))
    rows = records_about(subjects, event_id=event.id)
    counted = rows.values("subject").annotate(records=Count("pk"), first=Min("at"), last=Max("at"))
    where: dict[str, set[tuple[str, str]]] = {}
    for row in rows.select_related("checkpoint__venue", "device"):
        where.setdefault(row.subject, set()).add((str(row.checkpoint), str(row.device)))
    found = [_told(each, where[each["subject"]]) for each in counted]
    return sorted(found, key=lambda each: (each.last, each.digest), reverse=True)


def _told(row: Mapping[str, Any], where: set[tuple[str, str]]) -> Unidentified:
    places, phones = (sorted(set(names)) for names in zip(*where, strict=True))
    return Unidentified(row["subject"][1:], row["records"], row["first"], row["last"], places, phones)


def attached(event: Event) -> list[Credential]:
    """The codes that somebody attached, the newest first. Only their digests are known."""
    known = Credential.objects.filter(event=event, code="").select_related("person").order_by("-created_at")
    return list(known[:MOST])


def attach(*, digest: str, person: Person) -> Credential | None:
    """Says whose a code is: its records count for that person now. None when it is not unidentified any more."""
    with roster.changing(person.event_id) as change:
        here = records_about([credential_subject(digest)], event_id=person.event_id)
        taken = Credential.objects.filter(event=person.event_id, digest=digest)
        if taken.exists() or not here.exists():
            return None
        credential = Credential.objects.create(event_id=person.event_id, person=person, code="", digest=digest)
        change.people.add(person.id)
        change.digests.add(digest)
    return credential


def detach(credential: Credential) -> bool:
    """Takes an attaching back: the records are unidentified again. False when it was taken back before."""
    with roster.changing(credential.event_id) as change:
        deleted, _ = Credential.objects.filter(pk=credential.pk, code="").delete()
        change.people.add(credential.person_id)
        change.digests.add(credential.digest)
    return deleted == 1


def present_at(person: Person) -> list[str]:
    """Where the person is present now, for the page that tells the effect."""
    subject = person_subject(person.id)
    seen = records_about([subject], event_id=person.event_id).values("checkpoint")
    here = Presence.objects.filter(checkpoint__in=seen, subject=subject, state="present")
    return sorted({str(each.checkpoint) for each in here.select_related("checkpoint__venue")})

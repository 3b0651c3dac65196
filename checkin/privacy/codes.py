"""Codes of people whose data was erased: a record that carries one names the bare id from then on."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.crypto import salted_hmac

from checkin.ledger import records_about
from checkin.models import Credential, ErasedCode
from checkin.privacy.finding import subjects_of
from eventsync.access import privacy as history
from eventsync.privacy.registry import Whom


def mark_of(event_id: UUID | str, digest: str) -> str:
    """By which a late scan is recognised: without the server's secret key nobody can make it, or undo it."""
    return salted_hmac("checkin.erased_code", f"{event_id}:{digest}", algorithm="sha256").hexdigest()


def owners_of(event_id: UUID, digests: Iterable[str]) -> dict[str, str]:
    """The bare ids of those of these codes that were of people who are erased, and that nobody has by now."""
    marks = {mark_of(event_id, digest): digest for digest in digests}
    found = ErasedCode.objects.filter(event=event_id, mark__in=marks).values_list("mark", "person_id")
    owners = {marks[mark]: str(person) for mark, person in found}
    given = Credential.objects.filter(event=event_id, digest__in=owners).order_by().values_list("digest", flat=True)
    return {digest: owners[digest] for digest in owners.keys() - given}


def erase(whom: Whom) -> None:
    held = list(Credential.objects.filter(person__in=whom.ids).values_list("digest", "person_id"))
    records = records_about(subjects_of(whom.ids), event_id=whom.event).exclude(credential="")
    for digest, person in held:
        records.filter(credential=digest).filter(person_id=None).update(person_id=person)
    records.update(credential="")
    _leave_marks(whom.event, dict(held))
    gone = Credential.objects.filter(person__in=whom.ids)
    history.clear(Credential, map(str, gone.values_list("pk", flat=True)))
    gone.delete()


def _leave_marks(event_id: UUID, owned: dict[str, UUID]) -> None:
    rows = [ErasedCode(event_id=event_id, mark=mark_of(event_id, key), person_id=who) for key, who in owned.items()]
    ErasedCode.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["event", "mark"], update_fields=["person_id"]
    )

"""Making family links, making a card anew, and revoking one. A link is shown once: only its hash is kept."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from eventsync.schedule.links import rules
from eventsync.schedule.models import Event, FamilyLink
from eventsync.sync import enrolment

BITS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A link that somebody wants. `person`: whose erasure takes it with it; `leads`: for a leader of its groups."""

    nickname: str
    symbol: str
    groups: Sequence[str] = ()
    person: UUID | None = None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A link in clear text: it cannot be shown again."""

    link: FamilyLink
    address: str


def make(
    *, event: Event, wanted: Sequence[Wanted], by: str, now: datetime, keep_until: date | None = None
) -> list[Card]:
    """A new link for each, in the same order."""
    tokens = [_token() for _ in wanted]
    rows = [
        _row(each, token, event=event, created_by=by, created_at=now, keep_until=keep_until)
        for each, token in zip(wanted, tokens, strict=True)
    ]
    FamilyLink.objects.bulk_create(rows)
    return [Card(row, address(row, token)) for row, token in zip(rows, tokens, strict=True)]


def _row(wanted: Wanted, token: str, **rest: object) -> FamilyLink:
    row = FamilyLink(
        nickname=wanted.nickname,
        symbol=wanted.symbol,
        groups=rules.chosen(wanted.groups),
        person_id=wanted.person,
        leads=wanted.leads,
        token_digest=digest(token),
        **rest,
    )
    row.calendar_digest = digest(calendar_token(row))
    return row


def renew(link: FamilyLink) -> Card:
    """A new card: the old one opens nothing any more. Phones that have opened it keep what they have."""
    token = _token()
    link.token_digest = digest(token)
    link.save(update_fields=["token_digest"])
    return Card(link, address(link, token))


def revoke(link: FamilyLink, *, now: datetime) -> bool:
    """Its card, its calendar and all its phones are no good from now on; False when that was done before."""
    with transaction.atomic():
        row = FamilyLink.objects.select_for_update().get(pk=link.pk)  # whoever is opening it comes before or after
        if row.revoked_at is not None:
            return False
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        take_phones(row, now=now)
    return True


def take_phones(link: FamilyLink, *, now: datetime) -> None:
    for phone in link.phones.filter(device__revoked_at=None).select_related("device"):
        enrolment.revoke(phone.device, now=now)


def address(link: FamilyLink, token: str) -> str:
    """What a card leads to. Proxies must not write it into logs (docs/runbook.md)."""
    return settings.BASE_URL + reverse("family-link", kwargs={"slug": link.event.slug, "token": token})


def calendar_token(link: FamilyLink) -> str:
    """Made of the link by the server's secret key, so that a page can show it again; another key makes another one."""
    made = salted_hmac("eventsync.schedule.calendar", str(link.pk), algorithm="sha256").digest()
    return urlsafe_b64encode(made[: BITS // 8]).decode().rstrip("=")


def _token() -> str:
    return secrets.token_urlsafe(BITS // 8)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

"""Opening a family link on a phone, who is there with a phone that did, and leaving again.

A phone proves itself by the token of the device that it became: what the engine revokes is no good here either.
"""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from eventsync.schedule.links.making import calendar_token, digest
from eventsync.schedule.models import Event, FamilyLink, FamilyPhone
from eventsync.sync import enrolment
from eventsync.sync.models import Device, Profile

MOST_PHONES = 500  # of one link, such as the one of a delegation; of more, those that came first leave
NAME = "Family phone"


def link_of(event: Event, token: str, *, now: datetime) -> FamilyLink | None:
    """The link of this event that a card's token opens now."""
    return _open(FamilyLink.objects.filter(event=event, token_digest=digest(token)).first(), event, now)


def calendar_of(event: Event, token: str, *, now: datetime) -> FamilyLink | None:
    return _open(FamilyLink.objects.filter(event=event, calendar_digest=digest(token)).first(), event, now)


def _open(link: FamilyLink | None, event: Event, now: datetime) -> FamilyLink | None:
    if link is None:
        return None
    link.event = event
    return link if link.is_open(on=now.date()) else None


def open_link(link: FamilyLink, *, phone: UUID, now: datetime) -> str | None:
    """Makes the browser a phone of this link and answers with its secret; None when it was revoked meanwhile.

    `phone`: the id that the page gave it, so that a button pressed twice makes one phone.
    """
    with transaction.atomic():
        row = FamilyLink.objects.select_for_update().get(pk=link.pk)
        if row.revoked_at is not None or row.token_digest != link.token_digest:
            return None
        _make_room(row, now=now)
        secret = _admit(row, _id_for(row, phone), now=now) or _admit(row, uuid4(), now=now)
        row.opened_at = now
        row.save(update_fields=["opened_at"])
    return secret


def _admit(link: FamilyLink, phone: UUID, *, now: datetime) -> str | None:
    """The secret of the phone; None if another card made it its own just now, under the same id."""
    device, secret = enrolment.admit(
        event_id=link.event_id, profile=Profile.FAMILY, device_id=phone, name=NAME, now=now
    )
    own, _ = FamilyPhone.objects.get_or_create(device=device, defaults={"link": link, "opened_at": now})
    return secret if own.link_id == link.pk else None


def _id_for(link: FamilyLink, phone: UUID) -> UUID:
    """What is somebody else's phone, or was taken off, does not come back by its id."""
    known = Device.objects.filter(pk=phone).values_list("family__link", "revoked_at").first()
    return phone if known in {None, (link.pk, None)} else uuid4()


def _make_room(link: FamilyLink, *, now: datetime) -> None:
    there = link.phones.filter(device__revoked_at=None).select_related("device").order_by("-opened_at", "device")
    for phone in there[MOST_PHONES - 1 :]:
        enrolment.revoke(phone.device, now=now)


def link_of_phone(event: Event, key: UUID, secret: str, *, now: datetime) -> FamilyLink | None:
    """The one getter of My day: the link with this id, for a phone that opened it and was not taken off."""
    phone = _phone(event, key, secret)
    return _open(phone.link, event, now) if phone else None


def leave(event: Event, key: UUID, secret: str, *, now: datetime) -> None:
    """This phone shows it no more. Done twice, or by who is no phone of it, nothing happens."""
    phone = _phone(event, key, secret)
    if phone is not None:
        enrolment.revoke(phone.device, now=now)


def _phone(event: Event, key: UUID, secret: str) -> FamilyPhone | None:
    found = enrolment.device_of(secret) if secret else None
    if found is None:
        return None
    device, may_read = found
    if not may_read:
        return None
    phones = FamilyPhone.objects.filter(device=device.pk, link=key, link__event=event)
    return phones.select_related("device", "link").first()


def shown_calendar(link: FamilyLink) -> str:
    """The token of its calendar; nothing if the server has another secret key by now."""
    token = calendar_token(link)
    return token if digest(token) == link.calendar_digest else ""

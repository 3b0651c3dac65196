"""Enrolment: a code that a person can type becomes a device with a token."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import F

from eventsync.jobs.publishing import publish
from eventsync.rows.lookup import Lookup
from eventsync.sync.errors import ApiError
from eventsync.sync.events import DeviceEnrolled, DeviceRevoked
from eventsync.sync.models import Device, DeviceToken, EnrolmentCode, Profile
from eventsync.sync.streams import device_stream, lock

_ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"  # nothing that can be mistaken for something else
_LENGTH = 12  # 55 bits, for codes that expire and allow ten wrong guesses a minute
LIFE = timedelta(days=2)

RETAIN_HOURS = 72
ROSTER_HOURS = 72

_DEVICE = tuple(field.attname for field in Device._meta.concrete_fields)
_BY_TOKEN = Lookup(DeviceToken, ("revoked_at", *(f"device__{name}" for name in _DEVICE)), by="digest")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new code in clear text: it cannot be shown again, only its hash is kept."""

    code: str
    url: str
    row: EnrolmentCode


def invite(
    *,
    event_id: UUID,
    venue_id: UUID | None,
    profile: str,
    uses: int,
    now: datetime,
    life: timedelta = LIFE,
    device: Device | None = None,
) -> Invitation:
    """A code for `uses` new devices; or for `device` alone, which is how a known or a revoked one comes back."""
    plain = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    code = "-".join(plain[start : start + 4] for start in range(0, _LENGTH, 4))
    row = EnrolmentCode.objects.create(
        digest=_digest(plain),
        event_id=event_id,
        venue_id=venue_id,
        profile=profile,
        device=device,
        uses=uses,
        expires=now + life,
    )
    return Invitation(code, f"{settings.BASE_URL}/app/#enrol={code}", row)


def enrol(*, code: str, device_id: UUID, name: str, app_version: str, now: datetime) -> tuple[Device, str]:
    """The device and its new token. ApiError `forbidden`, in the same words for each reason that a code is no good."""
    plain = "".join(code.split()).replace("-", "").upper()
    with transaction.atomic():
        invitation = EnrolmentCode.objects.select_for_update().filter(digest=_digest(plain)).first()
        if invitation is None:
            raise _no_good()
        device = Device.objects.select_for_update().filter(id=device_id).first()
        lost_reply = device is not None and _may_have_lost_its_reply(device, invitation)
        _check(invitation, device, lost_reply=lost_reply, now=now)
        if device is not None and device.revoked_at is not None:
            device.tokens.filter(revoked_at=None).update(
                revoked_at=now
            )  # whoever has them is not the one who comes back
        if not lost_reply:
            EnrolmentCode.objects.filter(pk=invitation.pk).update(used=F("used") + 1)
        device = _enrolled(invitation, device_id, name=name, app_version=app_version, now=now)
        publish(DeviceEnrolled(event=device.event_id, venue=device.venue_id, device=device.id))
        token = _token(device, invitation, now=now)
    return device, token


def admit(*, event_id: UUID, profile: str, device_id: UUID, name: str, now: datetime) -> tuple[Device, str]:
    """The device and its new token, where the caller has another proof than a code; of a known device, one more token.

    That it is a device of this event, and not revoked, is for the caller to say.
    """
    with transaction.atomic():
        uncoded = EnrolmentCode(event_id=event_id, profile=profile)
        device = _enrolled(uncoded, device_id, name=name, app_version="", now=now)
        publish(DeviceEnrolled(event=device.event_id, venue=device.venue_id, device=device.id))
        return device, _token(device, None, now=now)


def _token(device: Device, code: EnrolmentCode | None, *, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    DeviceToken.objects.create(digest=_digest(token), device=device, code=code, created_at=now)
    return token


def _check(invitation: EnrolmentCode, device: Device | None, *, lost_reply: bool, now: datetime) -> None:
    """A known device comes back with its own code only, within its life, or with one that was made for it."""
    if now >= invitation.expires or (not lost_reply and invitation.used >= invitation.uses):
        raise _no_good()
    if device is not None and device.event_id != invitation.event_id:
        raise _no_good()  # what it still holds belongs to the other event
    made_for = invitation.device_id
    if made_for is not None and (device is None or device.id != made_for):
        raise _no_good()
    if device is not None and made_for is None and not lost_reply:
        raise _no_good()


def _may_have_lost_its_reply(device: Device, invitation: EnrolmentCode) -> bool:
    """Not if the code is from before a revocation: whoever had the phone then may know it."""
    return device.revoked_at is None and device.tokens.filter(code=invitation, revoked_at=None).exists()


def _no_good() -> ApiError:
    return ApiError("forbidden", "This code is wrong, used up, expired or not for this phone. Ask for a new one.")


def _enrolled(invitation: EnrolmentCode, device_id: UUID, *, name: str, app_version: str, now: datetime) -> Device:
    said = {
        "event_id": invitation.event_id,
        "venue_id": invitation.venue_id,
        "profile": invitation.profile,
        "app_version": app_version,
        "heard_at": now,
        "revoked_at": None,
    }
    new = {"enrolled_at": now, "name": name}  # a known one is called what people called it
    device, _ = Device.objects.update_or_create(id=device_id, defaults=said, create_defaults={**said, **new})
    if device.enrolled_at is None:  # until now it was only known from a file
        device.enrolled_at, device.name = now, name
        device.save(update_fields=list(new))
    publish_profile(device)
    return device


def publish_profile(device: Device) -> None:
    """Writes the device's profile record into its own stream, in the caller's transaction."""
    stream = device_stream(device.id)
    changes = lock([stream])
    venue = str(device.venue_id) if device.venue_id else None
    more = {"venue": venue, "revoked": device.revoked_at is not None}
    changes.put(stream, "profile", str(device.id), profile_of(device) | more)
    changes.write()


def profile_of(device: Device) -> dict[str, Any]:
    hours = {"retain_hours": RETAIN_HOURS, "roster_hours": ROSTER_HOURS}
    return {"name": Profile(device.profile).value, **hours, "phone": device.label}


def device_of(token: str) -> tuple[Device, bool] | None:
    """The device that this token proves, and whether it may do more than deliver; None for a token never issued."""
    found = _BY_TOKEN.one(_digest(token))
    if found is None:
        return None
    token_revoked_at, *columns = found
    device = _device(columns)
    return device, token_revoked_at is None and device.revoked_at is None


def _device(columns: Sequence[Any]) -> Device:
    """As if the ORM had read it."""
    said = dict(zip(_DEVICE, columns, strict=True))
    ids = {name: UUID(said[name]) for name in ("id", "event_id", "venue_id") if said[name]}
    return Device.from_db(DEFAULT_DB_ALIAS, _DEVICE, [ids.get(name, value) for name, value in said.items()])


def revoke(device: Device, *, now: datetime) -> None:
    """From now on the device may only deliver what it holds; it erases its roster when it hears of it."""
    device.revoked_at = now
    with transaction.atomic():
        _change(device, "revoked_at")
        publish(DeviceRevoked(event=device.event_id, venue=device.venue_id, device=device.id))


def assign(device: Device, *, name: str, profile: str, venue_id: UUID | None) -> None:
    """Another profile or venue: from now on it reads other streams, and what it brings is judged by this profile."""
    device.name, device.profile, device.venue_id = name, profile, venue_id
    _change(device, "name", "profile", "venue_id")


def _change(device: Device, *columns: str) -> None:
    with transaction.atomic():
        device.save(update_fields=columns)
        device.refresh_from_db()  # somebody else may have changed the rest, and the record says all of it
        publish_profile(device)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

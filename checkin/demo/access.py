"""How to get into the demo: an administrator with a made-up password, and an enrolment link for a phone."""

import os
import secrets
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model

from eventsync.schedule.models import Event
from eventsync.sync.enrolment import Invitation, invite
from eventsync.sync.models import Profile

ADMIN = "admin"
USES = 20


def admin_password() -> str | None:
    """The password of the user `admin`, who is made if there is none. None: it was changed, so it is not known."""
    users = get_user_model().objects
    user = users.filter(username=ADMIN).first()
    password = _kept()
    if user is None:
        password = password or _keep(secrets.token_urlsafe(12))
        users.create_superuser(username=ADMIN, password=password)
        return password
    return password if password and user.check_password(password) else None


def _file() -> Path:
    return Path(settings.VAR_DIR) / "demo-admin-password"


def _kept() -> str:
    try:
        return _file().read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def _keep(password: str) -> str:
    _file().unlink(missing_ok=True)
    # Readable by its owner only, from the first byte on.
    with os.fdopen(os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{password}\n")
    return password


def invite_phones(event: Event, *, now: datetime) -> Invitation:
    """A new link, for the doors of all venues."""
    return invite(event_id=event.id, venue_id=None, profile=Profile.DOOR, uses=USES, now=now)

"""A notice comes into the world: once, and others hear of it in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from eventsync.jobs.publishing import publish
from eventsync.schedule.models import Event
from notifications.events import NoticeMade
from notifications.models import Notice


@transaction.atomic
def make(event: Event, key: str, said: Mapping[str, Any], *, now: datetime, venue: UUID | None = None) -> Notice:
    """The notice of this key, made once; `said`: its columns, when it is new. `venue`: whose alone it is."""
    notice, new = _made(event, key, said, at=now)
    if new:
        words = notice.shown_in(event.language)
        publish(
            NoticeMade(
                event=event.pk,
                venue=venue,
                notice=notice.pk,
                importance=notice.importance,
                language=event.language,
                title=words["title"],
                body=words["body"],
                expires_at=notice.expires_at.isoformat(),
            )
        )
    return notice


def make_afterwards(event: Event, key: str, said: Mapping[str, Any], *, at: datetime) -> Notice:
    """The same of what was said `at` then: screens and other programs do not say it again."""
    return _made(event, key, said, at=at)[0]


def _made(event: Event, key: str, said: Mapping[str, Any], *, at: datetime) -> tuple[Notice, bool]:
    return Notice.objects.get_or_create(event=event, key=key, defaults={"made_at": at, **said})

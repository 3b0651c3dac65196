"""The end of family links: nicknames are somebody's data. They go when their day has passed, and with their person."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from eventsync.privacy.registry import Holding, Whom, hold
from eventsync.schedule.links.making import take_phones
from eventsync.schedule.models import FamilyLink, FamilyPhone
from eventsync.schedule.models.happening import KEPT

AT_ONCE = 200


def purge(*, now: datetime) -> int:
    """Deletes the links whose last day has passed, some at a time; answers how many went."""
    due = list(over(on=now.date()).order_by("pk")[:AT_ONCE])
    for link in due:
        _delete(link, now=now)
    return len(due)


def over(*, on: date) -> "QuerySet[FamilyLink]":
    event_over = Q(event__keep_until__lt=on) | Q(event__keep_until=None, event__last_day__lt=on - KEPT)
    return FamilyLink.objects.filter(Q(keep_until__lt=on) | event_over)


def _delete(link: FamilyLink, *, now: datetime) -> None:
    """Its phones are taken off first: a device stays in the engine's books."""
    with transaction.atomic():
        take_phones(link, now=now)
        link.delete()


def forget(people: Iterable[UUID], *, now: datetime) -> None:
    """Deletes the links that were made for these people of the list."""
    for link in FamilyLink.objects.filter(person_id__in=list(people)):
        _delete(link, now=now)


def _rows(whom: Whom) -> "list[QuerySet[Any]]":
    links = FamilyLink.objects.filter(event=whom.event, person_id__in=whom.ids)
    return [links, FamilyPhone.objects.filter(link__in=links)]


def _erase(whom: Whom) -> None:
    forget(whom.ids, now=timezone.now())


def _sweep(event: UUID) -> None:
    for link in FamilyLink.objects.filter(event=event):
        _delete(link, now=timezone.now())


hold(
    Holding(
        name="family_links",
        tables=(FamilyLink, FamilyPhone),
        goes="Family links that were made for them: nickname, symbol, groups, and which phones opened them.",
        stays="Nothing; but nobody knows by itself for whom a link was made that was not made from the list.",
        rows=_rows,
        erase=_erase,
        sweep=_sweep,
        hidden=frozenset({"token_digest", "calendar_digest"}),
    )
)

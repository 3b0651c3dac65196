"""Somebody asks what notices hold of them, or wants it gone: found by the number or address that they typed in."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from eventsync.privacy.telling import row_of
from eventsync.schedule.models import Event
from notifications.addresses import number_of
from notifications.models import CallTask, Confirmation, Delivery, Recipient, Subscription


def found_by(event: Event, typed: str) -> "QuerySet[Recipient]":
    """All that have this number or address, however it is spaced."""
    text = typed.strip()
    if not text:
        return Recipient.objects.none()
    matches = Q(email__iexact=text) | Q(phone=number_of(text))
    waiting = Confirmation.objects.filter(Q(address__iexact=text) | Q(address=number_of(text)))
    return Recipient.objects.filter(matches | Q(pk__in=waiting.values("recipient")), event=event)


def held_of(people: "QuerySet[Recipient]") -> dict[str, list[dict[str, Any]]]:
    """Every row of them, whole."""
    tables: dict[str, QuerySet[Any]] = {
        "recipients": people,
        "browsers": Subscription.objects.filter(recipient__in=people),
        "confirmations": Confirmation.objects.filter(recipient__in=people),
        "calls": CallTask.objects.filter(recipient__in=people),
        "deliveries": Delivery.objects.filter(recipient__in=people),
    }
    return {name: [row_of(each) for each in rows.order_by("pk")] for name, rows in tables.items()}


@transaction.atomic
def forget(people: "QuerySet[Recipient]") -> int:
    """With their browsers, and what went to them; what still waits goes nowhere. How many they were."""
    keys = list(people.values_list("pk", flat=True))
    Recipient.objects.filter(pk__in=keys).delete()
    return len(keys)

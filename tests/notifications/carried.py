"""Families with a number and an address, and what is due to them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from eventsync.schedule.models import Event
from notifications.addresses import digest_of
from notifications.models import ChannelBudget, Delivery, Recipient
from tests.notifications.families import make_notice, make_recipient

HOUR = timedelta(hours=1)
NUMBER, ADDRESS = "+358401234567", "ann@home.example"


def reachable(event: Event, **said: Any) -> Recipient:
    made: dict[str, Any] = {"browsers": 0, "phone": NUMBER, "email": ADDRESS}
    return make_recipient(event, **(made | said))


def due_by(channel: str, family: Recipient, **said: Any) -> Delivery:
    """A notice of its own that is due to somebody now, on this channel."""
    now = timezone.now()
    notice = make_notice(family.event, **({"made_at": now, "expires_at": now + HOUR} | said))
    typed = {"sms": family.phone, "email": family.email}[channel]
    made = {"channel": channel, "endpoint": digest_of(typed), "due_at": now, "changed_at": now}
    return Delivery.objects.create(notice=notice, recipient=family, state="queued", **made)


def used(event: Event, channel: str) -> int:
    return ChannelBudget.objects.get(event=event, channel=channel).used

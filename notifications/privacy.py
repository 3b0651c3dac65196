"""Notices hold nothing of the people on the list. Whoever wants them goes with the event's data, or when they wish.

Nobody says who they are. A number or an address that they typed in is in their own row and nowhere else: by it they are
found when they ask what is held of them (`notifications.asking`).
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from eventsync.jobs.retention import kept
from eventsync.privacy.registry import nobodys
from eventsync.schedule.models.happening import KEPT
from notifications.confirming.rules import DAY
from notifications.models import Confirmation, HandNotice, Notice, Recipient

nobodys("notifications.Notice", "notifications.Settling", "notifications.Template", why="What is public of an event.")
nobodys("notifications.Recipient_links", why="Which card that is open on a phone it follows; it goes with the card.")
nobodys("notifications.HandNotice", why="What is public of an event, and which account wrote it.")
nobodys(
    *("notifications.AlertBrowser", "notifications.AlertBrowser_told_of"),
    why="Accounts of the staff, and what their browsers were told of.",
)
nobodys("notifications.ChannelBudget", why="How many messages went out at an event.")
nobodys(
    "notifications.Recipient",
    "notifications.Subscription",
    "notifications.Delivery",
    "notifications.CallTask",
    "notifications.Confirmation",
    why="Of whoever wants notices, on no list: told and erased by the number or address that they typed in, and gone "
    "with the day until which the event keeps data.",
)


def _over(now: datetime) -> Q:
    day = now.date()
    return Q(event__keep_until__lt=day) | Q(event__keep_until=None, event__last_day__lt=day - KEPT)


@kept("recipients of notices")
def old_recipients(now: datetime) -> QuerySet[Recipient]:
    """With their browsers, and what went to them."""
    return Recipient.objects.filter(_over(now))


@kept("codes for numbers and addresses")
def old_codes(now: datetime) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(asked_at__lt=now - DAY)


@kept("notices")
def old_notices(now: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(_over(now))


@kept("notices by hand")
def old_hand_notices(now: datetime) -> QuerySet[HandNotice]:
    return HandNotice.objects.filter(_over(now))

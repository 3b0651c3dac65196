"""Families of the games who hear of them, and notices to them."""

from datetime import datetime, timedelta
from typing import Any

from eventsync.schedule.models import Event
from notifications.models import Channel, Delivery, Notice, Recipient, Subscription
from notifications.rules import State
from tests.cast import NOON

TEXTS = {"en": {"title": "Swim: another place", "body": "Saturday 4 July, 1 pm. Stage. Please go to the new place."}}


def make_recipient(event: Event, *, browsers: int = 1, **wishes: Any) -> Recipient:
    recipient = Recipient.objects.create(event=event, **({"language": "en"} | wishes))
    for _ in range(browsers):
        add_browser(recipient)
    return recipient


def add_browser(recipient: Recipient, **said: Any) -> Subscription:
    number = Subscription.objects.count()
    made = {
        "endpoint": f"https://push.example/{number}",
        "digest": f"{number:064}",
        "p256dh": "B" * 87,
        "auth": "A" * 22,
    }
    return Subscription.objects.create(recipient=recipient, event=recipient.event, **(made | said))


def make_notice(event: Event, **said: Any) -> Notice:
    number = Notice.objects.count()
    made = {"kind": "plan", "importance": "big", "texts": TEXTS, "since": number, "until": number + 1}
    when = {"key": str(number), "made_at": NOON, "expires_at": NOON + timedelta(hours=1)}
    return Notice.objects.create(event=event, **(made | when | said))


def owe(
    notice: Notice, recipient: Recipient, *, state: str = State.QUEUED, at: datetime = NOON, **said: Any
) -> Delivery:
    """A push to the first browser."""
    endpoint = recipient.subscriptions.values_list("digest", flat=True)[0]
    made = {"channel": Channel.PUSH, "endpoint": endpoint, "due_at": at, "changed_at": at}
    return Delivery.objects.create(notice=notice, recipient=recipient, state=state, **(made | said))


def add_line(notice: Notice, recipient: Recipient) -> Delivery:
    """In the list of messages."""
    made = {"channel": Channel.IN_APP, "state": State.ACCEPTED, "due_at": NOON, "changed_at": NOON}
    return Delivery.objects.create(notice=notice, recipient=recipient, **made)

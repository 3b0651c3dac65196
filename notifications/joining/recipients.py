"""Who hears of an event: a phone that said so, and proves itself by the token of the device that it became."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from eventsync.schedule.models import Event, FamilyLink
from eventsync.sync import enrolment
from eventsync.sync.models import Device, Profile
from notifications.failing import again
from notifications.joining import earlier
from notifications.joining.rules import Browser, Wishes
from notifications.models import Delivery, Recipient, Subscription
from notifications.rules import WAITING

NAME = "Phone for messages"
MOST = 20_000  # at one event: whoever fills the books with phones that are none does not fill the disk


def recipient_of(event: Event, secret: str) -> Recipient | None:
    """The one getter of somebody's messages and wishes."""
    found = enrolment.device_of(secret) if secret else None
    if found is None or not found[1]:
        return None
    recipient = Recipient.objects.filter(event=event, device=found[0].pk).select_related("device").first()
    if recipient is not None:
        recipient.event = event
    return recipient


def join(event: Event, wishes: Wishes, *, phone: UUID, now: datetime) -> str | None:
    """Makes the browser somebody who hears of the event, and answers with its secret; None when there are too many.

    `phone`: the id that the page gave it, so that a button pressed twice makes one.
    """
    if Recipient.objects.filter(event=event).count() >= MOST:
        return None
    with transaction.atomic():
        device, secret = enrolment.admit(
            event_id=event.pk, profile=Profile.FAMILY, device_id=_id_for(event, phone), name=NAME, now=now
        )
        new = {"event": event, "language": wishes.language, "since": now}
        recipient, _ = Recipient.objects.get_or_create(device=device, defaults=new)
        _wish(recipient, wishes)
    earlier.list_earlier(recipient, now=now)  # once they are counted among those who hear what comes
    return secret


def _id_for(event: Event, phone: UUID) -> UUID:
    """What is somebody else's phone, or has stopped, does not come back by its id."""
    known = Device.objects.filter(pk=phone).values_list("recipient__event", "revoked_at").first()
    return phone if known in {None, (event.pk, None)} else uuid4()


def wish(recipient: Recipient, wishes: Wishes, *, now: datetime) -> None:
    """From now on they hear as they wish, and find in their list what others have heard of that."""
    _wish(recipient, wishes)
    earlier.list_earlier(recipient, now=now)


def _wish(recipient: Recipient, wishes: Wishes) -> None:
    """Links of other events count for nothing."""
    recipient.language = wishes.language
    recipient.news, recipient.timing, recipient.how = wishes.news.value, wishes.timing.value, wishes.how.value
    recipient.groups = None if wishes.groups is None else list(wishes.groups)
    with transaction.atomic():
        recipient.save(update_fields=["language", "news", "timing", "how", "groups"])
        recipient.links.set(FamilyLink.objects.filter(event=recipient.event_id, pk__in=wishes.links))


def take_browser(recipient: Recipient, browser: Browser, *, now: datetime) -> None:
    """Pushes go there from now on, and nowhere else: it is one browser, wherever its push service moves it.

    What waits for where it was, or was not taken there any more, goes to where it is. A browser that was somebody
    else's here is theirs no more.
    """
    said = {"recipient": recipient, "endpoint": browser.endpoint, "p256dh": browser.p256dh, "auth": browser.auth}
    with transaction.atomic():
        Subscription.objects.update_or_create(
            event_id=recipient.event_id, digest=browser.digest, defaults=said, create_defaults=said | {"made_at": now}
        )
        recipient.subscriptions.exclude(digest=browser.digest).delete()
        mine = Delivery.objects.filter(recipient=recipient)
        told = mine.filter(endpoint=browser.digest).values("notice")
        lost = mine.filter(channel="push", state__in=WAITING).exclude(endpoint=browser.digest).exclude(notice__in=told)
        lost.update(endpoint=browser.digest)
        again.follow(recipient, browser.digest, now=now)


def stop(recipient: Recipient, *, now: datetime) -> None:
    """Nobody is told anything there any more, and nothing is kept of them."""
    with transaction.atomic():
        if recipient.device is not None:
            enrolment.revoke(recipient.device, now=now)
        recipient.delete()

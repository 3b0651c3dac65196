"""Browsers that joined, and pushes that are due to them."""

from datetime import timedelta

from django.utils import timezone

from notifications.models import Delivery, Subscription
from tests.notifications.families import add_browser, make_notice, owe
from tests.notifications.push_service import Browser

HOUR = timedelta(hours=1)


def join(family, browser: Browser, **said) -> Subscription:
    made = {"endpoint": browser.endpoint, "digest": browser.endpoint[-64:].rjust(64, "0"), **browser.keys}
    return add_browser(family, **(made | said))


def due(family, *, endpoint: str | None = None, **said) -> Delivery:
    now = timezone.now()
    notice = make_notice(family.event, **({"made_at": now, "expires_at": now + HOUR, "activities": ["1"]} | said))
    return owe(notice, family, at=now, **({"endpoint": endpoint} if endpoint else {}))


def became(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)

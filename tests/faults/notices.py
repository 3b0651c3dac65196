"""Owes two notices to the people whom standard input names, one of them critical, one way to each.

It is {"browsers": [[endpoint, p256dh, auth], …], "numbers": […]}.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")
    django.setup()
    from django.utils import timezone

    from eventsync.schedule.models import Event
    from notifications.models import ChannelBudget, Recipient, Settling, Subscription
    from notifications.plan import telling
    from tests.notifications.families import make_notice

    asked: dict[str, Any] = json.load(sys.stdin)
    event, now = Event.objects.get(), timezone.now()
    Event.objects.update(tz=f"Etc/GMT{now.hour - 12:+}")  # where it is noon: nothing is held
    event.refresh_from_db()
    Settling.objects.update_or_create(event=event, defaults={"told": 10_000})  # none of the demo's own is told
    ChannelBudget.objects.create(event=event, channel="sms", limit=100_000)
    numbers = [*asked["numbers"], *("" for _ in asked["browsers"])]
    people = Recipient.objects.bulk_create(Recipient(event=event, language="en", phone=each) for each in numbers)
    with_browser = people[len(asked["numbers"]) :]
    Subscription.objects.bulk_create(
        Subscription(recipient=whom, event=event, endpoint=endpoint, digest=f"{number:064}", p256dh=p256dh, auth=auth)
        for number, (whom, (endpoint, p256dh, auth)) in enumerate(zip(with_browser, asked["browsers"], strict=True))
    )
    when = {"made_at": now, "expires_at": now + timedelta(hours=2)}
    for importance, some in (("big", people[::2]), ("critical", people[1::2])):
        notice = make_notice(event, importance=importance, activities=["1"], **when)
        telling.plan(notice, some, now=now)


if __name__ == "__main__":
    main()

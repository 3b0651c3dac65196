"""What a phone gets: the shape of declarative web push, which some browsers show by themselves, and ours read."""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse

from eventsync.schedule.pages.words import WORDS, direction
from notifications.models import Delivery, Kind
from notifications.push.rules import MOST
from notifications.rules import How, Importance


def tag_of(delivery: Delivery) -> str:
    """What a phone shows once, the newest: of one activity, or of the plan; what somebody wrote stands by itself."""
    if delivery.notice.kind == Kind.HAND:
        return f"notice:{delivery.notice_id}"
    about = delivery.notice.activities
    return f"plan:{about[0] if len(about) == 1 else delivery.notice.event_id}"


def payload(delivery: Delivery) -> bytes:
    whole = _payload(delivery, delivery.notice.said(delivery.recipient.language))
    return whole if len(whole) <= MOST else short(delivery)


def short(delivery: Delivery) -> bytes:
    """For a push service that takes no more: where to read it."""
    return _payload(delivery, {"title": WORDS[delivery.recipient.language].say("new_plan"), "body": ""})


def _payload(delivery: Delivery, said: dict[str, str]) -> bytes:
    language, notice = delivery.recipient.language, delivery.notice
    page = reverse("schedule-now", kwargs={"slug": notice.event.slug})
    silent = delivery.recipient.how == How.SILENT and notice.importance != Importance.CRITICAL
    shown: dict[str, Any] = {
        "title": said["title"],
        "body": said["body"],
        "navigate": f"{settings.BASE_URL}{page}?lang={language}",
        "lang": language,
        "dir": direction(language),
        "tag": tag_of(delivery),
        "silent": silent,
        "data": {"delivery": str(delivery.pk), "version": notice.until or 1},
    }
    return json.dumps({"web_push": 8030, "notification": shown, "mutable": True}, ensure_ascii=False).encode()

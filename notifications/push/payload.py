"""What a phone gets: the shape of declarative web push, which some browsers show by themselves, and ours read."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from eventsync.schedule.models import Event
from eventsync.schedule.pages.words import WORDS as PLAN
from eventsync.schedule.pages.words import direction
from notifications.models import Delivery, Kind, Notice
from notifications.pages.words import WORDS
from notifications.push.rules import MOST
from notifications.rules import How, Importance

MOST_ALSO = 20  # a payload has little room


def tag_of(delivery: Delivery) -> str:
    """What a phone shows once, the newest: of one activity, or of the plan; what somebody wrote stands by itself."""
    if delivery.notice.kind == Kind.HAND:
        return f"notice:{delivery.notice_id}"
    about = _tags(delivery.notice)
    return about[0] if len(about) == 1 else f"plan:{delivery.notice.event_id}"


def _tags(notice: Notice) -> list[str]:
    return [f"plan:{each}" for each in notice.activities]


def payload(delivery: Delivery, life: str) -> bytes:
    """`life`: which life of the database it is, the beginning of sync's epoch. One that was put back from a copy gives
    others the numbers of releases that it lost, so that phones hold what it says for old."""
    whole = _payload(delivery, delivery.notice.shown_in(delivery.recipient.language), life, answers=True)
    return whole if len(whole) <= MOST else short(delivery, life)


def short(delivery: Delivery, life: str) -> bytes:
    """For a push service that takes no more: where to read it."""
    return _payload(delivery, {"title": PLAN[delivery.recipient.language].say("new_plan"), "body": ""}, life)


def _payload(delivery: Delivery, said: dict[str, str], life: str, *, answers: bool = False) -> bytes:
    recipient, notice = delivery.recipient, delivery.notice
    critical = notice.importance == Importance.CRITICAL
    why = f"\n{WORDS[recipient.language]['quiet_why']}" if delivery.breaks_quiet else ""
    shown = {
        **said,
        "body": said["body"] + why,
        "tag": tag_of(delivery),
        "silent": recipient.how == How.SILENT and not critical,
        **({"requireInteraction": True} if critical else {}),
        "data": {"delivery": str(delivery.pk), "version": notice.until or 1, "life": life, **_also(notice)},
    }
    return shaped(notice.event, recipient.language, shown, answers=answers)


def _also(notice: Notice) -> dict[str, list[str]]:
    """The tags in whose place one of several changes is shown; what is not among the first may stay beside it."""
    several = notice.kind != Kind.HAND and len(notice.activities) > 1
    return {"also": _tags(notice)[:MOST_ALSO]} if several else {}


def shaped(event: Event, language: str, shown: dict[str, Any], *, answers: bool = False) -> bytes:
    """What a phone shows, of this title, body and tag, in a language; a tap opens the list of messages.

    `answers`: with a button for each that people may give, where browsers have such.
    """
    words = WORDS[language]
    page, help_page = (_page(settings.BASE_URL, name, event.slug, language) for name in ("messages", "help"))
    actions = [
        {"action": "read", "title": words["read"], "navigate": page},
        {"action": "help", "title": words["help"], "navigate": help_page},
    ]
    whole = {"navigate": page, "lang": language, "dir": direction(language), **shown}
    told = whole | {"actions": actions} if answers else whole
    return packed(told)


def packed(notification: Mapping[str, Any]) -> bytes:
    return json.dumps({"web_push": 8030, "notification": notification, "mutable": True}, ensure_ascii=False).encode()


@lru_cache(maxsize=64)  # ten thousand phones hear of the same two
def _page(base: str, name: str, slug: str, language: str) -> str:
    return f"{base}{reverse(f'schedule-{name}', kwargs={'slug': slug})}?{urlencode({'lang': language})}"

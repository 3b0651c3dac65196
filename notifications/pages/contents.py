"""What the page of messages is made of: all that was said to somebody, and what they want to hear."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString

from eventsync.schedule.models import FamilyLink
from eventsync.schedule.pages.contents import Page
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.pages.words import direction
from eventsync.schedule.plan.rules import language_of
from notifications.links import link_of, stop_link_of
from notifications.models import Channel, Delivery, Recipient
from notifications.pages.asking import questions
from notifications.pages.ways import Refused, ways_of
from notifications.pages.words import WORDS
from notifications.push.keys import public_key
from notifications.rules import Importance, State

SHOWN = 10  # messages at once; the older ones are folded away


@dataclass(frozen=True, slots=True)
class Message:
    """`delivery`: of the list; `read`: they said so. `language` is that of its text."""

    delivery: UUID
    title: str
    body: str
    language: str
    dir: str
    at: SafeString
    read: bool
    breaks_quiet: bool


def unknown(visit: Visit, links: Sequence[FamilyLink], *, phone: UUID, full: bool = False) -> Page:
    """For a phone that hears nothing yet: what it would hear, the questions answered as is usual, and a button."""

    def context() -> dict[str, Any]:
        return _common(visit) | {"questions": questions(visit, links, None), "phone": phone, "full": full}

    return Page("notices/join.html", context, about=phone, status=503 if full else 200)


def known(
    visit: Visit,
    links: Sequence[FamilyLink],
    recipient: Recipient,
    *,
    saved: bool = False,
    tested: bool = False,
    refused: Refused | None = None,
) -> Page:
    """For a phone that hears of the event. `refused`: what somebody typed in, and why it is not taken."""
    told = messages(visit, recipient)
    ways = ways_of(recipient, visit.words.code, refused, now=visit.now)

    def context() -> dict[str, Any]:
        return _common(visit) | {
            "messages": told[:SHOWN],
            "older": told[SHOWN:],
            "questions": questions(visit, links, recipient),
            "saved": saved,
            "tested": tested,
            "key": public_key(),
            "typed_ways": ways,
            "paths": _paths(visit),
            "mine_copy": visit.bare("messages").replace("/?", "/copy.json?"),
        }

    about = (saved, tested, tuple(told), _wished(recipient), tuple(ways), tuple(WORDS[visit.words.code].values()))
    return Page("notices/messages.html", context, about=about, status=422 if refused else 200)


def stop(visit: Visit) -> Page:
    def context() -> dict[str, Any]:
        return _common(visit) | {"title": WORDS[visit.words.code]["stop_ask"]}

    return Page("notices/stop.html", context)


def told(visit: Visit, delivery: Delivery) -> Page:
    """One notice, for whoever came by a text message or an e-mail."""
    read = Delivery.objects.filter(
        notice=delivery.notice_id, recipient=delivery.recipient_id, state=State.ACKNOWLEDGED
    ).exists()
    each = replace(_message(visit, delivery, breaks_quiet=delivery.breaks_quiet), read=read)

    def context() -> dict[str, Any]:
        stop_word = WORDS[visit.words.code][f"{delivery.channel}_stop"]
        return _common(visit) | {"each": each, "stop_word": stop_word, "stop_link": stop_link_of(delivery.pk)}

    return Page("notices/told.html", context, about=each)


def stop_way(visit: Visit, delivery: Delivery, *, stopped: bool) -> Page:
    """For whoever wants nothing more to go to that number or address."""

    def context() -> dict[str, Any]:
        title = WORDS[visit.words.code][f"{delivery.channel}_stop"]
        own = {"heading": f"{visit.event.name}: {title}", "title": title, "here": link_of(delivery.pk)}
        return _common(visit) | own | {"stopped": stopped}

    return Page("notices/stop_way.html", context, about=(delivery.pk, stopped))


def messages(visit: Visit, recipient: Recipient) -> list[Message]:
    """All that was said to them, the newest first. What went out in quiet hours on any way, the list too, says why."""
    mine = Delivery.objects.filter(recipient=recipient).select_related("notice__event")
    rows = list(mine.filter(channel=Channel.IN_APP).order_by("-notice__made_at", "-pk"))
    critical = [each.notice_id for each in rows if each.notice.importance == Importance.CRITICAL]
    gone_out = mine.filter(notice__in=critical, accepted_at__isnull=False)
    breaking = {each.notice_id for each in gone_out if each.breaks_quiet}
    return [_message(visit, each, breaks_quiet=each.notice_id in breaking) for each in rows]


def _message(visit: Visit, delivery: Delivery, *, breaks_quiet: bool) -> Message:
    notice = delivery.notice
    language = language_of(notice.texts, wanted=visit.words.code, otherwise=visit.event.language)
    return Message(
        delivery=delivery.pk,
        title=notice.texts[language]["title"],
        body=notice.texts[language]["body"],
        language=language,
        dir=direction(language),
        at=visit.clock.shown_moment(notice.made_at),
        read=delivery.state == State.ACKNOWLEDGED,
        breaks_quiet=breaks_quiet,
    )


def _common(visit: Visit) -> dict[str, Any]:
    texts = WORDS[visit.words.code]
    title = texts["messages"]
    return {
        "texts": texts,
        "heading": f"{visit.event.name}: {title}",
        "title": title,
        "here": visit.link("messages"),
        "plan_link": visit.link("now"),
        "help_link": visit.link("help"),
    }


def _paths(visit: Visit) -> dict[str, str]:
    """Where forms of the page go: in the same language."""
    there, _, asked = visit.link("messages").partition("?")
    query = f"?{asked}" if asked else ""
    return {name: f"{there}{name}/{query}" for name in ("read", "stop", "browser", "test", "ask", "confirm", "drop")}


def _wished(recipient: Recipient) -> Iterable[object]:
    links = tuple(sorted(str(each.pk) for each in recipient.links.all()))
    return (recipient.news, recipient.timing, recipient.how, tuple(recipient.groups or ()), links)

"""Cards of family links, to print or to save as PDF, at the only moment at which the links can be shown."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import segno
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from eventsync.schedule.links.making import Card
from eventsync.schedule.links.rules import chosen
from eventsync.schedule.models import Event
from eventsync.schedule.pages.visits import languages_of
from eventsync.schedule.pages.words import WORDS, Words
from eventsync.schedule.plan import groups
from eventsync.schedule.plan.groups import Strange

A_PAGE = {"8": "8 on a sheet", "2": "2 on a sheet", "1": "1 on a sheet"}


class Printed(NamedTuple):
    card: Card
    picture: str
    symbol_word: str


def cards_page(
    request: HttpRequest, cards: Sequence[Card], context: dict[str, Any], *, language: str = "", a_page: str = "8"
) -> HttpResponse:
    """All of one event. Like every page of the admin it is kept by no browser."""
    event = cards[0].link.event
    words = WORDS[language if language in languages_of(event) else event.language]
    phone = event.help_phone.replace(" ", "\N{NO-BREAK SPACE}")
    shown = {
        "title": "Cards to print",
        "event": event,
        "words": words.said,
        "language": words,
        "a_page": a_page if a_page in A_PAGE else "8",
        "cards": [_printed(each, words) for each in cards],
        "help_call": words.say("help_call", phone=phone) if phone else "",
        "strange": strange(event, (group for each in cards for group in each.link.groups)),
    }
    response = TemplateResponse(request, "admin/schedule/cards.html", context | shown)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _printed(card: Card, words: Words) -> Printed:
    picture = segno.make(card.address, error="m").svg_data_uri(scale=4, dark="#000", light="#fff")
    return Printed(card, str(picture), words.say(f"symbol_{card.link.symbol}"))


def strange(event: Event, said: Iterable[str]) -> list[Strange]:
    """Those of these groups that the draft has nothing for: they may be written otherwise there."""
    draft = groups.in_draft(event)
    known = {groups.key_of(group) for group in draft}
    return [each for each in groups.strange(chosen(said), draft) if groups.key_of(each.group) not in known]

"""What the symbols of the plan mean, and who drew them."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from eventsync.schedule.pages.symbols import LICENCE, OPENMOJI, Picture, Symbol, symbol_of
from eventsync.schedule.pages.telling import Teller
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.queries import Plan


def used(visit: Visit, plan: Plan) -> list[Picture]:
    """Those of the plan, in the order of their words."""
    teller = Teller(visit, plan)
    found = {teller.picture(each.symbol) for each in plan.activities.values()}
    return sorted((each for each in found if each is not None), key=lambda each: each.word)


def pictures_page(visit: Visit, plan: Plan) -> dict[str, Any]:
    title = visit.words.say("pictures")
    return {
        "heading": f"{visit.event.name}: {title}",
        "title": title,
        "symbols": used(visit, plan),
        "sources": [(OPENMOJI, "OpenMoji"), (LICENCE, "CC BY-SA 4.0")],
        "credits": [_credit(each, Teller(visit, plan)) for each in _own(visit, plan)],
    }


def _own(visit: Visit, plan: Plan) -> list[Symbol]:
    """Those of the event's own that the plan has."""
    keys = sorted({each.symbol for each in plan.activities.values()} & visit.own_symbols.keys())
    found = (symbol_of(key, visit.own_symbols) for key in keys)
    return [each for each in found if each and each.credit]


def _credit(symbol: Symbol, teller: Teller) -> SafeString:
    """Whose it is, as the organisers wrote it."""
    who = format_html("<bdi>{}</bdi>", symbol.credit)
    if symbol.source:
        who = format_html('<a href="{}" rel="noreferrer">{}</a>', symbol.source, who)
    return format_html("{}: {}", teller.text(symbol.words), who)

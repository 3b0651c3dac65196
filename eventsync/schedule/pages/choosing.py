"""The page on which somebody chooses how they see all pages, with an activity of the plan as the example."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode

from eventsync.schedule.pages.forms import is_sent_by_others
from eventsync.schedule.pages.settings import CHOICES, COOKIE, Settings, read, settings_of
from eventsync.schedule.pages.telling import Card, Teller
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.queries import Plan

BEFORE = "before"
PATH = "/schedule/"
YEAR = 365 * 24 * 3600


class Option(NamedTuple):
    value: str
    word: str
    chosen: bool


class Choice(NamedTuple):
    name: str
    word: str
    options: list[Option]


def settings_page(visit: Visit, plan: Plan, before: Settings | None) -> dict[str, Any]:
    """`before`: what was chosen until somebody chose something else just now."""
    title = visit.words.say("settings")
    return {
        "heading": f"{visit.event.name}: {title}",
        "title": title,
        "here": visit.link("settings"),
        "choices_here": [_choice(name, visit) for name in CHOICES],
        "card": _example(visit, plan),
        "undo": before and [(name, before.of(name)) for name in CHOICES],
    }


def choose(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Has the browser keep what its reader chose on this page, and shows them. Other sites choose nothing for them."""
    if is_sent_by_others(request):
        raise PermissionDenied
    address = visit.link("settings")
    before = urlencode({BEFORE: visit.settings.cookie})
    response = HttpResponseRedirect(f"{address}{'&' if '?' in address else '?'}{before}", status=303)
    _keep(settings_of(request.POST.items()), response, secure=request.is_secure())
    return response


def before_of(asked: Mapping[str, str]) -> Settings | None:
    return read(asked[BEFORE]) if BEFORE in asked else None


def _keep(settings: Settings, response: HttpResponse, *, secure: bool) -> None:
    """Scripts read it for pages that a phone keeps, and write it without a network (features/schedule/choices.ts)."""
    age = YEAR if settings.chosen else 0
    response.set_cookie(COOKIE, settings.cookie, max_age=age, path=PATH, secure=secure, samesite="Lax")


def _choice(name: str, visit: Visit) -> Choice:
    chosen, words = visit.settings.of(name), visit.words
    if name == "clock":
        options = _clocks(chosen, visit)
    else:
        values = ("", *CHOICES[name])
        options = [Option(each, words.say(f"set_{name}_{each or 'usual'}"), each == chosen) for each in values]
    return Choice(name, words.say(f"set_{name}"), options)


def _clocks(chosen: str, visit: Visit) -> list[Option]:
    """The language's own is usual; whoever chose it in another language keeps it."""
    own = str(visit.words.hours)
    others = [each for each in CHOICES["clock"] if each != own]
    usual = Option(chosen if chosen == own else "", visit.clock.example(int(own)), chosen not in others)
    return [usual, *(Option(each, visit.clock.example(int(each)), each == chosen) for each in others)]


def _example(visit: Visit, plan: Plan) -> Card | None:
    """One of their own plan: another would tell of something that is not there. With all that one can choose to see."""
    told = sorted(plan.activities.values(), key=lambda each: (not each.symbol, each.start, each.id))
    return Teller(visit, plan).card(told[0]) if told else None

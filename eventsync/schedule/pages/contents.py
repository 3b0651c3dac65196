"""What each page of an event is made of: a day, all days, the places, one place, help."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from eventsync.schedule.models import Term
from eventsync.schedule.pages import rules
from eventsync.schedule.pages.choosing import settings_page
from eventsync.schedule.pages.days import day_page, days_of, days_page, starting_day
from eventsync.schedule.pages.news import read_before
from eventsync.schedule.pages.pictures import pictures_page
from eventsync.schedule.pages.places import place_page, places_page
from eventsync.schedule.pages.releases import changes_of, plan_of
from eventsync.schedule.pages.settings import Settings
from eventsync.schedule.pages.terms import terms_of, terms_page
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.rules import Status


@dataclass(frozen=True, slots=True)
class Page:
    """`about`: what it is made of beside the visit's stamp; `context` is asked for only if the page is made anew."""

    template: str
    context: Callable[[], dict[str, Any]]
    about: object = None
    status: int = 200


class Day(NamedTuple):
    """The way to somebody's own day: address, nickname, symbol."""

    address: str
    nickname: str
    symbol: str


def now(visit: Visit) -> Page:
    """Today, or the day that is nearest to it."""
    return _day(visit, starting_day(visit, plan_of(visit)), always=True)


def day(visit: Visit, day: date) -> Page:
    return _day(visit, day) if day in days_of(visit, plan_of(visit)) else gone(visit)


def _day(visit: Visit, day: date, *, always: bool = False) -> Page:
    """With what is now and next if it is today's, or `always`; a phone finds that itself in what it keeps."""
    if visit.release is None:
        return no_plan(visit)
    plan, since = plan_of(visit), read_before(visit)
    is_now = (always or day == visit.today) and not visit.kept
    present = rules.present(plan.activities.values(), visit.now) if is_now else None
    return Page(
        "schedule/day.html",
        lambda: day_page(visit, plan, changes_of(visit, since), present, day),
        about=(day, since, present and present.ids),
    )


def days(visit: Visit) -> Page:
    if visit.release is None:
        return no_plan(visit)
    return Page("schedule/days.html", lambda: days_page(visit, plan_of(visit)))


def places(visit: Visit) -> Page:
    if visit.release is None:
        return no_plan(visit)
    return Page("schedule/places.html", lambda: places_page(visit, plan_of(visit)))


def place(visit: Visit, place: UUID) -> Page:
    plan = plan_of(visit)
    told = plan.places.get(str(place))
    return Page("schedule/place.html", lambda: place_page(visit, plan, told)) if told else gone(visit)


def terms(visit: Visit, known: Sequence[Term] | None = None) -> Page:
    """What is explained here is not part of the plan: it is there before the first release. `known`: if it was read."""
    found = terms_of(visit.event) if known is None else known
    about = tuple((term.pk, term.version) for term in found)
    return Page("schedule/terms.html", lambda: terms_page(visit, found), about=about)


def help_page(visit: Visit, known: Sequence[Term] | None = None) -> Page:
    has_terms = bool(terms_of(visit.event) if known is None else known)
    return Page("schedule/help.html", lambda: _help(visit, has_terms=has_terms), about=has_terms)


def _help(visit: Visit, *, has_terms: bool) -> dict[str, Any]:
    say = visit.words.say
    return {
        "heading": f"{visit.event.name}: {say('help')}",
        "title": say("help"),
        "steps": [say(f"help_how_{step}") for step in ("changes", "now", "day", "still", "new", "print")],
        "pictures_link": visit.link("pictures"),
        "words_link": visit.link("words") if has_terms else "",
        "shapes": [(status, say(f"status_{status}")) for status in reversed(Status)],
    }


def pictures(visit: Visit) -> Page:
    """Whose they are is said before the first release, too."""
    return Page("schedule/pictures.html", lambda: pictures_page(visit, plan_of(visit)))


def settings(visit: Visit, before: Settings | None = None) -> Page:
    """It is there before the first release, too."""
    about = (visit.settings, before)
    return Page("schedule/settings.html", lambda: settings_page(visit, plan_of(visit), before), about=about)


def no_plan(visit: Visit) -> Page:
    return Page("schedule/no_plan.html", lambda: {"heading": f"{visit.event.name}: {visit.words.say('no_plan')}"})


def gone(visit: Visit) -> Page:
    """With the way to help and to the plan, as everywhere. A phone knows only that it did not keep it."""
    key = "not_kept" if visit.kept else "gone"
    title, text = visit.words.say(key), visit.words.say(f"{key}_text")
    said = {"heading": f"{visit.event.name}: {title}", "title": title, "text": text}
    return Page("schedule/gone.html", lambda: said, status=404)


def not_here(visit: Visit, days: Sequence[Day] = (), *, status: int = 200) -> Page:
    """My day, for whom it is not on this phone; or the choice, for whom there are several."""
    key = "mine_which" if days else "mine_none"
    heading = {"heading": f"{visit.event.name}: {visit.words.say(key)}", "title": visit.words.say(key)}
    return Page("schedule/mine_none.html", lambda: {**heading, "days": days}, about=tuple(days), status=status)


def all_of(visit: Visit, explained: Sequence[Term]) -> Iterator[tuple[Visit, Page]]:
    """Every page that there is, each with its visit."""
    plan = plan_of(visit)
    if visit.release is None:
        yield (there := visit.at("now")), no_plan(there)
    for each in days_of(visit, plan):
        yield (there := visit.at("day", day=each)), day(there, each)
    for key in plan.places:
        yield (there := visit.at("place", place=key)), place(there, UUID(key))
    others = {"days": days, "places": places, "settings": settings, "pictures": pictures}
    for name, page in others.items():
        yield (there := visit.at(name)), page(there)
    for name, telling in {"help": help_page, "words": terms}.items():
        yield (there := visit.at(name)), telling(there, explained)
    if visit.has_links:
        yield (there := visit.at("mine")), not_here(there)

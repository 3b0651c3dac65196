"""The pages of an event: a day, all days, the places, one place, help."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from eventsync.schedule.pages import rules
from eventsync.schedule.pages.answers import answer
from eventsync.schedule.pages.days import day_page, days_of, days_page, starting_day
from eventsync.schedule.pages.news import read_before
from eventsync.schedule.pages.places import place_page, places_page
from eventsync.schedule.pages.releases import changes_of, plan_of
from eventsync.schedule.pages.terms import terms_of, terms_page
from eventsync.schedule.pages.visits import Visit, visit
from eventsync.schedule.plan.rules import Status


@require_safe
@gzip_page
def now(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Today, or the day that is nearest to it."""
    reader = visit(request, slug)
    return _day(request, reader, starting_day(reader, plan_of(reader)))


@require_safe
@gzip_page
def day(request: HttpRequest, slug: str, day: date) -> HttpResponseBase:
    reader = visit(request, slug)
    if day not in days_of(reader, plan_of(reader)):
        return _gone(request, reader)
    return _day(request, reader, day)


def _day(request: HttpRequest, reader: Visit, day: date) -> HttpResponseBase:
    if reader.release is None:
        return _no_plan(request, reader)
    plan, since = plan_of(reader), read_before(reader)
    is_now = day == reader.today or request.resolver_match.url_name == "schedule-now"  # type: ignore[union-attr]
    present = rules.present(plan.activities.values(), reader.now) if is_now else None
    return answer(
        request,
        reader,
        "day.html",
        lambda: day_page(reader, plan, changes_of(reader, since), present, day),
        about=(day, since, present and present.ids),
    )


@require_safe
@gzip_page
def days(request: HttpRequest, slug: str) -> HttpResponseBase:
    reader = visit(request, slug)
    if reader.release is None:
        return _no_plan(request, reader)
    return answer(request, reader, "days.html", lambda: days_page(reader, plan_of(reader)))


@require_safe
@gzip_page
def places(request: HttpRequest, slug: str) -> HttpResponseBase:
    reader = visit(request, slug)
    if reader.release is None:
        return _no_plan(request, reader)
    return answer(request, reader, "places.html", lambda: places_page(reader, plan_of(reader)))


@require_safe
@gzip_page
def place(request: HttpRequest, slug: str, place: UUID) -> HttpResponseBase:
    reader = visit(request, slug)
    plan = plan_of(reader)
    told = plan.places.get(str(place))
    if told is None:
        return _gone(request, reader)
    return answer(request, reader, "place.html", lambda: place_page(reader, plan, told))


@require_safe
@gzip_page
def help_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    reader = visit(request, slug)
    has_terms = bool(terms_of(reader.event))
    return answer(request, reader, "help.html", lambda: _help(reader, has_terms=has_terms), about=has_terms)


@require_safe
@gzip_page
def terms(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What is explained here is not part of the plan: it is there before the first release."""
    reader = visit(request, slug)
    found = terms_of(reader.event)
    about = tuple((term.pk, term.version) for term in found)
    return answer(request, reader, "terms.html", lambda: terms_page(reader, found), about=about)


def _help(reader: Visit, *, has_terms: bool) -> dict[str, Any]:
    say = reader.words.say
    return {
        "heading": f"{reader.event.name}: {say('help')}",
        "title": say("help"),
        "steps": [say(f"help_how_{step}") for step in ("changes", "now", "day", "still", "new", "print")],
        "words_link": reader.link("words") if has_terms else "",
        "shapes": [(status, say(f"status_{status}")) for status in reversed(Status)],
    }


def _no_plan(request: HttpRequest, reader: Visit) -> HttpResponseBase:
    heading = f"{reader.event.name}: {reader.words.say('no_plan')}"
    return answer(request, reader, "no_plan.html", lambda: {"heading": heading})


def _gone(request: HttpRequest, reader: Visit) -> HttpResponseBase:
    """With the way to help and to the plan, as everywhere."""
    heading = f"{reader.event.name}: {reader.words.say('gone')}"
    return answer(request, reader, "gone.html", lambda: {"heading": heading}, status=404)

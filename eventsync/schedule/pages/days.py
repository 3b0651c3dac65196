"""A day of an event, and the list of all its days."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings

from eventsync.schedule.pages import rules
from eventsync.schedule.pages.cards import written
from eventsync.schedule.pages.linked import linked
from eventsync.schedule.pages.news import news
from eventsync.schedule.pages.rules import Present
from eventsync.schedule.pages.telling import Teller
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan.queries import Plan
from eventsync.schedule.plan.rules import Change, Told

GOOGLE = "https://calendar.google.com/calendar/r"
LONGEST = timedelta(days=60)  # of a longer event only the days on which something is are listed
SHOWN = 5  # at once, of what is now, next, or changed: more would be no overview


def days_of(visit: Visit, plan: Plan) -> list[date]:
    event = visit.event
    known = {event.first_day, event.last_day, *rules.days(plan.activities.values(), visit.zone)}
    length = event.last_day - event.first_day
    if length <= LONGEST:
        known |= {event.first_day + timedelta(days=number) for number in range(length.days)}
    return sorted(known)


def starting_day(visit: Visit, plan: Plan) -> date:
    """Today, or else the next day that there is, or else the last."""
    days = days_of(visit, plan)
    return next((day for day in days if day >= visit.today), days[-1])


def day_page(visit: Visit, plan: Plan, changes: Iterable[Change], present: Present | None, day: date) -> dict[str, Any]:
    """`present`: what is now and next, on the page of today."""
    teller = Teller(visit, plan)
    told = rules.of_day(plan.activities.values(), day, visit.zone)
    listed = list(changes)
    return {
        "heading": f"{visit.event.name}: {visit.clock.day(day)}",
        "date": day.isoformat(),
        "day": visit.clock.day(day),
        "plan_from": _plan_from(visit, day),
        **_changed(visit, teller, listed, day),
        **(_present(present, teller) if present else {}),
        "list_title": visit.words.say("whole_day"),
        "list_empty": visit.words.say("day_empty"),
        "cards": written(told, teller),
        **_beside(visit, days_of(visit, plan), day),
        "code": picture(visit.bare("day", day=day)),
        "linked": "" if visit.kept or visit.groups is not None else linked(teller, told),
    }


def _plan_from(visit: Visit, day: date) -> str:
    """Without the date where that is the heading's: what changed is to be seen without scrolling."""
    clock = visit.clock
    at = visit.release.at if visit.release else visit.now
    moment = clock.shown_time(at) if clock.local(at).date() == day else clock.shown_moment(at)
    return visit.words.html("plan_from", moment=moment)


def _changed(visit: Visit, teller: Teller, changes: list[Change], day: date) -> dict[str, Any]:
    about = [change for change in changes if rules.about_day(change, day, visit.zone)]
    here = news(about, teller)
    release = visit.release
    return {
        "news": here[:SHOWN],
        "more_news": here[SHOWN:],
        "comment": _comment(visit, teller, about),
        "news_elsewhere": _elsewhere(visit, changes, day),
        "read": visit.reading(release.number) if release else "",
        "again": visit.reading(None) if visit.seen is not None else "",
    }


def _comment(visit: Visit, teller: Teller, changes: list[Change]) -> str:
    """What organisers wrote of the last release, where any of these is of it: it says nothing of earlier ones."""
    release = visit.release
    if release is None or not any(teller.plan.revisions[each.new.id].release_id == release.pk for each in changes):
        return ""
    return teller.text(release.comment)


def _elsewhere(visit: Visit, changes: list[Change], day: date) -> list[tuple[str, str]]:
    """Other days on which something changed that is not told here, but those that are over: address, sentence."""
    others = [change for change in changes if not rules.about_day(change, day, visit.zone)]
    found = {visit.clock.local(change.new.start).date() for change in others}
    days = {each for each in found if visit.kept or each >= visit.today}
    say = visit.words.say
    return [(visit.link("day", day=each), say("changes_other_day", day=visit.clock.day(each))) for each in sorted(days)]


def _present(present: Present, teller: Teller) -> dict[str, Any]:
    def part(told: tuple[Told, ...]) -> dict[str, Any]:
        return {"cards": teller.cards(told[:SHOWN]), "more": len(told) > SHOWN}

    return {"now": part(present.now), "next": part(present.next)}


def _beside(visit: Visit, days: list[date], day: date) -> dict[str, Any]:
    before = max((each for each in days if each < day), default=None)
    after = min((each for each in days if each > day), default=None)
    found = {"day_before": before, "day_after": after}
    return {
        key: (visit.link("day", day=each), visit.words.say(key, day=visit.clock.day(each)))
        for key, each in found.items()
        if each is not None
    }


def days_page(visit: Visit, plan: Plan) -> dict[str, Any]:
    def line(day: date) -> tuple[str, str]:
        said = visit.clock.day(day)
        is_today = day == visit.today and not visit.kept
        return visit.link("day", day=day), visit.words.say("today", day=said) if is_today else said

    return {
        "heading": f"{visit.event.name}: {visit.words.say('days')}",
        "title": visit.words.say("days"),
        "days": [line(day) for day in days_of(visit, plan)],
        "linked": "" if visit.kept or visit.groups is not None else linked(Teller(visit, plan), []),
        "calendar": f"{settings.BASE_URL}{visit.bare('calendar')}",
        "calendar_add": _subscription(visit, "calendar"),
        "calendar_google": f"{GOOGLE}?{urlencode({'cid': _subscription(visit, 'google')})}",
    }


def picture(address: str) -> str:
    """A code that leads to this page of ours, as an image of a page."""
    return _code(f"{settings.BASE_URL}{address}")


@lru_cache(maxsize=64)
def _code(address: str) -> str:
    code = segno.make(address, error="m")
    return str(code.svg_data_uri(scale=4, dark="#000", light="#fff"))


def _subscription(visit: Visit, name: str) -> str:
    """An address that calendars on phones and computers open by themselves."""
    return f"webcal://{settings.BASE_URL.partition('://')[2]}{visit.bare(name)}"

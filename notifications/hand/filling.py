"""Templates with what they are about: an activity of the plan, its day, time and place, a group, a number."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from eventsync.schedule.models import Event
from eventsync.schedule.pages.times import Clock
from eventsync.schedule.pages.words import WORDS
from eventsync.schedule.plan.rules import Told, said
from notifications.models import Template
from notifications.plan.words import fit
from notifications.wording.rules import BODY, PLACEHOLDERS, TITLE, placeholders

SAMPLE = {"group": "Team 2", "number": "15"}


def fill(template: Template, *, about: Told | None = None, group: str = "", number: str = "") -> dict[str, str]:
    """Title and body, short enough; what nobody said stays as it is, and whoever writes it sees the gap."""
    values = {"group": group, "number": number} | (_of(about, template.event, template.language) if about else {})
    return {
        "title": _filled(template.title, values, TITLE, give="activity"),
        "body": _filled(template.body, values, BODY, give="place"),
    }


def sample(text: str, *, event: Event, language: str, most: int) -> str:
    """As it may be filled in, for whoever writes the template."""
    clock, begin = Clock(WORDS[language], ZoneInfo(event.tz)), event.dates[0] + timedelta(hours=15)
    values = SAMPLE | {
        "activity": "Party",
        "place": "Main hall",
        "day": clock.weekday(begin),
        "time": clock.hour(begin),
    }
    return _filled(text, values, most, give="activity")


def _of(about: Told, event: Event, language: str) -> dict[str, str]:
    clock = Clock(WORDS[language], ZoneInfo(event.tz))
    title, place = about.by_language("title"), about.place_name
    return {
        "activity": said(title, wanted=language, otherwise=event.language)[0],
        "place": said(place, wanted=language, otherwise=event.language)[0],
        "day": clock.weekday(about.start),
        "time": clock.hour(about.start),
    }


def _filled(text: str, values: Mapping[str, str], most: int, *, give: str) -> str:
    if placeholders(text):
        return text
    gaps = {name: f"{{{name}}}" for name in PLACEHOLDERS}
    return fit(text, gaps | {name: value for name, value in values.items() if value}, most, give=give)

"""Schedules of conference software, and our own of that kind, as what the draft is compared with."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from eventsync.schedule.feeds.conference import GENERATOR
from eventsync.schedule.feeds.plain import SAID_IN_TITLE
from eventsync.schedule.files.content import Content, FileError
from eventsync.schedule.files.markup import plain
from eventsync.schedule.models import Event
from eventsync.schedule.pages.words import WORDS
from eventsync.schedule.plan.incoming import Incoming, Problem, longest
from eventsync.schedule.plan.rules import LANGUAGES, Status

_TITLE, _SENTENCE, _OUTLINE = map(longest, ("title", "sentence", "outline"))
_DURATION = re.compile(r"(\d{1,4}):([0-5]?\d)(?::[0-5]?\d)?")
_PREFIXES = {f"{words.say(f'status_{status}')}: ": status for words in WORDS.values() for status in SAID_IN_TITLE}


@dataclass(slots=True, kw_only=True)
class Talk:
    """What a file calls an event; as it is written there, empty where it is not. `day`: on which it is listed."""

    where: str
    guid: str = ""
    id: str = ""
    room: str = ""
    room_guid: str = ""
    title: str = ""
    subtitle: str = ""
    abstract: str = ""
    description: str = ""
    track: str = ""
    language: str = ""
    date: str = ""
    start: str = ""
    end: str = ""
    duration: str = ""
    day: str = ""
    day_start: str = ""
    persons: list[str] = field(default_factory=list)


class Unreadable(Exception):
    """One sentence about one talk."""


def content_of(event: Event, name: str, generator: str, talks: Iterable[Talk]) -> Content:
    """`generator`: what the file says made it. FileError: if it is ours, in another language."""
    found, shortened, people, tracks = Content(), 0, False, False
    ours = generator == GENERATOR
    for talk in talks:
        try:
            said = _own(event, name, talk) if ours else _foreign(event, talk)
        except Unreadable as why:
            found.problems.append(Problem(talk.where, str(why)))
            continue
        except OverflowError:
            found.problems.append(Problem(talk.where, "Its times are in no year that there is."))
            continue
        found.items.append(said)
        shortened += len(talk.title) > _TITLE and not ours
        people, tracks = people or bool(talk.persons), tracks or bool(talk.track)
    if not ours:
        found.remarks.extend(_remarks(shortened, people=people, tracks=tracks))
    return found


def _remarks(shortened: int, *, people: bool, tracks: bool) -> list[str]:
    long = f"Titles of more than {_TITLE} characters are shortened: {shortened}. The whole one begins the text."
    left = {
        long: shortened,
        "Who speaks is not taken.": people,
        "Tracks are not taken: say for which groups an activity is.": tracks,
    }
    return [sentence for sentence, so in left.items() if so]


def _own(event: Event, name: str, talk: Talk) -> Incoming:
    if talk.language and talk.language != event.language:
        wanted = LANGUAGES[event.language]
        raise FileError(f"{name} is not in {wanted}. Take the one with ?lang={event.language} in its address.")
    start, end = _times(event, talk)
    prefix = next((each for each in _PREFIXES if talk.title.startswith(each)), "")
    return Incoming(
        where=talk.where,
        id=_uuid(talk.guid),
        title=talk.title.removeprefix(prefix),
        start=start,
        end=end,
        place=talk.room or None,
        place_id=_uuid(talk.room_guid),
        sentence=talk.abstract,
        outline=talk.description,
        note=talk.subtitle,
        groups=talk.persons,
        status=_PREFIXES.get(prefix, Status.PLANNED),
    )


def _foreign(event: Event, talk: Talk) -> Incoming:
    start, end = _times(event, talk)
    guid = _uuid(talk.guid)
    title = " ".join(talk.title.split())
    texts = [title if len(title) > _TITLE else "", plain(talk.abstract), plain(talk.description)]
    return Incoming(
        where=talk.where,
        id=guid,
        number=None if guid else talk.id or None,
        title=_cut(title, _TITLE),
        start=start,
        end=end,
        place=talk.room or None,
        place_id=_uuid(talk.room_guid),
        sentence=_cut(" ".join(plain(talk.subtitle).split()), _SENTENCE),
        outline=_cut("\n\n".join(text.strip() for text in texts if text.strip()), _OUTLINE),
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _uuid(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None


def _times(event: Event, talk: Talk) -> tuple[datetime, datetime]:
    start = _moment(event, talk.date) if talk.date else _on_day(event, talk)
    if talk.end:
        return start, _moment(event, talk.end)
    length = _DURATION.fullmatch(talk.duration.strip())
    if not talk.duration:
        raise Unreadable("It does not say how long it is.")
    if length is None:
        raise Unreadable(f"“{talk.duration[:40]}” is no duration, such as 01:30.")
    return start, start + timedelta(hours=int(length[1]), minutes=int(length[2]))


def _moment(event: Event, text: str) -> datetime:
    """In the event's zone, if it does not say in which."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.astimezone(ZoneInfo("UTC")) if at.tzinfo else at.replace(tzinfo=ZoneInfo(event.tz))
    except ValueError:
        raise Unreadable(f"“{text[:40]}” is no time, such as 2026-07-04T15:00:00+03:00.") from None


def _on_day(event: Event, talk: Talk) -> datetime:
    """By the day of the programme, which ends in the morning of the next one."""
    try:
        hour = time.fromisoformat(talk.start.strip().zfill(5))
        at = datetime.combine(datetime.fromisoformat(talk.day), hour, ZoneInfo(event.tz))
    except ValueError:
        raise Unreadable("It does not say when it begins.") from None
    begins = _moment(event, talk.day_start) if talk.day_start else at
    return at if at >= begins else at + timedelta(days=1)

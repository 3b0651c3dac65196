"""What people will read, in each language and on each way, and how many it reaches: seen before it is sent."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from eventsync.schedule.pages.words import direction
from eventsync.schedule.plan.rules import LANGUAGES, language_of
from notifications.hand.answers import groups_said
from notifications.hand.audience import hearers
from notifications.hand.sending import needs_two
from notifications.links import link_of
from notifications.models import HandNotice, Recipient
from notifications.reaching import looking
from notifications.reaching.rules import Reach
from notifications.rules import Importance, Word, is_quiet
from notifications.sms import rules as sms
from notifications.sms.words import text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One language. `people`: who read it. `own`: whether it was written in it. `parts`: of the text message."""

    language: str
    name: str
    dir: str
    title: str
    body: str
    own: bool
    reviewed: bool
    people: int
    sms: str
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """`missed`: of which groups how many nothing reaches unless they look. `waits`: until quiet hours are over."""

    shown: Sequence[Shown]
    reach: Reach
    browsers: int
    missed: Sequence[tuple[str, int]]
    needs_two: bool
    waits: bool


def outlook(row: HandNotice, *, now: datetime) -> Outlook:
    people, importance = hearers(row), Importance(row.importance)
    quiet, critical = is_quiet(now, ZoneInfo(row.event.tz)), importance == Importance.CRITICAL
    link, breaks_quiet = _link(row), quiet and critical
    text_in = partial(text_of, row.texts, event=row.event, link=link, breaks_quiet=breaks_quiet)
    known = looking.hearers(row.event, people)
    missed = Counter(
        group
        for whom, each in zip(people, known, strict=True)
        if not (each.browsers or each.phone or each.email)
        for group in groups_said(whom.hears_of)
    )
    return Outlook(
        shown=_shown(row, people, text_in),
        reach=looking.outlook(
            row.event, known, Word(importance=importance), row.texts, link=link, breaks_quiet=breaks_quiet
        ),
        browsers=sum(each.browsers for each in known),
        missed=missed.most_common(),
        needs_two=needs_two(row, people=len(people)),
        waits=quiet and not critical,
    )


def _shown(row: HandNotice, people: Sequence[Recipient], text_in: Callable[..., str]) -> list[Shown]:
    read = Counter(each.language for each in people)
    codes = [code for code in LANGUAGES if code in {row.event.language, *row.event.languages} or code in read]
    return [
        _in(row, code, read[code], text_in(language=code))
        for code in sorted(codes, key=lambda code: code != row.event.language)
    ]


def _in(row: HandNotice, code: str, people: int, text: str) -> Shown:
    said = row.texts[language := language_of(row.texts, wanted=code, otherwise=row.event.language)]
    return Shown(
        language=language,
        name=LANGUAGES[code],
        dir=direction(language),
        title=said["title"],
        body=said["body"],
        own=language == code,
        reviewed=language in row.reviewed,
        people=people,
        sms=text,
        parts=sms.segments(text),
    )


def _link(row: HandNotice) -> str:
    """As long as the one that each will have."""
    asks = sms.asks(Importance(row.importance), must_acknowledge=row.must_acknowledge)
    return link_of(UUID(int=0)) if asks else ""

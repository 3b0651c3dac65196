"""Who reads a page, of which event, in which language, and when. Nothing is known of them but what the address says,
and how they chose to see it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation.trans_real import parse_accept_lang_header

from eventsync.schedule.models import Event, FamilyLink, Release
from eventsync.schedule.pages import symbols
from eventsync.schedule.pages.settings import COOKIE, USUAL, Settings, read
from eventsync.schedule.pages.times import Clock
from eventsync.schedule.pages.words import WORDS, Words
from eventsync.schedule.plan.queries import last_release

LANGUAGE, SEEN = "lang", "seen"


class Choice(NamedTuple):
    """A language in which the same page can be read."""

    words: Words
    address: str
    current: bool


@dataclass(frozen=True)
class Visit:
    """`chosen`: the address names the language; `seen`: the last release whose changes they have read, if they said.

    `kept`: for a phone that keeps the page, to be read without a network and at another time. `has_links`: whether
    families of this event have links to their own part of the plan. `groups`: for whom alone it is told; None: for
    everybody. `symbols_stamp`: of the symbols of the event's own.
    """

    event: Event
    release: Release | None
    words: Words
    chosen: bool
    seen: int | None
    path: str
    now: datetime
    settings: Settings = USUAL
    kept: bool = False
    has_links: bool = False
    groups: tuple[str, ...] | None = None
    symbols_stamp: symbols.Stamp = (0, None)

    @property
    def own_symbols(self) -> symbols.Own:
        return symbols.own_symbols(self.event, self.symbols_stamp)

    @cached_property
    def clock(self) -> Clock:
        return Clock(self.words, ZoneInfo(self.event.tz))

    @property
    def zone(self) -> ZoneInfo:
        return self.clock.zone

    @property
    def today(self) -> date:
        return self.clock.local(self.now).date()

    @property
    def stamp(self) -> tuple[object, ...]:
        """Of what everything is made that is the same on every day and for everybody who reads this language."""
        event, release = self.event, self.release
        texts = (event.name, event.tz, event.language, *event.languages, event.help_phone)
        days = (event.first_day, event.last_day)
        own = (self.has_links, self.symbols_stamp)
        return (event.pk, texts, *days, *own, release and release.pk, self.words.code)

    @property
    def page_stamp(self) -> tuple[object, ...]:
        """Of what every page is made; what it says differs only where this does, or what the page itself adds."""
        return (*self.stamp, self.chosen, self.seen, self.path, self.kept, self.today)

    @property
    def number(self) -> int:
        """Of the release that is told; 0 before the first."""
        return self.release.number if self.release else 0

    @property
    def calendar_name(self) -> str:
        return self.event.name

    @property
    def languages(self) -> list[Choice]:
        return [
            Choice(WORDS[code], self._address(self.path, code, self.seen), code == self.words.code)
            for code in languages_of(self.event)
        ]

    @property
    def not_in(self) -> list[tuple[Words, str]]:
        """The other languages, each with a sentence in it that a page which was kept is not in it."""
        others = [WORDS[code] for code in languages_of(self.event) if code != self.words.code]
        return [
            (each, each.say("only_in_language", language=each.say(f"language_{self.words.code}"))) for each in others
        ]

    def link(self, name: str, **where: object) -> str:
        """The address of another page of this event, in the same language."""
        return self._address(self._reverse(name, where), self.words.code if self.chosen else None, self.seen)

    def reading(self, seen: int | None) -> str:
        """This page for somebody who has read of the changes up to this release, or who wants to read them again."""
        return self._address(self.path, self.words.code if self.chosen else None, seen)

    def at(self, name: str, **where: object) -> "Visit":
        """The same reader on another page."""
        return replace(self, path=self._reverse(name, where))

    @property
    def here(self) -> str:
        """This page, as it is asked for by whoever wants it as it is by now."""
        return self.reading(self.seen)

    @property
    def copy(self) -> str:
        """Where all pages are to be had at once, in this language."""
        return self.bare("copy")

    @property
    def manifest(self) -> str:
        """For the home screen."""
        return self.bare("manifest")

    def bare(self, name: str, **where: object) -> str:
        """The address of a page for others: it names the language and nothing of who hands it on."""
        return self._address(self._reverse(name, where), self.words.code, None)

    def _reverse(self, name: str, where: dict[str, object]) -> str:
        return reverse(f"schedule-{name}", kwargs={"slug": self.event.slug, **where})

    @staticmethod
    def _address(path: str, language: str | None, seen: int | None) -> str:
        asked = {LANGUAGE: language, SEEN: seen}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return f"{path}?{query}" if query else path


def visit(request: HttpRequest, slug: str) -> Visit:
    links = FamilyLink.objects.filter(event=OuterRef("pk"), revoked_at=None)
    event = symbols.stamped(Event.objects.all()).annotate(has_links=Exists(links)).filter(slug=slug).first()
    if event is None:
        raise Http404
    chosen = request.GET.get(LANGUAGE, "")
    known = languages_of(event)
    wanted = [chosen, *preferred(request), event.language]
    release = last_release(event)
    return Visit(
        event=event,
        release=release,
        words=WORDS[next(code for code in wanted if code in known)],
        chosen=chosen in known,
        seen=_seen(request.GET.get(SEEN, ""), release),
        path=request.path,
        now=timezone.now(),
        settings=read(request.COOKIES.get(COOKIE, "")),
        has_links=event.has_links,
        symbols_stamp=symbols.stamp_of(event),
    )


def languages_of(event: Event) -> list[str]:
    """In which the event can be read, in one order everywhere."""
    return [code for code in WORDS if code in {event.language, *event.languages}]


def preferred(request: HttpRequest) -> list[str]:
    """What the browser asks for, best first: `fi` also for `fi-FI`."""
    return [tag.split("-")[0] for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]


def _seen(said: str, release: Release | None) -> int | None:
    """Only a release that there is: one of the future would hide what nobody has read."""
    known = release.number if release else 0
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 and int(said) <= known else None

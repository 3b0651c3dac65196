"""What was told of the schedule, as one reader gets it: in their language, or else said in which."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from eventsync.schedule.pages import rules
from eventsync.schedule.pages.symbols import Picture, Symbol, symbol_of
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.pages.words import direction
from eventsync.schedule.plan.queries import Plan
from eventsync.schedule.plan.rules import PlaceTexts, Status, Texts, Told, ToldPlace, language_of, said

SENSES = ("noise", "crowd", "light", "quiet_room")
WAYS_IN = ("step_free", "toilet")
FACTS = (*SENSES, *WAYS_IN)
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An activity as a page shows it. `old_when` and `old_place` are empty unless they are not so any more.

    `outline`: folded, unless it is what people come here for; `more_link`: to where it is, if that is elsewhere.
    """

    title: SafeString
    symbol: Picture | None
    status: Status
    word: str
    shape: SafeString
    when: SafeString
    held: bool
    old_when: SafeString
    place: SafeString
    place_link: str
    old_place: SafeString
    sentence: SafeString
    note: SafeString
    outline: SafeString
    is_unfolded: bool
    more_link: str
    groups: SafeString
    sensory: str
    foreign: str
    """Which language it is in, if that is not the reader's."""


@cache
def shape(status: Status) -> SafeString:
    """Its drawing."""
    return render_to_string("schedule/shape.html", {"status": status})


@dataclass(frozen=True)
class Teller:
    """Tells a plan to whoever visits. `at_place`: on the page of a place, which has outlines that days have no room
    for."""

    visit: Visit
    plan: Plan
    at_place: bool = False

    def made_of(self, told: Told) -> tuple[Hashable, ...]:
        """Whatever is said of it follows from these: revisions, which never change, and how the reader is told."""
        planned, revisions = rules.planned(told), self.plan.revisions
        keys = (told.id, told.slot.place, planned and planned.place)
        visit, place = self.visit, self._place_link(told.slot.place)
        same = (visit.words.code, visit.event.language, visit.event.tz, visit.symbols_stamp)
        shown = (place, self.has_outlines, self.is_apart)
        return (*same, *shown, *(revisions[key].pk if key in revisions else None for key in keys))

    @property
    def is_apart(self) -> bool:
        """Outlines are on the pages of places alone."""
        return self.plan.outlines > rules.MOST_OUTLINES

    @property
    def has_outlines(self) -> bool:
        return self.at_place or not self.is_apart

    def text(self, texts: Mapping[str, str]) -> SafeString:
        return self.marked(*self.said(texts))

    def said(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """What of it this reader gets, and in which language."""
        return said(texts, wanted=self.visit.words.code, otherwise=self.visit.event.language)

    def marked(self, text: str, language: str) -> SafeString:
        """What assistive technology speaks in the language that it is in."""
        if language == self.visit.words.code:
            return escape(text)
        return format_html('<bdi lang="{}" dir="{}">{}</bdi>', language, direction(language), text)

    def field(self, told: Told, name: str) -> SafeString:
        return self.text(told.by_language(name))

    def title(self, told: Told) -> SafeString:
        return self.field(told, "title")

    def place(self, told: Told) -> SafeString:
        return self.text(told.place_name)

    def place_name(self, place: ToldPlace) -> SafeString:
        return self.text(place.names)

    def picture(self, key: str, *, title: str = "") -> Picture | None:
        """None where the organisers' word is none that we know."""
        symbol = symbol_of(key, self.visit.own_symbols)
        return self._drawn(symbol, title) if symbol else None

    def _drawn(self, symbol: Symbol, title: str) -> Picture:
        word = self.said(symbol.words)[0]
        return Picture(self.text(symbol.words), symbol.file, in_title=title.casefold() == word.casefold())

    def groups(self, told: Told) -> SafeString:
        return escape(", ".join(told.groups) or self.visit.words.say("everybody"))

    def when(self, told: Told) -> SafeString:
        return self._when(told.start, told.end)

    @cached_property
    def _when(self) -> Callable[[datetime, datetime], SafeString]:
        """Many are at one time, and many at one place."""
        return cache(self.visit.clock.when)

    @cached_property
    def _place_link(self) -> Callable[[str], str]:
        return cache(lambda place: self.visit.link("place", place=place))

    @cached_property
    def _sensory(self) -> Callable[[str], str]:
        return cache(lambda place: self.sensory(self.plan.places.get(place)))

    def card(self, told: Told) -> Card:
        planned, outline, place_link = rules.planned(told), self.paragraphs(told), self._place_link(told.slot.place)
        return Card(
            title=self.title(told),
            symbol=self.picture(told.symbol, title=self.said(told.by_language("title"))[0]),
            status=told.status,
            word=self.visit.words.say(f"status_{told.status}"),
            shape=shape(told.status),
            when=self.when(told),
            held=told.status == Status.HELD,
            old_when=self._old_when(told),
            place=self.place(told),
            place_link=place_link,
            old_place=self._place_of(planned.place) if planned and planned.place != told.slot.place else SafeString(),
            sentence=self.field(told, "sentence"),
            note=self.field(told, "note"),
            outline=outline if self.has_outlines else SafeString(),
            is_unfolded=self.at_place and self.is_apart,
            more_link=f"{place_link}#{rules.anchor(told.id)}" if outline and not self.has_outlines else "",
            groups=self.groups(told),
            sensory=self._sensory(told.slot.place),
            foreign=self.foreign(told.texts),
        )

    def cards(self, activities: Iterable[Told]) -> list[Card]:
        return [self.card(told) for told in activities]

    def _old_when(self, told: Told) -> SafeString:
        planned = rules.planned(told)
        if planned is None or (planned.start, planned.end) == (told.start, told.end):
            return SafeString()
        return self._when(planned.start, planned.end)

    def _place_of(self, place: str) -> SafeString:
        told = self.plan.places.get(place)
        return self.place_name(told) if told else SafeString()

    def paragraphs(self, told: Told) -> SafeString:
        text, language = self.said(told.by_language("outline"))
        begin, end = self.marked("\n", language).split("\n")
        lines = (line.strip() for line in escape(text).splitlines())
        return mark_safe("".join(f"<p>{begin}{line}{end}</p>" for line in lines if line))  # noqa: S308 it is escaped

    def sensory(self, place: ToldPlace | None) -> str:
        """One line for each thing that somebody may want to know before they go; what nobody knows is said.

        Not so of stairs and the toilet, lest there be too much to read: the page of the place says it.
        """
        words = self.visit.words
        facts = {fact: getattr(place, fact) if place else UNKNOWN for fact in FACTS}
        if set(facts.values()) == {UNKNOWN}:
            return words.say("unknown_all")
        senses = [words.say(f"{sense}_{facts[sense]}") for sense in SENSES]
        return " ".join([*senses, self.ways_in(place)] if place else senses).strip()

    def ways_in(self, place: ToldPlace) -> str:
        """What is known of stairs and the toilet."""
        known = ((way, getattr(place, way)) for way in WAYS_IN)
        return " ".join(self.visit.words.say(f"{way}_{value}") for way, value in known if value != UNKNOWN)

    def foreign(self, texts: Mapping[str, Texts] | Mapping[str, PlaceTexts]) -> str:
        code = self.visit.words.code
        if code in texts or not texts:
            return ""
        return self.in_language(language_of(texts, wanted=code, otherwise=self.visit.event.language))

    def in_language(self, language: str) -> str:
        """That something is in this language; nothing where it is the reader's."""
        words = self.visit.words
        return "" if language == words.code else words.say("in_language", language=words.say(f"language_{language}"))

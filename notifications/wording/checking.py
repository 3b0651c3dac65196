"""What is wrong with what an event says on lock screens: its own words and the people of its list are known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from eventsync.schedule.language.checking import known
from eventsync.schedule.language.rules import Known
from eventsync.schedule.models import Event
from eventsync.schedule.pages.words import WORDS
from eventsync.schedule.plan.rules import LANGUAGES
from notifications.wording.names import named, things_of
from notifications.wording.rules import Fault, Part, faults

Texts = Mapping[str, Mapping[str, str]]
"""{"fi": {"title": …, "body": …}}"""


@dataclass(frozen=True, slots=True)
class Lookout:
    """What is known at an event, read once for all that is looked at."""

    event: Event
    known: Known
    things: frozenset[str]

    def look(self, text: str, *, part: Part, language: str) -> list[Fault]:
        called = named(text, event=self.event, language=language, known=self.known, things=self.things)
        return faults(text, part=part, language=language, known=self.known, named=called)


def lookout(event: Event) -> Lookout:
    """Days and months are nobody's names, and no rare words."""
    knows, things = known(event), things_of(event)
    days = {day.casefold() for words in WORDS.values() for day in (*words.weekdays, *words.months)}
    return Lookout(event, replace(knows, names=knows.names | days | things), things)


def hard(texts: Texts, *, event: Event) -> list[str]:
    """What must be mended before it is sent, a sentence each."""
    at = lookout(event)
    found = [
        (code, part, each)
        for code, said in texts.items()
        for part in Part
        for each in at.look(said[part], part=part, language=code)
        if each.hard
    ]
    return [f"{LANGUAGES[code]}, {part}: “{each.words}” {each.instead}" for code, part, each in found]

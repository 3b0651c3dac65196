"""What is wrong with what an event says on lock screens: its own words and the people of its list are known."""

from collections.abc import Mapping
from dataclasses import replace

from eventsync.schedule.language.checking import known
from eventsync.schedule.models import Event
from eventsync.schedule.pages.words import WORDS
from eventsync.schedule.plan.rules import LANGUAGES
from notifications.wording.names import named
from notifications.wording.rules import Fault, Part, faults

Texts = Mapping[str, Mapping[str, str]]
"""{"fi": {"title": …, "body": …}}"""


def look(text: str, *, part: Part, language: str, event: Event) -> list[Fault]:
    words, knows = WORDS[language], known(event)
    knows = replace(knows, names=knows.names | {day.casefold() for day in (*words.weekdays, *words.months)})
    called = named(text, event=event, language=language, known=knows)
    return faults(text, part=part, language=language, known=knows, named=called)


def hard(texts: Texts, *, event: Event) -> list[str]:
    """What must be mended before it is sent, a sentence each."""
    found = [
        (code, part, each)
        for code, said in texts.items()
        for part in Part
        for each in look(said[part], part=part, language=code, event=event)
        if each.hard
    ]
    return [f"{LANGUAGES[code]}, {part}: “{each.words}” {each.instead}" for code, part, each in found]

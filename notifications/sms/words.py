"""What a text message says."""

from collections.abc import Mapping

from eventsync.schedule.models import Event
from eventsync.schedule.plan.rules import language_of
from notifications.pages.words import WORDS
from notifications.sms import rules

Texts = Mapping[str, Mapping[str, str]]
"""As a notice has them: {"fi": {"title": …, "body": …}}."""


def text_of(texts: Texts, *, event: Event, language: str, link: str = "", breaks_quiet: bool = False) -> str:
    """The whole notice; before it whose it is, where that makes it no dearer. `link`: where to say that it was read.

    `breaks_quiet`: it says why it comes then, by its first words, or by a sentence where that makes it no dearer.
    """
    said = texts[code := language_of(texts, wanted=language, otherwise=event.language)]
    text = _lines(said["title"], said["body"], link)
    if breaks_quiet:
        words = WORDS[code]
        whole = _lines(said["title"], said["body"], words["quiet_why"], link)
        first = _lines(f"{words['quiet_first']} {said['title']}", said["body"], link)
        text = whole if _as_dear(whole, first) else first
    named = _lines(event.name, text)
    return named if _as_dear(named, text) else text


def _lines(*said: str) -> str:
    return rules.plain("\n".join(filter(None, said)))


def _as_dear(text: str, other: str) -> bool:
    return rules.segments(text) == rules.segments(other)

"""What a text message says."""

from collections.abc import Mapping

from eventsync.schedule.models import Event
from eventsync.schedule.plan.rules import language_of
from notifications.sms import rules

Texts = Mapping[str, Mapping[str, str]]
"""As a notice has them: {"fi": {"title": …, "body": …}}."""


def text_of(texts: Texts, *, event: Event, language: str, link: str = "") -> str:
    """The whole notice; before it whose it is, where that makes it no dearer. `link`: where to say that it was read."""
    said = texts[language_of(texts, wanted=language, otherwise=event.language)]
    text = rules.plain("\n".join(filter(None, (said["title"], said["body"], link))))
    named = rules.plain(f"{event.name}\n{text}")
    return named if rules.segments(named) == rules.segments(text) else text

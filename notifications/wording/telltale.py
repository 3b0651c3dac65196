"""Titles and places of the plan that name somebody of the list, or say something of anybody’s health.

Whoever opens the plan reads them there; a phone that lies on a table shows them to nobody.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from checkin.rules import search_key
from eventsync.schedule.language.checking import Reworded, Worded, known, when_reworded
from eventsync.schedule.language.familiar import is_familiar
from eventsync.schedule.language.rules import Finding, Kind
from eventsync.schedule.language.sentences import words
from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan.rules import Told
from notifications.wording.names import named
from notifications.wording.rules import Fault, telltale

Look = Callable[[str, str], tuple[Fault, ...]]
"""What a text in a language tells of somebody; asked again it remembers."""

_INSTEAD = (
    "Lock screens say only what changed, such as “In your plan: Later”. Leave it out, or explain it among the event’s "
    "words."
)


def looking(event: Event) -> Look:
    """Reads what is known at an event once. Venues, groups, and words of everyday English are nobody’s names."""
    knows, own = known(event), _own(event)

    @cache
    def look(text: str, language: str) -> tuple[Fault, ...]:
        english = words(text) if language == "en" else ()
        common = {search_key(each) for each in english if is_familiar(each.casefold(), knows.common)}
        called = named(text, event=event, language=language, known=knows, things=own | common)
        return tuple(telltale(text, language=language, known=knows, named=called))

    return look


def _own(event: Event) -> frozenset[str]:
    texts = [event.name, *event.venues.values_list("name", flat=True)]
    for groups in Activity.objects.filter(event=event).order_by().values_list("groups", flat=True):
        texts += groups
    return frozenset(search_key(" ".join(texts)).split())


@when_reworded
def warn(event: Event, reworded: Iterable[Reworded]) -> Iterator[Worded]:
    """For whoever releases: what families will not read on their lock screens."""
    look = looking(event)
    for told, _ in reworded:
        if isinstance(told, Told):
            yield from _warn(told, look)


def _warn(told: Told, look: Look) -> Iterator[Worded]:
    for field, texts in (("title", told.by_language("title")), ("place", told.place_name)):
        for language, text in texts.items():
            for each in look(text, language):
                found = Finding(kind=Kind.TELLTALE, field=field, language=language, words=each.words, instead=_INSTEAD)
                yield Worded(told, found)

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
from eventsync.schedule.plan.rules import Told, ToldPlace
from notifications.wording import names
from notifications.wording.names import Said
from notifications.wording.rules import Fault, telltale

Look = Callable[[str, str], tuple[Fault, ...]]
"""What a text in a language tells of somebody; asked again it remembers."""

_INSTEAD = (
    "Lock screens say only what changed, such as “In your plan: Later”. Leave it out, or explain it among the event’s "
    "words."
)


def looking(event: Event, ahead: Iterable[tuple[str, str]] = ()) -> Look:
    """Reads what is known at an event once. Venues, groups, and words of everyday English are nobody’s names.

    `ahead`: texts that it will be asked of, with their languages; the list is asked for the people of all of them once.
    """
    knows, own, ahead = known(event), _own(event), set(ahead)

    def read(text: str, language: str) -> Said:
        english = words(text) if language == "en" else ()
        common = {search_key(each) for each in english if is_familiar(each.casefold(), knows.common)}
        return names.read(text, language=language, known=knows, things=own | common)

    expected = names.people(event, [read(*each) for each in ahead])

    @cache
    def look(text: str, language: str) -> tuple[Fault, ...]:
        said = read(text, language)
        people = expected if (text, language) in ahead else names.people(event, [said])
        return tuple(telltale(text, language=language, known=knows, named=names.called(said, people)))

    return look


def _own(event: Event) -> frozenset[str]:
    texts = [event.name, *event.venues.values_list("name", flat=True)]
    for groups in Activity.objects.filter(event=event).order_by().values_list("groups", flat=True):
        texts += groups
    return frozenset(search_key(" ".join(texts)).split())


@when_reworded
def warn(event: Event, reworded: Iterable[Reworded]) -> Iterator[Worded]:
    """For whoever releases: what families will not read on their lock screens, of what they have not been told yet."""
    anew = [each for told, before in reworded if isinstance(told, Told) for each in _anew(told, before)]
    look = looking(event, ((text, language) for _, _, language, text in anew))
    for told, field, language, text in anew:
        for each in look(text, language):
            found = Finding(kind=Kind.TELLTALE, field=field, language=language, words=each.words, instead=_INSTEAD)
            yield Worded(told, found)


def _anew(told: Told, before: Told | ToldPlace | None) -> Iterator[tuple[Told, str, str, str]]:
    """Its field, language and text."""
    old = _texts(before) if isinstance(before, Told) else {}
    for (field, language), text in _texts(told).items():
        if old.get((field, language)) != text:
            yield told, field, language, text


def _texts(told: Told) -> dict[tuple[str, str], str]:
    both = (("title", told.by_language("title")), ("place", told.place_name))
    return {(field, language): text for field, texts in both for language, text in texts.items()}

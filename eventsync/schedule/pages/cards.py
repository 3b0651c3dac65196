"""Activities as pages show them, whole: a process writes each once, for a release changes few of a thousand."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from eventsync.schedule.pages import rules
from eventsync.schedule.pages.shelf import Shelf
from eventsync.schedule.pages.telling import Teller
from eventsync.schedule.plan.rules import Told

KEPT = 4_000  # cards, of about 3 kB each

shelf: Shelf[SafeString] = Shelf(KEPT)


class Written(NamedTuple):
    """`html`: what card.html makes of it."""

    id: str
    html: SafeString


def written(activities: Iterable[Told], teller: Teller) -> list[Written]:
    return list(_each(activities, teller))


def _each(activities: Iterable[Told], teller: Teller) -> Iterator[Written]:
    """What a card says follows from revisions, which never change, from its address of the place, and from these."""
    visit, revisions = teller.visit, teller.plan.revisions
    same = (visit.words.code, visit.event.language, visit.event.tz)
    links: dict[str, str] = {}
    for told in activities:
        at, planned = told.slot.place, rules.planned(told)
        if at not in links:
            links[at] = visit.link("place", place=at)
        of = [revisions[key].pk if key in revisions else None for key in (told.id, at, planned and planned.place)]
        made_of = (*same, links[at], *of)
        yield Written(told.id, shelf.get(made_of, partial(_write, told, teller)))


def _write(told: Told, teller: Teller) -> SafeString:
    return render_to_string("schedule/card.html", {"card": teller.card(told), "words": teller.visit.words.said})

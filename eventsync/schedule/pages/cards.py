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
    """`anchor`: where it is on the page; `html`: what card.html makes of it."""

    anchor: str
    html: SafeString


def written(activities: Iterable[Told], teller: Teller) -> list[Written]:
    return list(_each(activities, teller))


def _each(activities: Iterable[Told], teller: Teller) -> Iterator[Written]:
    for told in activities:
        yield Written(rules.anchor(told.id), shelf.get(teller.made_of(told), partial(_write, told, teller)))


def _write(told: Told, teller: Teller) -> SafeString:
    return render_to_string("schedule/card.html", {"card": teller.card(told), "words": teller.visit.words.said})

"""What apps above add at the end of each page, beside the way to the settings."""

from collections.abc import Callable
from typing import NamedTuple

from eventsync.schedule.pages.visits import Visit


class Way(NamedTuple):
    """Where to, and the word for it in the reader's language."""

    address: str
    word: str


_ways: list[Callable[[Visit], Way]] = []  # filled once, when the apps get ready


def beside(way: Callable[[Visit], Way]) -> Callable[[Visit], Way]:
    """Decorator: one more way, the same from each page."""
    _ways.append(way)
    return way


def ways(visit: Visit) -> list[Way]:
    return [way(visit) for way in _ways]

"""Groups and delegations as people type them: which of them nobody else names, and what they may have meant."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple
from uuid import UUID

from eventsync.schedule.models import Activity, Event, FamilyLink

ALIKE = 0.75  # Norwey is like Norway, Iceland is not like Finland
NEAREST = 3

Source = Callable[[UUID], Iterable[str]]
"""The groups that another app knows of an event."""

_sources: list[Source] = []


class Strange(NamedTuple):
    """A group that nobody else names so, and those that are written nearly so, the nearest first."""

    group: str
    near: tuple[str, ...]

    @property
    def question(self) -> str:
        """“Do you mean “Norway”?”, or nothing."""
        return f"Do you mean {' or '.join(f'“{each}”' for each in self.near)}?" if self.near else ""


def name_groups(source: Source) -> Source:
    """Registers an app that knows groups, too."""
    _sources.append(source)
    return source


def in_draft(event: Event, *, but: Iterable[UUID] = ()) -> set[str]:
    """Of the activities, except these."""
    rows = Activity.objects.filter(event=event).exclude(pk__in=list(but)).order_by()
    return {group for groups in rows.values_list("groups", flat=True) for group in groups}


def known(event: Event, *, but: Iterable[UUID] = ()) -> set[str]:
    """Of the activities, except these, of family links, and of whoever else knows some."""
    links = FamilyLink.objects.filter(event=event, revoked_at=None).order_by().values_list("groups", flat=True)
    others = (group for source in _sources for group in source(event.pk))
    return {*in_draft(event, but=but), *(group for groups in links for group in groups), *others}


def strange(said: Iterable[str], known: Iterable[str]) -> list[Strange]:
    """Those that are not known; in the order in which they were said."""
    names = set(known)
    by_key: dict[str, list[str]] = {}
    for name in sorted(names):
        by_key.setdefault(key_of(name), []).append(name)
    return [Strange(group, tuple(_near(group, by_key))) for group in dict.fromkeys(said) if group not in names]


def _near(group: str, by_key: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Large and small letters make no difference, so two names may be as near as can be."""
    for key in get_close_matches(key_of(group), by_key, n=NEAREST, cutoff=ALIKE):
        yield from by_key[key]


def key_of(group: str) -> str:
    return " ".join(group.split()).casefold()

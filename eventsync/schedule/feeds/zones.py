"""The part of a time zone that a calendar needs: from its first moment to its last, and no more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


class Rule(NamedTuple):
    """What a zone says at some time."""

    offset: timedelta
    summer: bool
    name: str


def zone_of(zone: ZoneInfo, first: datetime, last: datetime) -> Timezone:
    """Its rules from the day before `first` to `last`. The library's own search oversteps short ones, as in Morocco."""
    start = first.astimezone(UTC) - _DAY
    begun = [(start, _rule(zone, start)), *_changes(zone, start, last.astimezone(UTC) + _DAY)]
    found = Timezone()
    found.add("TZID", zone.key)
    for (_, before), (at, rule) in pairwise([begun[0], *begun]):
        part = TimezoneDaylight() if rule.summer else TimezoneStandard()
        part.add("TZOFFSETFROM", before.offset)
        part.add("TZOFFSETTO", rule.offset)
        part.add("TZNAME", rule.name)
        part.add("DTSTART", at.replace(tzinfo=None) + before.offset)
        found.add_component(part)
    return found


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, Rule]]:
    before, at = _rule(zone, start), start
    while at < end:
        at += _DAY
        rule = _rule(zone, at)
        if rule != before:
            yield _first(zone, rule, at - _DAY, at), rule
            before = rule


def _first(zone: ZoneInfo, rule: Rule, without: datetime, within: datetime) -> datetime:
    """When, to the second, the rule begins that holds at `within` and not yet at `without`."""
    while within - without > _SECOND:
        middle = without + (within - without) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        if middle <= without:
            break
        without, within = (without, middle) if _rule(zone, middle) == rule else (middle, within)
    return within


def _rule(zone: ZoneInfo, at: datetime) -> Rule:
    here = at.astimezone(zone)
    return Rule(here.utcoffset() or timedelta(), bool(here.dst()), here.tzname() or zone.key)

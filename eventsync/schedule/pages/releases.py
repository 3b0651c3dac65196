"""What a release told, read once by each process: it never changes."""

from dataclasses import replace
from functools import lru_cache

from eventsync.schedule.links import rules
from eventsync.schedule.models import Event, Release
from eventsync.schedule.pages.visits import Visit
from eventsync.schedule.plan import queries
from eventsync.schedule.plan.queries import Plan
from eventsync.schedule.plan.rules import Change

NOTHING = Plan({}, {}, {})


def plan_of(visit: Visit) -> Plan:
    """Of the last release, as far as it is for whoever visits; empty before the first one."""
    plan = _told(visit.event, visit.release) if visit.release else NOTHING
    return plan if visit.groups is None else replace(plan, activities=rules.own(plan.activities, visit.groups))


def changes_of(visit: Visit, since: int) -> list[Change]:
    """What is different since release number `since`, as far as it concerns whoever visits."""
    changes = _changes(visit.event, visit.release, since) if visit.release else []
    groups = visit.groups
    return changes if groups is None else [each for each in changes if rules.concerns(each, groups)]


@lru_cache(maxsize=8)
def _told(event: Event, release: Release) -> Plan:
    """`release`: what it is kept by."""
    del release
    return queries.current(event)


@lru_cache(maxsize=16)
def _changes(event: Event, release: Release, since: int) -> list[Change]:
    del release
    return queries.changes_since(event, since)

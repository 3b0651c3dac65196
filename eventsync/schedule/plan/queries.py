"""What families see, and saw."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from eventsync.schedule.models import Event, FamilyLink, Release, Revision
from eventsync.schedule.plan import freezing, rules
from eventsync.schedule.plan.delays import Cards
from eventsync.schedule.plan.rules import Change, Told, ToldPlace


@dataclass(frozen=True)
class Plan:
    """Activities and places by id, as they were told; with `revisions` of their ids."""

    activities: dict[str, Told]
    places: dict[str, ToldPlace]
    revisions: dict[str, Revision]

    @cached_property
    def outlines(self) -> int:
        """How many characters all outlines have together, each in the language in which it is longest."""
        texts = (told.texts.values() for told in self.activities.values())
        return sum(max((len(text.outline) for text in each), default=0) for each in texts)


def cards(event: Event) -> Cards:
    """Of family links that open still, for more groups than one. Whoever leads several need not be with each."""
    groups = (
        FamilyLink.objects.filter(event=event, revoked_at=None, leads=False).order_by().values_list("groups", flat=True)
    )
    return Counter(frozenset(each) for each in groups if len(each) > 1)


def last_release(event: Event) -> Release | None:
    return Release.objects.filter(event=event).order_by("-number").first()


def current(event: Event) -> Plan:
    """What families see now: nothing before the first release."""
    return _plan(_with_release(Revision.objects.filter(event=event, latest=True)))


def current_after(event: Event, number: int, told: Plan) -> Plan:
    """The same, for whoever knows what was `told` until release `number`."""
    rows = Revision.objects.filter(event=event, latest=True, release__number__gt=number)
    news = _plan(_with_release(rows))
    return Plan(told.activities | news.activities, told.places | news.places, told.revisions | news.revisions)


def said_before(release: Release) -> Plan:
    """What the releases before this one said of what it told anew, as far as they said anything."""
    return _plan(_earlier(release.event_id, release.number - 1, release.revisions.values("key")))


def changes_since(event: Event, number: int) -> list[Change]:
    """What is different for somebody who read the plan when release `number` was the last one.

    What changed and changed back is no difference; everything is new to whom `number` is 0.
    """
    news = Revision.objects.filter(event=event, latest=True, release__number__gt=number)
    before = _earlier(event.pk, number, news.values("key"))
    return rules.changes(_plan(before).activities, _plan(news).activities)


def changes_between(event: Event, since: int, until: int) -> list[Change]:
    """What was different once release `until` was out, for somebody who had read the plan after release `since`."""
    news = Revision.objects.filter(event=event, release__number__gt=since, release__number__lte=until).values("key")
    before, after = (_plan(_earlier(event.pk, number, news)).activities for number in (since, until))
    return rules.changes(before, after)


def _earlier(event_id: UUID, number: int, keys: Any) -> QuerySet[Revision]:
    """The latest revisions of these keys that release `number` or an earlier one made."""
    own = Revision.objects.filter(key=OuterRef("key"), release__number__lte=number).order_by("-number").values("number")
    rows = Revision.objects.filter(event=event_id, key__in=keys)
    return rows.filter(number=Subquery(own[:1]))


def _with_release(rows: QuerySet[Revision]) -> QuerySet[Revision]:
    """Each release once: a thousand revisions are of a few."""
    return rows.prefetch_related("release")


def _plan(rows: QuerySet[Revision]) -> Plan:
    found = list(rows.order_by())
    return Plan(freezing.read(found, Told), freezing.read(found, ToldPlace), {str(each.key): each for each in found})

"""A plan for tomorrow, changed, released and told."""

from datetime import datetime, timedelta
from typing import Any

from eventsync.schedule.models import Activity
from notifications.plan import telling
from tests.cast import NOON, Games
from tests.schedule.plan.plans import MINUTE, Day, make_day, release

NEXT_DAY = timedelta(days=1)


def make_tomorrow(games: Games) -> Day:
    """Released: no news, for it is the first release."""
    day = make_day(games)
    for each in Activity.objects.all():
        change(each, start=each.start + NEXT_DAY, end=each.end + NEXT_DAY)
    tell(day, at=NOON)
    return day


def change(activity: Activity, **said: Any) -> None:
    Activity.objects.filter(pk=activity.pk).update(**said)


def later(activity: Activity, by: timedelta) -> None:
    row = Activity.objects.get(pk=activity.pk)
    change(activity, start=row.start + by, end=row.end + by)


def hear(day: Day, at: datetime) -> None:
    telling.hear(day.event.pk, number=release(day.event).number, at=at)


def tell(day: Day, at: datetime = NOON) -> None:
    """Released, and told once it has settled."""
    hear(day, at - 2 * MINUTE)
    telling.tell(day.event.pk, now=at)

"""What was held, once its time has come: of several notices that waited for somebody, the difference of all of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from eventsync.schedule.models import Event
from eventsync.schedule.plan.queries import changes_between
from notifications import deliveries
from notifications.models import Delivery, Kind, Notice, Recipient
from notifications.plan import rules
from notifications.plan.composing import hearer_of, notice_of
from notifications.plan.rules import Hearer
from notifications.plan.telling import word_of
from notifications.rules import CAP, Course, Importance, News, State, Timing, course_of_due, midnight, wants
from notifications.wording.telltale import Look, looking

_Alike = tuple[tuple[Notice, ...], Hearer, int]
"""What was held for somebody, what counts of them, and how many they were sent today; to whom this is the
same, all is."""

_ORDER = list(Importance)


def let_go(event_id: UUID, *, now: datetime) -> None:
    """What changed and changed back while somebody slept is nothing: they never hear of it, nor of what they do not
    want any more.

    Some people at a time, so that no phone waits for the database.
    """
    deliveries.expire(event_id, now=now)
    event = Event.objects.get(pk=event_id)
    ready, look = _ready(event_id, now).order_by().values("recipient").distinct(), looking(event)
    for people in deliveries.parts(list(Recipient.objects.filter(pk__in=ready))):
        _let_go(event, people, look, now=now)


def _ready(event_id: UUID, now: datetime) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(state=State.HELD, due_at__lte=now, notice__event=event_id)


@transaction.atomic
def _let_go(event: Event, people: Sequence[Recipient], look: Look, *, now: datetime) -> None:
    held = _ready(event.pk, now).filter(recipient__in=people).select_for_update(of=("self",))
    by_recipient: dict[Recipient, list[Delivery]] = defaultdict(list)
    told = held.select_related("notice__event", "recipient").prefetch_related("recipient__links")
    unwanted: list[Delivery] = []
    for each in told.order_by("notice__until", "pk"):
        (by_recipient[each.recipient] if _wanted(each) else unwanted).append(each)
    _supersede(unwanted, now=now)
    today = deliveries.counted(people, since=midnight(now, ZoneInfo(event.tz)))
    alike: dict[_Alike, list[Delivery]] = defaultdict(list)
    for recipient, mine in by_recipient.items():
        for sent, part in enumerate(_apart(mine), today.get(recipient.pk, 0)):
            notices = tuple(dict.fromkeys(each.notice for each in part))
            alike[notices, hearer_of(recipient), min(CAP, sent)] += part
    for (notices, hearer, sent), theirs in alike.items():
        notice = notices[0] if len(notices) == 1 else _together(event, hearer, notices, look, now=now)
        if notice is None:
            _supersede(theirs, now=now)
        else:
            _send(theirs, notice, course_of_due(word_of(notice), now=now, today=sent), now=now)


def _wanted(held: Delivery) -> bool:
    """By now, be it that they chose anew in the night."""
    recipient, importance = held.recipient, Importance(held.notice.importance)
    pushed = importance == Importance.CRITICAL or Timing(recipient.timing) != Timing.IN_THE_APP
    return pushed and wants(News(recipient.news), importance)


def _apart(held: Sequence[Delivery]) -> list[list[Delivery]]:
    """All of the plan is one; each of what somebody wrote stands by itself. What matters most goes first."""
    found: dict[UUID | None, list[Delivery]] = defaultdict(list)
    for each in held:
        found[each.notice_id if each.notice.kind == Kind.HAND else None].append(each)
    return sorted(found.values(), key=lambda part: min(_ORDER.index(word_of(each.notice).importance) for each in part))


def _together(event: Event, hearer: Hearer, notices: Sequence[Notice], look: Look, *, now: datetime) -> Notice | None:
    since, until = min(each.since for each in notices), max(each.until for each in notices)
    told = rules.items(changes_between(event, since, until), now=now)
    return notice_of(event, told, hearer, since, until, look=look, now=now)


def _send(held: Sequence[Delivery], notice: Notice, way: Course, *, now: datetime) -> None:
    """Says `notice` in the place of all that was held; its own deliveries go on as they are."""
    going = {"why": way.why.value, "due_at": now}
    mine = [each for each in held if each.notice == notice]
    _supersede([each for each in held if each.notice != notice], now=now)
    deliveries.move(_rows(mine), way.state, now=now, **going)
    known = {(each.recipient, each.channel, each.endpoint) for each in mine}
    ends = dict.fromkeys((each.recipient, each.channel, each.endpoint) for each in held)
    anew = {"notice": notice, "state": way.state.value, "changed_at": now, **going}
    Delivery.objects.bulk_create(
        [Delivery(recipient=end[0], channel=end[1], endpoint=end[2], **anew) for end in ends if end not in known],
        batch_size=1_000,
        ignore_conflicts=True,
    )


def _supersede(held: Sequence[Delivery], *, now: datetime) -> None:
    deliveries.supersede(_rows(held), now=now)


def _rows(held: Sequence[Delivery]) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(pk__in=[each.pk for each in held])

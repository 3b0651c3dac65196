"""From a release to notices: once it has settled, each recipient gets one notice of all that concerns them, or none."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from eventsync.jobs.queue import enqueue
from eventsync.jobs.rules import Partition
from eventsync.schedule.models import Event
from eventsync.schedule.plan.queries import changes_between, last_release
from eventsync.schedule.plan.rules import Change
from notifications import deliveries
from notifications.addresses import addressed
from notifications.failing import keeping as failing
from notifications.joining import earlier
from notifications.ladder import climbing
from notifications.models import Channel, Delivery, Kind, Notice, Recipient, Settling
from notifications.owing import owe_delivering
from notifications.plan import rules
from notifications.plan.composing import hearer_of, notice_of
from notifications.plan.rules import EVERYTHING, Hearer, Item
from notifications.rules import (
    WAITING,
    Course,
    Importance,
    News,
    State,
    Timing,
    Word,
    course,
    midnight,
    settled_at,
    wants,
)
from notifications.wording.telltale import looking

TELL = "notifications.tell"  # job


def hear(event_id: UUID, *, number: int, at: datetime) -> None:
    """A release went out: it is told once no other has followed for a while. Whatever the first one said is no news."""
    row, _ = Settling.objects.select_for_update().get_or_create(
        event_id=event_id, defaults={"told": max(1, number - 1)}
    )
    if number <= row.told:
        return
    row.first_at, row.last_at = min(row.first_at or at, at), max(row.last_at or at, at)  # whatever clocks do
    row.save(update_fields=["first_at", "last_at"])
    _owe_telling(event_id, settled_at(first=row.first_at, last=row.last_at))


def _owe_telling(event_id: UUID, at: datetime) -> None:
    enqueue(TELL, event_id, partition=Partition(event_id), dedupe=str(event_id), due_at=at)


def tell(event_id: UUID, *, now: datetime) -> None:
    """Nothing when it has been told; later, when another release came meanwhile.

    Some people at a time, so that no phone waits for the database; whatever ends in between is told again, and only
    those hear of it who have not.
    """
    settled = _settled(event_id, now=now)
    if settled is None:
        return
    event = Event.objects.get(pk=event_id)
    last = last_release(event)
    until = last.number if last else settled.told
    if until > settled.told:
        make(event, since=settled.told, until=until, now=now)
    _note(settled, until)


@transaction.atomic
def _settled(event_id: UUID, *, now: datetime) -> Settling | None:
    row = Settling.objects.filter(event_id=event_id).first()
    if row is None or row.first_at is None or row.last_at is None:
        return None
    at = settled_at(first=row.first_at, last=row.last_at)
    if now >= at:
        return row
    _owe_telling(event_id, at)
    return None


@transaction.atomic
def _note(settled: Settling, until: int) -> None:
    """What was released meanwhile is still to be told, and owed already."""
    row = Settling.objects.select_for_update().get(pk=settled.pk)
    row.told = max(row.told, until)
    row.first_at = row.last_at = None if row.last_at == settled.last_at else row.last_at
    row.save(update_fields=["told", "first_at", "last_at"])


def make(event: Event, *, since: int, until: int, now: datetime) -> None:
    """One notice for all whom the same changes concern, in the list of each of them, and pushed as they wish.

    That for whoever hears of everything is there in any case, for those who come later, and for screens.
    """
    changes = changes_between(event, since, until)
    news, look = rules.items(changes, now=now), looking(event)
    alike = _alike(event, news, since, until) if news else {}
    if news:
        alike.setdefault((EVERYTHING, since), [])
    before = {each for _, each in alike} - {since}
    told = {since: news} | {each: _told(event, changes, each, until, now=now) for each in before}
    hearers: dict[Notice, list[Recipient]] = defaultdict(list)
    for (hearer, each), theirs in alike.items():
        notice = notice_of(event, told[each], hearer, each, until, look=look, now=now)
        if notice is not None and theirs:
            hearers[notice] += theirs
    for notice, theirs in hearers.items():
        older = said_anew(notice)
        for part in deliveries.parts(theirs):
            plan(notice, part, older, now=now)
    earlier.list_for_newcomers(event, chain(*alike.values()), now=now)


def _alike(event: Event, news: Sequence[Item], since: int, until: int) -> dict[tuple[Hearer, int], list[Recipient]]:
    """Everybody, by what counts of them, and by the release since which they are told: what of the same activities
    did not get through to them is said anew."""
    missed = _missed(event, until)
    found: dict[tuple[Hearer, int], list[Recipient]] = defaultdict(list)
    for each in Recipient.objects.filter(event=event).prefetch_related("links"):
        hearer = hearer_of(each)
        behind = [
            before
            for before, about in missed.get(each.pk, ())
            if any(item.id in about for item in hearer.hears_of(news))
        ]
        found[hearer, min([since, *behind])].append(each)
    return found


def _missed(event: Event, until: int) -> dict[UUID, list[tuple[int, list[str]]]]:
    """Of which notices of the plan a way to somebody did not get through yet: since when, and about what.

    And what they have of this very release, if telling it ended half way: they get the same again, not another.
    """
    ahead = Q(state__in=(*WAITING, State.SENDING), notice__until__lt=until)
    failed = failing.WAITS & Q(notice__until__lt=until)
    theirs = Q(channel=Channel.IN_APP, notice__until=until)
    rows = Delivery.objects.filter(ahead | failed | theirs, notice__event=event, notice__kind=Kind.PLAN).order_by()
    found: dict[UUID, list[tuple[int, list[str]]]] = defaultdict(list)
    for whose, since, about in rows.values_list("recipient", "notice__since", "notice__activities"):
        found[whose].append((since, about))
    return found


def _told(event: Event, changes: Sequence[Change], since: int, until: int, *, now: datetime) -> list[Item]:
    """What is different of the same activities since an earlier release, which somebody may believe in.

    What changed back since then is said all the same: it stands in their list of messages.
    """
    about = {each.new.id for each in changes}
    earlier = (each for each in changes_between(event, since, until) if each.new.id in about)
    return rules.items([*earlier, *changes], now=now)


@transaction.atomic
def plan(notice: Notice, people: Sequence[Recipient], older: Sequence[Notice] = (), *, now: datetime) -> None:
    """In the list of each, and pushed as they wish; whoever has it already does not get it twice. `older`: those all
    of which it says."""
    _supersede(older, people, now=now)
    listed = [_delivery(notice, each, Course(State.ACCEPTED, now), now) for each in people]
    sent = send(notice, people, now=now)
    Delivery.objects.bulk_create([*listed, *sent], batch_size=1_000, ignore_conflicts=True)
    for at, channel in {(each.due_at, each.channel) for each in sent if each.state in {State.QUEUED, State.HELD}}:
        owe_delivering(notice.event_id, at, on=channel)
    climbing.begin(notice, people, now=now)


def send(notice: Notice, people: Sequence[Recipient], *, now: datetime) -> list[Delivery]:
    """Of those who want it: one for each browser, or a number or address, to go out when it suits them."""
    zone, weight = ZoneInfo(notice.event.tz), word_of(notice)
    today = deliveries.counted(people, since=midnight(now, zone))
    ends = addressed(people, weight.importance)
    found = []
    for each in people:
        if not wants(News(each.news), weight.importance):
            continue
        way = course(
            weight,
            until=notice.expires_at,
            timing=Timing(each.timing),
            now=now,
            zone=zone,
            today=today.get(each.pk, 0),
        )
        if way is not None:
            found += [_delivery(notice, each, way, now, end) for end in ends[each.pk]]
    return found


def word_of(notice: Notice) -> Word:
    return Word(importance=Importance(notice.importance), must_hear=notice.must_hear)


def _delivery(
    notice: Notice, recipient: Recipient, way: Course, now: datetime, to: tuple[str, str] = (Channel.IN_APP, "")
) -> Delivery:
    """A line in the list, or else on its way to a browser, a number, an address."""
    channel, end = to
    accepted = now if channel == Channel.IN_APP else None
    going = {"state": way.state.value, "why": way.why.value, "due_at": way.at, "accepted_at": accepted}
    return Delivery(notice=notice, recipient=recipient, channel=channel, endpoint=end, changed_at=now, **going)


def said_anew(notice: Notice) -> list[Notice]:
    """Those all of which it says, or says anew."""
    earlier = Notice.objects.filter(event=notice.event, kind=Kind.PLAN, since__gte=notice.since, until__lt=notice.until)
    return [each for each in earlier.defer("texts", "discreet") if notice.says_anew(each)]


def _supersede(older: Sequence[Notice], people: Sequence[Recipient], *, now: datetime) -> None:
    """What has not gone out of these. What is held is looked at when its time has come."""
    if not older:
        return
    theirs = Delivery.objects.filter(notice__in=older, recipient__in=people)
    deliveries.supersede(theirs.exclude(state=State.HELD), now=now)
    failing.close(theirs, failing.NEWER, now=now)

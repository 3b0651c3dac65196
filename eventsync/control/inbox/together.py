"""Many dead letters replayed together: chosen, looked at, begun; a few at a time, and no further when they fail again.

A job releases the next ones and owes its own next turn. The brake looks at what has become of those before.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from eventsync.access import audit
from eventsync.control.inbox import acting, finding
from eventsync.control.inbox.finding import Asked
from eventsync.control.models import Replay, ReplayItem
from eventsync.jobs.alerts import alert
from eventsync.jobs.queue import enqueue, task
from eventsync.jobs.retention import kept
from eventsync.jobs.rules import WHOLE_SERVER, Partition, Policy
from eventsync.jobs.seeing.letters import Fate, Source, explain, sources
from eventsync.schedule.models import Event, Venue

STEP = "control.replay"  # the job
MOST = 500  # letters
AT_ONCE = 5  # of one place, on their way
EACH_STEP = 10
MOST_STOPPED = 5
FAILURES = 5  # again, and it stops
PAUSE, LONGER = timedelta(seconds=2), timedelta(seconds=10)  # the longer one when nothing could be released
DRAFTS = timedelta(days=1)

Chosen = list[tuple[Source, Any]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many there are, still waiting for their turn, on their way, well, and failed again."""

    total: int
    left: int
    going: int
    well: int
    failed: int


def matching(user: Any, asked: Asked) -> Chosen:
    """All letters that somebody looks for and may replay, the oldest first."""
    kinds = [each for each in sources.values() if asked.kind in {"", each.kind}]
    return _oldest({each: finding.waiting(each, user, right=each.acts, text=asked.text) for each in kinds})


def picked(user: Any, keys: Mapping[str, Sequence[str]]) -> Chosen:
    """Those of these keys, by kind, that are letters and that somebody may replay, the oldest first."""
    kinds = [each for each in sources.values() if each.kind in keys]
    return _oldest({each: _among(finding.waiting(each, user, right=each.acts), keys[each.kind]) for each in kinds})


def rest_of(replay: Replay, user: Any) -> Chosen:
    """What a stopped one left: those that were not released, are letters still, and that `user` may replay."""
    keys: dict[str, list[str]] = {}
    for kind, key in replay.items.filter(released_at=None).values_list("kind", "key"):
        keys.setdefault(kind, []).append(key)
    return picked(user, keys) if replay.state == Replay.State.STOPPED else []


def _among(rows: QuerySet[Any], keys: Sequence[str]) -> QuerySet[Any]:
    return rows.filter(pk__in=list(_readable(rows, keys)))


def _readable(rows: QuerySet[Any], keys: Sequence[str]) -> Iterator[Any]:
    for key in keys[:MOST]:
        try:
            yield rows.model._meta.pk.to_python(key)
        except ValidationError:  # no key of such a row
            continue


def _oldest(rows: dict[Source, QuerySet[Any]]) -> Chosen:
    found = [
        (getattr(row, source.at), source, row)
        for source, each in rows.items()
        for row in each.order_by(source.at, "pk")[: MOST + 1]
    ]
    return [(source, row) for _, source, row in sorted(found, key=itemgetter(0))]


@transaction.atomic
def draft(user: Any, chosen: Chosen, *, now: datetime) -> Replay:
    """Keeps which they are, so that nothing else is replayed than what somebody saw before they began it."""
    replay = Replay.objects.create(by=user, made_at=now)
    told = [(source, source.tell(row)) for source, row in chosen[:MOST]]
    ReplayItem.objects.bulk_create(
        ReplayItem(replay=replay, kind=source.kind, key=letter.key, place=letter.place) for source, letter in told
    )
    return replay


def running() -> QuerySet[Replay]:
    return Replay.objects.filter(state=Replay.State.RUNNING).select_related("by")


def stopped(user: Any) -> list[Replay]:
    """Those of which something is left that `user` may replay, the newest first."""
    rows = Replay.objects.filter(state=Replay.State.STOPPED, items__released_at=None).select_related("by").distinct()
    return [each for each in rows[:MOST_STOPPED] if rest_of(each, user)]


def may_see(user: Any, replay: Replay) -> bool:
    """Whoever may replay all of its letters that are still there, so that somebody else can stop it; not who may replay
    some, for the page tells of all. Of a replay whose rows are all gone only whoever made it."""
    there = mine = 0
    for source in sources.values():
        keys = list(replay.items.filter(kind=source.kind).values_list("key", flat=True))
        there += source.rows().filter(pk__in=keys).count() if keys else 0
        mine += finding.within(source, user, right=source.acts).filter(pk__in=keys).count() if keys else 0
    return mine == there and (there > 0 or replay.by_id == user.pk)


@transaction.atomic
def begin(replay: Replay, *, now: datetime) -> bool:
    """False when it has begun before."""
    if not Replay.objects.filter(pk=replay.pk, state=Replay.State.DRAFT).update(state=Replay.State.RUNNING):
        return False
    audit.note(replay.by, replay, f"Began to replay {replay.items.count()} dead letters.")
    enqueue(STEP, replay.pk, dedupe=str(replay.pk))
    return True


def discard(replay: Replay, reason: str) -> Counter[bool]:
    """Discards what somebody looked at, each by itself; how many are done, and how many were not letters any more.

    Nothing more is done of one that has begun. An error leaves the draft, so that the rest can be discarded later.
    """
    done: Counter[bool] = Counter()
    for kind, key in list(replay.items.values_list("kind", "key")):
        with transaction.atomic():
            if not _held(replay):
                return done
            done[_discard(replay.by, kind, key, reason)] += 1
    with transaction.atomic():
        for draft in _held(replay):
            draft.delete()
    return done


def _held(replay: Replay) -> QuerySet[Replay]:
    """The draft, which nobody begins before the transaction ends; empty when it is none any more."""
    return Replay.objects.select_for_update().filter(pk=replay.pk, state=Replay.State.DRAFT)


def _discard(user: Any, kind: str, key: str, reason: str) -> bool:
    found = finding.one(user, kind, key)
    return found is not None and finding.may_act(user, *found) and acting.discard(user, *found, reason).done


@transaction.atomic
def stop(replay: Replay, user: Any, *, now: datetime) -> bool:
    """False when it does not run. What was not released stays where it is."""
    if not _end(replay, Replay.State.STOPPED, f"{user.get_username()} stopped it.", now):
        return False
    audit.note(user, replay, "Stopped.")
    return True


def _end(replay: Replay, state: str, why: str, now: datetime) -> bool:
    running = Replay.objects.filter(pk=replay.pk, state=Replay.State.RUNNING)
    return running.update(state=state, why=why, ended_at=now) == 1


def fates(replay: Replay) -> dict[ReplayItem, Fate]:
    """Of what was released. Whatever is not there any more is over, and well."""
    released = list(replay.items.exclude(released_at=None))
    found: dict[tuple[str, str], Fate] = {}
    for kind in {item.kind for item in released} & sources.keys():
        keys = [item.key for item in released if item.kind == kind]
        found |= {(kind, key): fate for key, fate in sources[kind].fates(keys).items()}
    return {item: found.get((item.kind, item.key), Fate.WELL) for item in released}


def progress(replay: Replay, known: Mapping[ReplayItem, Fate]) -> Progress:
    total, by_fate = replay.items.count(), Counter(known.values())
    going, well, failed = (by_fate[fate] for fate in (Fate.WAITING, Fate.WELL, Fate.FAILED))
    return Progress(total, total - len(known), going, well, failed)


@task(STEP, Policy(announced=False))
def step(replay_id: UUID) -> None:
    """Releases the next ones, and owes the next turn. Run twice at once, it still releases each once."""
    replay = Replay.objects.select_related("by").filter(pk=replay_id, state=Replay.State.RUNNING).first()
    if replay is None:
        return
    following = _next(replay)
    for item in following:
        if _braked(replay):
            return
        _release(replay, item)
    if not _braked(replay):
        _go_on(replay, pause=PAUSE if following else LONGER)


def _next(replay: Replay) -> list[ReplayItem]:
    """Few of each place on their way, so that none is flooded."""
    busy = Counter(item.place for item, fate in fates(replay).items() if fate == Fate.WAITING)
    found: list[ReplayItem] = []
    for item in replay.items.filter(released_at=None):
        if busy[item.place] < AT_ONCE and len(found) < EACH_STEP:
            busy[item.place] += 1
            found.append(item)
    return found


@transaction.atomic
def _braked(replay: Replay) -> bool:
    failed = sum(fate == Fate.FAILED for fate in fates(replay).values())
    if failed < FAILURES:
        return False
    now, why = timezone.now(), f"It stopped by itself: {failed} failed again. Mend the cause, then replay the rest."
    if _end(replay, Replay.State.STOPPED, why, now):
        message = f"Of a replay of dead letters: {why}"
        alert(kind="replay_stopped", subject=str(replay.pk), message=message, now=now, of=_whose(replay))
    return True


def _whose(replay: Replay) -> Partition:
    """The one event, and the one venue of it, that all of its letters are of; else the server's."""
    places = set(replay.items.values_list("place", flat=True))
    ids = [key for place in places for key in finding.ids_of(place)]
    venues = dict(Venue.objects.filter(pk__in=ids).values_list("pk", "event_id"))
    events = {*venues.values(), *Event.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    if len(events) != 1 or len(ids) < len(places):
        return WHOLE_SERVER
    return Partition(events.pop(), next(iter(venues)) if len(places) == len(venues) == 1 else None)


def _release(replay: Replay, item: ReplayItem) -> None:
    """Whoever began it must still have the right, and it must still be a letter."""
    mine = ReplayItem.objects.filter(pk=item.pk, released_at=None, replay__state=Replay.State.RUNNING)
    if not mine.update(released_at=timezone.now()):
        return
    found = finding.one(replay.by, item.kind, item.key)
    if found is None or not finding.may_act(replay.by, *found):
        told = f"Left alone: {replay.by.get_username()} has no right to it any more."
    else:
        told = acting.replay(replay.by, *found).told
    ReplayItem.objects.filter(pk=item.pk).update(told=told[:500])


def _go_on(replay: Replay, *, pause: timedelta) -> None:
    now = timezone.now()
    if replay.items.filter(released_at=None).exists():
        enqueue(STEP, replay.pk, dedupe=str(replay.pk), due_at=now + pause)
    else:
        _end(replay, Replay.State.DONE, "", now)


@kept("replays")
def old_replays(now: datetime) -> QuerySet[Replay]:
    drafts = Q(state=Replay.State.DRAFT, made_at__lt=now - DRAFTS)
    return Replay.objects.filter(drafts | Q(ended_at__lt=now - timedelta(days=settings.KEEP_DAYS)))


explain(
    STEP,
    what="A replay of many dead letters came to a halt before its end.",
    owner="Whoever runs the server",
    step="Read why, then replay this: it goes on where it was.",
    whom="Whoever waits for the letters that are left.",
)

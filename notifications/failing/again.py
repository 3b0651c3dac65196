"""What failed for good goes out once more because a person wants it: under its id, by the rules of anything new."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.seeing.letters import too_late
from notifications import deliveries
from notifications.addresses import address_of, digest_of, is_on
from notifications.failing import keeping
from notifications.failing.words import state_of
from notifications.models import Channel, Delivery, Notice, Recipient
from notifications.owing import owe_delivering
from notifications.plan.telling import word_of
from notifications.push.sending import UNWANTED
from notifications.rules import SEEN, Course, Importance, News, State, Timing, Why, course, midnight, wants

_OFF = "Nothing was done: none go out on this way from this server. It waits on."
_NOWHERE = "Nothing was done: there is nowhere to send it, or it was sent there already. Discard it."
_UNWANTED = "Nothing was done: they want such news only in their list of messages by now. Discard it."
_ENOUGH = "Nothing was done: they were sent four today. It waits on; they have it in their list of messages."
_BY_THEN = "Nothing was done: it may not go out before {at}, and is of no use by then."


@transaction.atomic
def send(failed: Delivery, *, by: str, now: datetime) -> Answer:
    """Done twice it goes out once."""
    rows = Delivery.objects.filter(pk=failed.pk)
    if keeping.close_useless(rows, now=now):
        failed.refresh_from_db()
        keeping.calm(failed.notice.event_id, failed.channel, now=now)
        return Answer(done=False, told=f"Nothing was done: it is too late. {failed.closed_why}")
    found = rows.filter(keeping.WAITS).select_for_update(of=("self",)).select_related("notice__event", "recipient")
    row = found.first()
    if row is None:
        failed.refresh_from_db()
        return too_late(state_of(failed))
    if why := _too_late(row, now):
        keeping.close(rows, why, now=now)
        keeping.calm(row.notice.event_id, row.channel, now=now)
        return Answer(done=False, told=f"Nothing was done: it is too late. {why}")
    return _send(row, by, now)


@transaction.atomic
def follow(recipient: Recipient, digest: str, *, now: datetime) -> None:
    """What was not taken where a browser had been goes to where it is: its push service moved it meanwhile."""
    rows = recipient.deliveries.filter(state=State.FAILED_PERM, closed_why=UNWANTED, notice__expires_at__gt=now)
    known = recipient.deliveries.filter(Q(endpoint=digest) | Q(state__in=SEEN))
    missed = rows.exclude(notice__in=known.order_by().values("notice")).select_for_update(of=("self",))
    for row in {each.notice_id: each for each in missed.select_related("notice__event", "recipient")}.values():
        way = None if _too_late(row, now) else _way(row, now)
        if way is not None and way.state != State.OVER_BUDGET and way.at < row.notice.expires_at:
            _queue(row, digest, way, now, closed_at=None, closed_why="")


def _too_late(row: Delivery, now: datetime) -> str:
    """Why nothing would be won; "" if something would. One that was in hand when a newer notice was made may fail
    afterwards."""
    if row.notice.expires_at <= now:
        return keeping.OVER
    told = Notice.objects.filter(pk__in=row.recipient.deliveries.order_by().values("notice")).defer("texts", "discreet")
    return keeping.NEWER if any(each.says_anew(row.notice) for each in told) else ""


def _send(row: Delivery, by: str, now: datetime) -> Answer:
    if not is_on(row.channel):
        return Answer(done=False, told=_OFF)
    end, way = _end(row), _way(row, now)
    if end is None or way is None:
        return Answer(done=False, told=_NOWHERE if end is None else _UNWANTED)
    at = f"{way.at.astimezone(ZoneInfo(row.notice.event.tz)):%H:%M}"
    if way.at >= row.notice.expires_at:
        return Answer(done=False, told=_BY_THEN.format(at=at))
    if way.state == State.OVER_BUDGET:
        return Answer(done=False, told=_ENOUGH)
    _queue(row, end, way, now)
    keeping.calm(row.notice.event_id, row.channel, now=now, by=by)
    when = "again" if way.state == State.QUEUED else f"at {at}"
    return Answer(done=True, told=f"It goes out {when}, under the same id.")


def _queue(row: Delivery, end: str, way: Course, now: datetime, **opened: str | None) -> None:
    """With all its tries before it, but where a text message may be there already: that is not sent any more often."""
    unsure = row.why == Why.AGAIN
    said = {"why": row.why if unsure else way.why.value, "attempts": row.attempts if unsure else 0}
    going = {"due_at": way.at, "endpoint": end, **said, **opened}
    deliveries.move(Delivery.objects.filter(pk=row.pk), way.state, now=now, **going)
    owe_delivering(row.notice.event_id, way.at, on=row.channel)


def _end(row: Delivery) -> str | None:
    """Where it goes: where it went, or else where they are by now, unless it has been sent there."""
    if row.channel == Channel.PUSH:
        browsers = row.recipient.subscriptions.order_by("-made_at")
        ends = list(browsers.values_list("digest", flat=True))
    else:
        ends = [digest_of(address_of(row.recipient, row.channel))]
    same = Delivery.objects.filter(notice=row.notice_id, recipient=row.recipient_id, channel=row.channel)
    taken = set(same.exclude(pk=row.pk).values_list("endpoint", flat=True))
    free = [each for each in ends if each not in taken]
    return row.endpoint if row.endpoint in free else next(iter(free), None)


def _way(row: Delivery, now: datetime) -> Course | None:
    """When it suits them; None: they do not want it."""
    recipient, weight = row.recipient, word_of(row.notice)
    zone = ZoneInfo(row.notice.event.tz)
    if not wants(News(recipient.news), Importance(row.notice.importance)):
        return None
    today = deliveries.counted([recipient], since=midnight(now, zone)).get(recipient.pk, 0)
    timing, until = Timing(recipient.timing), row.notice.expires_at
    return course(weight, until=until, timing=timing, now=now, zone=zone, today=today)

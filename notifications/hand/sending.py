"""From what somebody wrote to a notice: another person agrees where that is needed, and for a minute it can be undone.

The row is locked before anything is decided about it, and before its approval is.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from eventsync.jobs.approvals import deciding, kinds
from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.approvals.models import Approval, ApprovalState
from eventsync.jobs.queue import enqueue
from eventsync.jobs.rules import Matter, Partition, Somebody
from notifications import deliveries, making
from notifications.hand import audience, rules
from notifications.hand.rules import UNDO, Stage
from notifications.joining import earlier
from notifications.models import HandNotice, Kind, Notice
from notifications.plan import telling
from notifications.rules import Importance
from notifications.wording import checking

SEND = "notifications.send_by_hand"  # job
APPROVAL = "notifications.by_hand"  # the kind of approvals
CHANGED = "Somebody changed it since you looked at it. Look again."
OVER = "It would be over before anybody hears of it. Say until when it is of use."
ALREADY = {
    Stage.WAITING: "It waits for another person already.",
    Stage.HELD: "It was sent already. Nobody hears it twice.",
    Stage.SENT: "It was sent already. Nobody hears it twice.",
}


@transaction.atomic
def send(key: UUID, *, version: int, by: Somebody, now: datetime) -> Answer:
    """To go out in a minute, or once another person agrees. `version`: the one that `by` looked at."""
    row = locked(key)
    if row.stage != Stage.WRITTEN:
        return Answer(done=False, told=ALREADY[Stage(row.stage)])
    if row.version != version:
        return Answer(done=False, told=CHANGED)
    if wrong := checking.hard(row.texts, event=row.event):
        return Answer(done=False, told=" ".join(["Mend this first.", *wrong]))
    if row.expires_at <= now + UNDO:
        return Answer(done=False, told=OVER)
    if needs_two(row, people=len(audience.hearers(row))):
        _move(row, Stage.WAITING)
        deciding.ask(APPROVAL, row.pk, by=by, now=now, within=row.expires_at - now)
        return Answer(done=True, told="It waits until another person agrees.")
    _hold(row, now + UNDO)
    return Answer(done=True, told="It goes out in a minute. Until then you can take it back.")


def needs_two(row: HandNotice, *, people: int) -> bool:
    return rules.needs_two(Importance(row.importance), people=people, most=settings.NOTICE_ALONE)


@transaction.atomic
def undo(key: UUID) -> Answer:
    """Takes it back, as long as it has not gone out; nobody hears of it."""
    row = locked(key)
    if row.stage not in {Stage.HELD, Stage.WAITING}:
        too_late = row.stage == Stage.SENT
        return Answer(done=False, told="It has gone out already." if too_late else "It was taken back already.")
    deciding.end_for(APPROVAL, row.pk)
    _move(row, Stage.WRITTEN)
    return Answer(done=True, told="It is taken back. Nobody heard of it.")


def go(key: UUID, *, now: datetime) -> None:
    """Makes the notice, unless it was taken back. Some people at a time; done twice it reaches those who lack it."""
    row, notice = _made(key, now=now)
    if notice is None:
        return
    hearers = audience.hearers(row)
    for part in deliveries.parts(hearers):
        telling.plan(notice, part, now=now)
    earlier.list_for_newcomers(row.event, hearers, now=now)


@transaction.atomic
def _made(key: UUID, *, now: datetime) -> tuple[HandNotice, Notice | None]:
    row = locked(key)
    if row.stage == Stage.HELD and row.due_at is not None and row.due_at <= now:
        row.notice = _notice(row, now=now)
        _move(row, Stage.SENT)
    return row, row.notice


def _notice(row: HandNotice, *, now: datetime) -> Notice:
    said = {"importance": row.importance, "texts": row.texts, "must_acknowledge": row.must_acknowledge}
    key = hashlib.sha256(f"{Kind.HAND}|{row.pk}".encode()).hexdigest()
    of = {"kind": Kind.HAND, "expires_at": row.expires_at}
    return making.make(row.event, key, said | of, now=now, venue=row.venue_id)


def locked(key: UUID) -> HandNotice:
    """To be decided about to the end of the transaction."""
    rows = HandNotice.objects.select_related("event", "venue", "notice")
    return rows.select_for_update(of=("self",)).get(pk=key)


def _hold(row: HandNotice, at: datetime) -> None:
    _move(row, Stage.HELD, at)
    enqueue(SEND, row.pk, partition=Partition(row.event_id, row.venue_id), due_at=at)


def _move(row: HandNotice, to: Stage, due_at: datetime | None = None) -> None:
    row.stage, row.due_at = to, due_at
    row.save(update_fields=["stage", "due_at", "notice"])


def _describe(key: UUID) -> Matter | None:
    if not HandNotice.objects.filter(pk=key).exists():
        return None
    row = locked(key)
    if row.stage != Stage.WAITING:
        return None
    said = row.texts[row.event.language]
    sentence = f"Tell {audience.told(row)}: “{said['title']}. {said['body']}” ({row.event})"
    content = {
        "texts": row.texts,
        "to": row.to,
        "groups": row.groups,
        "venue": str(row.venue or ""),
        "importance": row.importance,
        "must_acknowledge": row.must_acknowledge,
        "expires_at": row.expires_at.isoformat(),
    }
    return Matter(sentence, content, Partition(row.event_id, row.venue_id))


def _agreed(approval: Approval, now: datetime) -> None:
    """What was agreed to can still be undone; what cannot wait for another person waits for nothing."""
    at_once = approval.state == ApprovalState.FORCED
    _hold(locked(approval.subject), now if at_once else now + UNDO)


def _over(approval: Approval, now: datetime) -> None:
    HandNotice.objects.filter(pk=approval.subject, stage=Stage.WAITING).update(stage=Stage.WRITTEN)


def _page(key: UUID) -> str:
    return reverse("admin:notifications_handnotice_change", args=[key])


kinds.register(APPROVAL, kinds.Kind(describe=_describe, agreed=_agreed, over=_over, page=_page))

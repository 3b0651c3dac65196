"""Asking for an approval, giving or refusing it. Two who decide at once are settled by the row's lock.

What is decided upon is locked and described before the approval is: so is the order of locks everywhere.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from eventsync.jobs import correlation as began
from eventsync.jobs.alerts import alert, clear
from eventsync.jobs.approvals.kinds import Kind, kind_of, names
from eventsync.jobs.approvals.models import AGREED, Approval, ApprovalState
from eventsync.jobs.models import Alert
from eventsync.jobs.rules import Matter, Partition, Somebody, canonical, digest

log = logging.getLogger(__name__)

OWN = "You asked for this yourself, so another person has to approve it."
OWN_REVIEW = "You had a part in this yourself, so another person has to review it."
CHANGED = "It has changed since it was asked for. It waits again as it is now: look at it again."
NOTHING_LEFT = "What it was about is no longer there, so there is nothing to decide."
NO_REASON = "Say why."


class Impossible(Exception):
    """What was agreed to cannot be done as things are, so nothing is decided. A sentence for whoever decides."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a decision, and a sentence for whoever decided."""

    done: bool
    told: str


@transaction.atomic
def ask(
    kind: str, subject: UUID, *, by: Somebody, now: datetime, within: timedelta, correlation: UUID | None = None
) -> Approval:
    """Asks for a person, in the caller's transaction. One that waits for the same content is answered instead.

    `correlation`: what it all began with, if not with what is being done now. What the decision owes carries it on.
    """
    approval = ask_if_any(kind, subject, by=by, now=now, within=within, correlation=correlation)
    if approval is None:
        raise LookupError(f"there is no {kind} {subject} to ask about")
    return approval


@transaction.atomic
def ask_if_any(
    kind: str, subject: UUID, *, by: Somebody, now: datetime, within: timedelta, correlation: UUID | None = None
) -> Approval | None:
    """As `ask`; None where nothing is left to do."""
    matter = kind_of(kind).describe(subject)
    if matter is None:
        return None
    correlation = correlation or began.current() or subject
    return _ask(kind, subject, matter, by=by, now=now, expires_at=now + within, correlation=correlation)


def _ask(
    kind: str,
    subject: UUID,
    matter: Matter,
    *,
    by: Somebody,
    now: datetime,
    expires_at: datetime,
    correlation: UUID | None,
) -> Approval:
    waiting = Approval.objects.filter(kind=kind, subject=subject, state=ApprovalState.REQUESTED)
    for old in waiting.select_for_update():
        if old.digest == digest(matter.content):
            return old
        _end(old, ApprovalState.INVALIDATED)
    return Approval.objects.create(
        kind=kind,
        subject=subject,
        event_id=matter.partition.event,
        venue_id=matter.partition.venue,
        correlation=correlation,
        sentence=matter.sentence[:500],
        content=canonical(matter.content),
        digest=digest(matter.content),
        asked_by=by.key,
        asked_name=by.name[:200],
        asked_at=now,
        expires_at=expires_at,
    )


def _ask_anew(last: Approval, matter: Matter, *, by: Somebody, now: datetime, expires_at: datetime) -> None:
    _ask(last.kind, last.subject, matter, by=by, now=now, expires_at=expires_at, correlation=last.correlation)


def grant(approval_id: int, *, by: Somebody, reason: str = "", now: datetime) -> Answer:
    """Agrees to exactly the content of this approval. Whoever asked for it cannot."""

    def decide(approval: Approval, kind: Kind) -> Answer:
        if approval.asked_by == by.key:
            return Answer(done=False, told=OWN)
        _decided(approval, ApprovalState.GRANTED, by, reason, now)
        kind.agreed(approval, now)
        return Answer(done=True, told="Approved. It is being done.")

    return _decide(approval_id, decide, now=now)


def force(approval_id: int, *, by: Somebody, reason: str, now: datetime) -> Answer:
    """Has it done at once without another person, who must look at it afterwards."""

    def decide(approval: Approval, kind: Kind) -> Answer:
        _decided(approval, ApprovalState.FORCED, by, reason, now)
        message = (
            f"Done without approval by {by.name}: {approval.sentence} Why: {reason} Another person must review it."
        )
        of = Partition(approval.event_id, approval.venue_id)
        alert(kind="break_glass", subject=str(approval.id), message=message, now=now, of=of)
        kind.agreed(approval, now)
        return Answer(done=True, told="It is being done. Another person must review it.")

    return _decide(approval_id, decide, now=now) if reason.strip() else Answer(done=False, told=NO_REASON)


def reject(approval_id: int, *, by: Somebody, reason: str, now: datetime) -> Answer:
    """Says no. Whoever asked may do so, too: they think better of it."""

    def decide(approval: Approval, kind: Kind) -> Answer:
        _decided(approval, ApprovalState.REJECTED, by, reason, now)
        kind.over(approval, now)
        return Answer(done=True, told="Rejected. It is not done.")

    return _decide(approval_id, decide, now=now) if reason.strip() else Answer(done=False, told=NO_REASON)


@transaction.atomic
def review(approval_id: int, *, by: Somebody, found: str, now: datetime) -> Answer:
    """Says, as somebody who had no part in it, what is to be thought of what was done without approval."""
    approval = Approval.objects.select_for_update().get(pk=approval_id)
    if not found.strip():
        return Answer(done=False, told="Say what you found.")
    if approval.state != ApprovalState.FORCED:
        return Answer(done=False, told=_settled(approval))
    if by.key in {approval.asked_by, approval.decided_by}:
        return Answer(done=False, told=OWN_REVIEW)
    approval.state, approval.review = ApprovalState.REVIEWED, found[:500]
    approval.reviewed_by, approval.reviewed_name, approval.reviewed_at = by.key, by.name[:200], now
    approval.save(update_fields=["state", "review", "reviewed_by", "reviewed_name", "reviewed_at"])
    for key in Alert.objects.filter(kind="break_glass", subject=str(approval.id)).values_list("pk", flat=True):
        clear(alert_id=key, by=by.name[:150], now=now)
    return Answer(done=True, told="Reviewed.")


def holds(kind: str, subject: UUID) -> bool:
    """Whether somebody has agreed to it exactly as it is now. Its rows stay locked until the caller's transaction ends.

    One that was agreed to and has changed since is not agreed to any more.
    """
    matter = kind_of(kind).describe(subject)
    newest = Approval.objects.select_for_update().filter(kind=kind, subject=subject).first()
    if newest is None or newest.state not in AGREED:
        return False
    if matter is not None and digest(matter.content) == newest.digest:
        return True
    if newest.state == ApprovalState.GRANTED:  # what was forced must still be reviewed
        _end(newest, ApprovalState.INVALIDATED)
    return False


def ask_again(kind: str, subject: UUID, *, now: datetime) -> bool:
    """After `holds` said no: asks for the content as it is now, for as long as before. False: nothing is left."""
    last = Approval.objects.filter(kind=kind, subject=subject).first()
    matter = kind_of(kind).describe(subject)
    if last is None or matter is None:
        return False
    by, within = Somebody(last.asked_by, last.asked_name), last.expires_at - last.asked_at
    _ask_anew(last, matter, by=by, now=now, expires_at=now + within)
    return True


@transaction.atomic
def look_again(approval_id: int, *, now: datetime) -> bool:
    """Whether it still waits for this content at this time; otherwise it expires, or gives way to a newer request."""
    _, waits, _ = _look(approval_id, now=now)
    return waits


def sweep(now: datetime) -> None:
    """Lets go what nobody decided in time, and asks anew for what has changed."""
    waiting = Approval.objects.filter(state=ApprovalState.REQUESTED, kind__in=names()).order_by("pk")
    for key in list(waiting.values_list("pk", flat=True)):
        try:
            look_again(key, now=now)
        except Exception:  # one that cannot be described must not keep the others waiting, nor the worker
            log.exception("Approval %s could not be looked at", key)


def end_for(kind: str, *subjects: UUID) -> None:
    """What it was about was taken back by itself: nobody has to decide."""
    waiting = Approval.objects.filter(kind=kind, subject__in=subjects, state=ApprovalState.REQUESTED)
    waiting.update(state=ApprovalState.INVALIDATED)


def _decide(approval_id: int, decide: Callable[[Approval, Kind], Answer], *, now: datetime) -> Answer:
    try:
        with transaction.atomic():
            approval, waits, told = _look(approval_id, now=now)
            if not waits:
                return Answer(done=False, told=told)
            with began.correlated(approval.correlation or approval.subject):
                return decide(approval, kind_of(approval.kind))
    except Impossible as error:
        return Answer(done=False, told=str(error))


def _look(approval_id: int, *, now: datetime) -> tuple[Approval, bool, str]:
    """The locked approval, whether it waits for its content, and if not, why not."""
    found = Approval.objects.only("kind", "subject").get(pk=approval_id)
    kind = kind_of(found.kind)
    matter = kind.describe(found.subject)
    approval = Approval.objects.select_for_update().get(pk=approval_id)
    if approval.state != ApprovalState.REQUESTED:
        return approval, False, _settled(approval)
    if matter is None:
        _end(approval, ApprovalState.INVALIDATED)
        kind.over(approval, now)
        return approval, False, NOTHING_LEFT
    if approval.expires_at <= now:
        _end(approval, ApprovalState.EXPIRED)
        kind.over(approval, now)
        _tell_expired(approval, now)
        return approval, False, _settled(approval)
    if digest(matter.content) != approval.digest:
        by = Somebody(approval.asked_by, approval.asked_name)
        _ask_anew(approval, matter, by=by, now=now, expires_at=approval.expires_at)
        return approval, False, CHANGED
    return approval, True, ""


def _tell_expired(approval: Approval, now: datetime) -> None:
    """Whoever asked for it may still rely on it."""
    message = (
        f"Nobody decided in time, so it was not done: {approval.sentence} {approval.asked_name} had asked for it. "
        "Is it still wanted? Then ask anew."
    )
    of = Partition(approval.event_id, approval.venue_id)
    alert(kind="approval_expired", subject=str(approval.id), message=message, now=now, of=of)


def _settled(approval: Approval) -> str:
    by = f", by {approval.decided_name}" if approval.decided_name else ""
    return f"It does not wait any more: {approval.get_state_display().lower()}{by}."


def _end(approval: Approval, state: ApprovalState) -> None:
    approval.state = state
    approval.save(update_fields=["state"])


def _decided(approval: Approval, state: ApprovalState, by: Somebody, reason: str, now: datetime) -> None:
    said: dict[str, Any] = {
        "state": state, "decided_by": by.key, "decided_name": by.name[:200], "decided_at": now, "reason": reason[:500],
    }  # fmt: skip
    for name, value in said.items():
        setattr(approval, name, value)
    approval.save(update_fields=list(said))

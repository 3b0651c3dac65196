"""A release that makes a place worse for somebody waits until another person has seen exactly it and agreed."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from eventsync.jobs.approvals import deciding, kinds
from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.models import Approval, ApprovalState
from eventsync.jobs.rules import Matter, Partition, Somebody
from eventsync.schedule import records
from eventsync.schedule.models import Event, WaitingRelease
from eventsync.schedule.plan import releasing, words
from eventsync.schedule.plan.releasing import NotReleased, Preview
from eventsync.sync.streams import lock

APPROVAL = "schedule.release"
WITHIN = timedelta(days=2)
SHOWN = 200  # lines of what else is told: whoever agrees has to be able to read it


@transaction.atomic
def ask(
    *, event: Event, undoes: bool, comment: Mapping[str, str], despite: str, seen: str, by: Somebody, now: datetime
) -> Approval:
    """Asks for another person; NotReleased if the draft says something else by now than the preview `seen`.

    Whoever asks again takes the place of who asked before.
    """
    what = releasing.checked((releasing.preview_undo if undoes else releasing.preview)(event), seen)
    if not what.losses:
        raise NotReleased("It makes no place worse any more, so nobody has to agree.")
    despite = releasing.excuse(event, what, comment, despite)
    told = {"undoes": undoes, "comment": dict(comment), "despite": despite}
    row, _ = WaitingRelease.objects.update_or_create(event=event, defaults=told)
    return deciding.ask(APPROVAL, row.pk, by=by, now=now, within=WITHIN)


@transaction.atomic
def force(*, reason: str, by: Somebody, now: datetime, **told: Any) -> Answer:
    """Tells it at once, with a reason; another person reviews it afterwards. The rest as for `ask`."""
    return deciding.force(ask(by=by, now=now, **told).pk, by=by, reason=reason, now=now)


def waiting(event: Event) -> Approval | None:
    """What waits for a person at this event."""
    rows = WaitingRelease.objects.filter(event=event).values("pk")
    return Approval.objects.filter(kind=APPROVAL, subject__in=rows, state=ApprovalState.REQUESTED).first()


def _describe(key: UUID) -> Matter | None:
    """Nothing is left to decide once the release makes nothing worse: anybody may do it alone then."""
    rows = WaitingRelease.objects.select_for_update(of=("self",)).select_related("event")
    row = rows.filter(pk=key).first()
    if row is None:
        return None
    lock([records.schedule_stream(row.event_id)])
    what = _look(row)
    if what is None or not what.losses:
        return None
    event, lost = row.event, [words.loss(each, row.event) for each in what.losses]
    sentence = f"{row} of {event} makes places worse for some people: {' '.join(lost)}"
    return Matter(sentence, _content(row, what, lost), Partition(event.pk))


def _look(row: WaitingRelease) -> Preview | None:
    try:
        what = releasing.preview_undo(row.event) if row.undoes else releasing.preview(row.event)
    except NotReleased:
        return None
    return None if what.is_empty else what


def _content(row: WaitingRelease, what: Preview, lost: list[str]) -> dict[str, Any]:
    lines = [words.line(each) for each in words.lines(what.changes, row.event)]
    return {
        "release": what.number,
        "takes_back_the_last": row.undoes,
        "worse": lost,
        "changes": lines[:SHOWN],
        "more_changes": len(lines[SHOWN:]),
        "comment": row.comment,
        "seen": what.seen,
    }


def _agreed(approval: Approval, now: datetime) -> None:
    """It says who asked and who agreed."""
    row = WaitingRelease.objects.select_related("event").get(pk=approval.subject)
    names = dict.fromkeys([approval.asked_name, approval.decided_name])
    told = {"comment": row.comment, "despite": row.despite, "by": ", ".join(names)[:200], "now": now}
    tell = releasing.undo_as_agreed if row.undoes else releasing.release_as_agreed
    try:
        tell(event=row.event, seen=json.loads(approval.content)["seen"], **told)
    except NotReleased as why:
        raise deciding.Impossible(str(why)) from why
    row.delete()


def _over(approval: Approval, now: datetime) -> None:
    WaitingRelease.objects.filter(pk=approval.subject).delete()


kinds.register(APPROVAL, kinds.Kind(describe=_describe, agreed=_agreed, over=_over))

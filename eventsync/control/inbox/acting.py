"""What somebody does about one dead letter: once, and noted in the history of who did what."""

from typing import Any

from django.db.models import Model
from django.utils import timezone

from eventsync.access import audit
from eventsync.control.inbox import finding
from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.seeing.letters import REPLAYED, Source, too_late


def replay(user: Any, source: Source, row: Model) -> Answer:
    """Under its id and correlation. Noted when anything was tried, whatever came of it."""
    if not finding.waits(source, row):
        return too_late(source.tell(row).state)
    answer = source.replay(row, user.get_username(), timezone.now())
    if answer.done or finding.waits(source, row):
        audit.note(user, row, f"{REPLAYED} {answer.told}")
    return answer


def discard(user: Any, source: Source, row: Model, reason: str) -> Answer:
    """With a reason, which is kept."""
    if not finding.waits(source, row):
        return too_late(source.tell(row).state)
    answer = source.discard(row, user.get_username(), reason, timezone.now())
    if answer.done:
        audit.note(user, row, f"Discarded: {reason}")
    return answer

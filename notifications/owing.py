"""Jobs that notices owe, and when."""

from datetime import datetime
from uuid import UUID

from eventsync.jobs.queue import enqueue
from eventsync.jobs.rules import Partition
from notifications.rules import Channel

DELIVER, TEXT, MAIL, CLIMB = (f"notifications.{name}" for name in ("deliver", "text", "mail", "climb"))
_BY = {Channel.PUSH: DELIVER, Channel.SMS: TEXT, Channel.EMAIL: MAIL}  # none waits for another


def owe_delivering(event_id: UUID, at: datetime, *, on: str = Channel.PUSH) -> None:
    """What goes out on a channel. By the minute, so that what waits for the morning keeps nothing of today back."""
    _owe(_BY[Channel(on)], event_id, event_id, at)


def owe_climbing(notice_id: UUID, event_id: UUID, at: datetime) -> None:
    """A look at who has read what is critical."""
    _owe(CLIMB, notice_id, event_id, at)


def _owe(task: str, subject: UUID, event_id: UUID, at: datetime) -> None:
    minute = at.replace(second=0, microsecond=0)
    enqueue(task, subject, partition=Partition(event_id), dedupe=f"{subject} {minute:%Y%m%d%H%M}", due_at=at)

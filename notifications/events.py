"""What is said to people, and what phones told of it. The latter tells of the operations that said so, by their ids."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from eventsync.jobs.events import Fact, domain_event
from eventsync.jobs.rules import Priority
from eventsync.sync.events import OperationsRecorded


@domain_event("notice_made")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMade(Fact):
    """Something is said to families in these words, of which none names a person. Screens may say it, too."""

    notice: UUID
    importance: str
    language: str
    title: str
    body: str
    expires_at: str


@domain_event("notices_shown")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesShown(OperationsRecorded):
    """Phones showed notices."""

    priority: ClassVar[Priority] = Priority.IMPORTANT


@domain_event("notices_opened")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesOpened(OperationsRecorded):
    """People opened notices."""

    priority: ClassVar[Priority] = Priority.IMPORTANT


@domain_event("notices_read")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesRead(OperationsRecorded):
    """People said that they have read notices."""


@domain_event("help_asked")
@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked(OperationsRecorded):
    """People who were told something said that they need help."""

"""What phones told of the notices that reached them. Each tells of the operations that said so, by their ids."""

from dataclasses import dataclass
from typing import ClassVar

from eventsync.jobs.events import domain_event
from eventsync.jobs.rules import Priority
from eventsync.sync.events import OperationsRecorded


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

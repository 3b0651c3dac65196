"""What the engine tells other apps."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from eventsync.jobs.events import Fact, domain_event
from eventsync.jobs.rules import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsRecorded(Fact):
    """Operations of one kind, at one venue, that one transaction recorded; of their ids none is told of twice.

    `priority`: the class of their kind. What is not core, phones keep for later while the queue of jobs is long.
    """

    priority: ClassVar[Priority] = Priority.CORE

    operations: tuple[str, ...]  # as they came: hundreds of UUIDs cost a batch more than all else that is told


@domain_event("operations_quarantined")
@dataclass(frozen=True, slots=True, kw_only=True)
class OperationsQuarantined(OperationsRecorded):
    """Operations came that cannot be applied. They are kept whole until somebody looks at them."""


@domain_event("operation_reopened")
@dataclass(frozen=True, slots=True, kw_only=True)
class OperationReopened(Fact):
    """Somebody took back that nothing is to be done about an operation kept aside: it waits for a person again."""

    operation: UUID
    quarantined: int  # its number at the desk: other bytes may be kept aside under the same id


@domain_event("device_enrolled")
@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEnrolled(Fact):
    """A phone or an agent took part for the first time, or came back with a new code."""

    device: UUID


@domain_event("device_revoked")
@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRevoked(Fact):
    """A device may only deliver what it holds from now on."""

    device: UUID

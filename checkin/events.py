"""What happens at the door and to the list. Each tells of the operations that said so, by their ids."""

from dataclasses import dataclass
from uuid import UUID

from eventsync.jobs.events import Fact, domain_event
from eventsync.sync.events import OperationsRecorded


@domain_event("people_arrived")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleArrived(OperationsRecorded):
    """People were let in at checkpoints of a venue, or a code was that nobody knows yet."""


@domain_event("people_left")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleLeft(OperationsRecorded):
    """People left by checkpoints of a venue."""


@domain_event("people_refused")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRefused(OperationsRecorded):
    """People were sent away at checkpoints of a venue."""


@domain_event("attendance_voided")
@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceVoided(OperationsRecorded):
    """Somebody took back what was recorded at a venue."""


@domain_event("holds_placed")
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsPlaced(OperationsRecorded):
    """People are asked to wait, wherever they come."""


@domain_event("holds_released")
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsReleased(OperationsRecorded):
    """Holds have ended."""


@domain_event("release_codes_tried")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCodesTried(OperationsRecorded):
    """Somebody who wants to take a person away said a release code, right or wrong."""


@domain_event("people_registered")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRegistered(OperationsRecorded):
    """People who were on no list came to a door."""


@domain_event("people_merged")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleMerged(OperationsRecorded):
    """Two entries of the list are one person's."""


@domain_event("people_confirmed")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleConfirmed(OperationsRecorded):
    """People who were registered at a door stay on the list as they are."""


@domain_event("safety_proposed")
@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyProposed(OperationsRecorded):
    """Somebody proposes other safety data of people. What was confirmed stays in force until somebody looks at it."""


@domain_event("conflicts_owned")
@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictsOwned(OperationsRecorded):
    """Leads look after contradictions in the ledger."""


@domain_event("conflicts_resolved")
@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictsResolved(OperationsRecorded):
    """Leads decided about contradictions in the ledger."""


@domain_event("roster_imported")
@dataclass(frozen=True, slots=True, kw_only=True)
class RosterImported(Fact):
    """A file changed the list of people of an event. How many it added and changed."""

    new: int
    changed: int


@domain_event("people_erased")
@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleErased(Fact):
    """What was held of people was erased, but for bare ids. Whoever keeps anything under these ids erases it, too.

    `people`: of all rows that were one of them; `operations`: which other facts told of them.
    """

    people: tuple[UUID, ...]
    operations: tuple[UUID, ...]

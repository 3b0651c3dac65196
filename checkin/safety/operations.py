"""`checkin.propose_safety`: what somebody heard while there was no network, for a lead to look at."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.utils import timezone

from checkin.events import SafetyProposed
from checkin.models import Person, SafetyAct, SafetyKind, SafetyProposal
from checkin.models.safety import TEXT_LENGTH
from checkin.safety import keeping, proposing, rights
from checkin.safety.auditing import note_of
from eventsync.jobs.alerts import alert
from eventsync.jobs.approvals.rights import account
from eventsync.jobs.rules import Partition
from eventsync.sync import demanding
from eventsync.sync.registry import Demand, Incoming, Kind, Outcome, Quarantine, Recorded, Seal, registry
from eventsync.sync.streams import Changes, roster_stream
from eventsync.sync.wire import Id, is_id


class Proposal(msgspec.Struct, kw_only=True):
    """`version`: the confirmed one that whoever proposes knew; absent: they knew none."""

    person: Id
    kind: Literal["dietary", "medication", "contacts"]
    text: Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH)]
    version: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None


class Proposals:
    """Applies a batch of them: each is kept, flagged, and waits. No stream hears of it."""

    def __init__(self, operations: Sequence[Incoming]) -> None:
        self._event: UUID = operations[0].author.event_id

    def streams(self) -> set[str]:
        """None is written to. Who erases somebody has the roster's head, too: what is proposed of them is there before
        that, or finds them erased."""
        return {roster_stream(self._event)}

    def apply(self, fresh: Sequence[Incoming], changes: Changes) -> Sequence[Outcome]:
        people = Person.objects.select_related("event").in_bulk([UUID(each.payload.person) for each in fresh])
        # Entries are locked in one order, whoever pushes.
        in_order = sorted(fresh, key=lambda each: (each.payload.person, each.payload.kind, each.seq))
        outcomes = {each.id: self._decide(each, people.get(UUID(each.payload.person))) for each in in_order}
        return [outcomes[each.id] for each in fresh]

    def _decide(self, operation: Incoming, person: Person | None) -> Outcome:
        if person is None:
            return Quarantine("invalid_payload", "There is nobody with this id.")
        if person.event_id != self._event:
            return Quarantine("wrong_event", "The person belongs to another event.")
        if person.erased_at:
            return Recorded(flags=operation.flags)
        said: Proposal = operation.payload
        proposal = SafetyProposal(
            id=UUID(operation.id), person=person, kind=said.kind, text=said.text, expected=said.version,
            device=operation.author, at=operation.corrected_at, received_at=operation.received_at,
        )  # fmt: skip
        proposing.keep(proposal, by=demanding.author(operation), now=operation.received_at)
        message = (
            f"A phone proposes other safety data for number {person.external_id[:100]} ({person.event}). Look at it, "
            "beside what is confirmed, on the page of that person, or on a lead’s phone."
        )
        now, of = operation.received_at, Partition(person.event_id)
        alert(kind="safety_proposal", subject=str(person.pk), message=message, now=now, of=of)
        return Recorded(flags=operation.flags)


def _opens(user: Any, event_id: UUID, members: dict[str, Any]) -> bool:
    """What is kept aside is read by those who may read safety data; it may say of nobody whose it is."""
    if not rights.may_read_at(user, event_id):
        return False
    said = members.get("payload")
    said = said if isinstance(said, dict) else {}
    person = UUID(said["person"]) if is_id(said.get("person")) else None
    kind = said["kind"] if said.get("kind") in SafetyKind.values else ""
    note_of(SafetyAct.READ, event_id, person, kind=kind, by=account(user), now=timezone.now())
    return True


registry.operation(
    Kind(
        "checkin.propose_safety",
        payload=Proposal,
        profiles=("door", "lead", "control"),
        family=Proposals,
        fact=SafetyProposed,
        seal=Seal("safety data", _opens),
        demands=Demand(keeping.APPROVAL, within=proposing.WITHIN),
    )
)

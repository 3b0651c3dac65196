"""Proposals: what a phone recorded without a network, or what needs a second person. Never applied by themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.urls import reverse

from checkin.models import Person, ProposalState, SafetyAct, SafetyEntry, SafetyProposal
from checkin.safety import keeping
from checkin.safety.auditing import note
from checkin.safety.keeping import APPROVAL, Conflict
from eventsync.jobs.alerts import clear_all
from eventsync.jobs.approvals import deciding, kinds
from eventsync.jobs.approvals.deciding import Answer
from eventsync.jobs.models import Approval, ApprovalState
from eventsync.jobs.rules import Matter, Partition, Somebody

ALERT = "safety_proposal"
WITHIN = timedelta(days=90)  # longer than any event: nothing about medication goes away unseen


@transaction.atomic
def change(
    *, person: Person, kind: str, text: str, expected: int, by: Somebody, now: datetime
) -> SafetyEntry | SafetyProposal | Conflict:
    """Confirms a text, if `expected` is the version that is confirmed. The same said twice is one change.

    A proposal where the event wants a second person to agree.
    """
    entry = keeping.locked(person, kind)
    if entry.text == text and expected in {entry.version, entry.version - 1}:
        return entry
    if entry.version != expected:
        note(SafetyAct.READ, person, kind=kind, by=by, now=now)  # the answer tells it
        return Conflict(entry)
    if not person.event.safety_needs_two:
        keeping.write(entry, text, by=by, act=SafetyAct.CHANGED, now=now)
        return entry
    same = SafetyProposal.objects.filter(person=person, kind=kind, text=text, by=by.key, state=ProposalState.WAITING)
    if before := same.first():
        return before
    proposal = SafetyProposal(
        id=uuid4(), person=person, kind=kind, text=text, expected=expected, at=now, received_at=now
    )
    keep(proposal, by=by, now=now)
    deciding.ask(APPROVAL, proposal.pk, by=by, now=now, within=WITHIN)
    return proposal


def keep(proposal: SafetyProposal, *, by: Somebody, now: datetime) -> None:
    """Beside what is confirmed, in the caller's transaction. For another person than `by`, who is asked next."""
    keeping.locked(proposal.person, proposal.kind)
    proposal.by, proposal.by_name = by.key, by.name[:200]
    proposal.save(force_insert=True)
    note(SafetyAct.PROPOSED, proposal.person, kind=proposal.kind, by=by, now=now)


def accept(proposal: SafetyProposal, *, expected: int, by: Somebody, now: datetime) -> Answer | Conflict:
    """Confirms it in the place of the version `expected`, which is the one that `by` saw beside it."""
    return _settle(proposal, expected, lambda key: deciding.grant(key, by=by, now=now))


def force(proposal: SafetyProposal, *, expected: int, by: Somebody, reason: str, now: datetime) -> Answer | Conflict:
    """As `accept`, by whoever proposed it, too: another person reviews it afterwards."""
    return _settle(proposal, expected, lambda key: deciding.force(key, by=by, reason=reason, now=now))


def reject(proposal: SafetyProposal, *, expected: int, by: Somebody, reason: str, now: datetime) -> Answer | Conflict:
    return _settle(proposal, expected, lambda key: deciding.reject(key, by=by, reason=reason, now=now))


@transaction.atomic
def _settle(proposal: SafetyProposal, expected: int, decide: Callable[[int], Answer]) -> Answer | Conflict:
    entry = keeping.locked(proposal.person, proposal.kind)
    if entry.version != expected:
        return Conflict(entry)
    newest = Approval.objects.filter(kind=APPROVAL, subject=proposal.pk).values_list("pk", flat=True).first()
    return decide(newest) if newest else Answer(done=False, told=deciding.NOTHING_LEFT)


def _describe(proposal_id: UUID) -> Matter | None:
    """By number, for the list of what waits is for more people than the texts and whose they are."""
    proposal = SafetyProposal.objects.select_related("person__event").filter(pk=proposal_id).first()
    if proposal is None:
        return None
    entry = keeping.locked(proposal.person, proposal.kind)
    if not SafetyProposal.objects.filter(pk=proposal_id, state=ProposalState.WAITING).exists():
        return None
    person, what = proposal.person, proposal.get_kind_display().lower()
    sentence = f"Change the {what} of number {person.external_id[:100]} ({person.event})."
    content = {"proposal": str(proposal.pk), "confirmed_version": entry.version}
    return Matter(sentence, content, Partition(person.event_id))


def _agreed(approval: Approval, now: datetime) -> None:
    proposal = _settled(approval, ProposalState.APPLIED, now)
    entry = keeping.locked(proposal.person, proposal.kind)
    by = Somebody(approval.decided_by, approval.decided_name)
    keeping.write(entry, proposal.text, by=by, act=SafetyAct.ACCEPTED, now=now)


def _over(approval: Approval, now: datetime) -> None:
    if approval.state == ApprovalState.EXPIRED:
        _settled(approval, ProposalState.OVER, now)
    elif approval.state == ApprovalState.REJECTED:
        proposal = _settled(approval, ProposalState.REJECTED, now)
        by = Somebody(approval.decided_by, approval.decided_name)
        note(SafetyAct.REJECTED, proposal.person, kind=proposal.kind, by=by, now=now)


def _settled(approval: Approval, state: ProposalState, now: datetime) -> SafetyProposal:
    """The alert about a person is over with the last of what waits."""
    proposal = SafetyProposal.objects.select_related("person").get(pk=approval.subject)
    proposal.state = state
    proposal.save(update_fields=["state"])
    if not SafetyProposal.objects.filter(person=proposal.person_id, state=ProposalState.WAITING).exists():
        clear_all(kind=ALERT, subject=str(proposal.person_id), now=now, by=approval.decided_name)
    return proposal


def _page(proposal_id: UUID) -> str:
    person = SafetyProposal.objects.values_list("person", flat=True).filter(pk=proposal_id).first()
    return reverse("admin:checkin_person_safety", args=[person]) if person else ""


kinds.register(APPROVAL, kinds.Kind(describe=_describe, agreed=_agreed, over=_over, page=_page))

"""Operation kinds that demand a person: their family keeps what is wanted, and nobody does it before another agrees."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import msgspec

from eventsync.jobs.approvals import deciding
from eventsync.jobs.rules import Somebody
from eventsync.sync.registry import Demand, Family, Incoming, Outcome, Recorded, registry
from eventsync.sync.streams import Changes

PROPOSED = "proposed"  # the flag of what waits


def apply(family: Family, operations: Sequence[Incoming], changes: Changes) -> Iterator[Outcome]:
    """What the family decides, by position; where a kind demands a person, one is asked, in the same transaction."""
    for operation, outcome in zip(operations, family.apply(operations, changes), strict=True):
        demand = registry.kinds[operation.kind].demands
        yield _asked(operation, outcome, demand) if demand and isinstance(outcome, Recorded) else outcome


def author(operation: Incoming) -> Somebody:
    """Who wants it, and cannot approve it: their device, by the name of whoever had it."""
    return Somebody(f"device:{operation.author.id}", operation.actor or str(operation.author))


def _asked(operation: Incoming, outcome: Recorded, demand: Demand) -> Recorded:
    """As it was, where nothing is left to do."""
    by, now = author(operation), operation.received_at
    asked = deciding.ask_if_any(demand.approval, UUID(operation.id), by=by, now=now, within=demand.within)
    return msgspec.structs.replace(outcome, flags=(PROPOSED, *outcome.flags)) if asked else outcome

"""Domain events go out: written with what they tell of, and owed to each subscriber in the same transaction."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import orjson
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.utils import timezone

from eventsync.ids import uuid7
from eventsync.jobs import correlation as began
from eventsync.jobs.corrections.contents import Content
from eventsync.jobs.corrections.queries import in_place_of
from eventsync.jobs.events import Fact, JobDied, JobDone, catalogue
from eventsync.jobs.models import DomainEvent, Handling, Job
from eventsync.jobs.pressure import Full
from eventsync.jobs.queue import Permanent, enqueue, policy_of, task, when_ended
from eventsync.jobs.rules import Partition, Policy
from eventsync.rows import bulk

F = TypeVar("F", bound=Fact)
Handle = Callable[[F, DomainEvent], object]
Carrier = Callable[[Sequence[DomainEvent]], object]

_COLUMNS = ("id", "name", "version", "event_id", "partition", "correlation", "occurred_at", "body")
_subscribers: dict[str, list[str]] = {}  # the tasks that hear of a domain event, by its name
_carriers: list[Carrier] = []


def subscribe(name: str, to: type[F], policy: Policy | None = None) -> Callable[[Handle[F]], Handle[F]]:
    """Registers who hears of a kind of fact, by a job of this name each time.

    It acts on the database alone, in one transaction with the mark that it did, so that what it does is done once. What
    goes out of the house is a job that it owes. One whose policy is droppable hears of the first of several facts of a
    partition when the queue is long, of none when it is full: it must look at what is so by now.
    """

    def register(handle: Handle[F]) -> Handle[F]:
        said = dataclasses.replace(policy or Policy(), announced=False, alike="partition")
        task(name, said, Content(stored=_body, problem=_problem))(_once(name, handle))
        _subscribers.setdefault(to.name, []).append(name)
        return handle

    return register


def carrier(carry: Carrier) -> Carrier:
    """Registers who takes all domain events on to others, in the publisher's transaction: it may only write."""
    _carriers.append(carry)
    return carry


def subscribers_of(name: str) -> Sequence[str]:
    return _subscribers.get(name, ())


def publish(*facts: Fact, correlation: UUID | None = None) -> list[DomainEvent]:
    """Writes the facts, and a job for each subscriber of each, in the caller's transaction.

    `correlation`: what it all began with; without it the job or request that publishes, or each begins something.
    """
    if not facts:
        return []
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a domain event is published with what it tells of")
    said = [_columns(fact, correlation) for fact in facts]
    bulk.insert(DomainEvent, _COLUMNS, said)
    rows = [DomainEvent.from_db(DEFAULT_DB_ALIAS, _COLUMNS, each) for each in said]
    for fact, row in zip(facts, rows, strict=True):
        for name in subscribers_of(row.name):
            _owe(name, fact, row)
    for carry in _carriers:
        carry(rows)
    return rows


def _owe(name: str, fact: Fact, row: DomainEvent) -> None:
    """A droppable subscriber may not be told when the queue is full, which is counted: the fact stays."""
    with suppress(Full):
        enqueue(name, row.id, partition=Partition(fact.event, fact.venue), correlation=row.correlation)


def _columns(fact: Fact, correlation: UUID | None) -> tuple[Any, ...]:
    if (fact.name, fact.version) not in catalogue:
        raise LookupError(f"{type(fact).__name__} is not registered as a domain event")
    now = timezone.now()
    key = UUID(uuid7(now))
    body, began_with = orjson.dumps(fact).decode(), correlation or began.current() or key
    return (key, fact.name, fact.version, fact.event, fact.partition, began_with, now, body)


def fact_of(row: DomainEvent) -> Fact:
    """What a stored domain event says. Permanent when no class reads it any more."""
    return msgspec.json.decode(row.body, type=_class_of(row))


def problem_of(row: DomainEvent, body: str) -> str:
    """Why this, which is JSON, cannot be what a domain event says; "" when it can."""
    try:
        kind = _class_of(row)
        fact = msgspec.json.decode(body, type=kind)
    except (Permanent, msgspec.ValidationError) as error:
        return f"This cannot be read as {row.name}, version {row.version}: {str(error).rstrip('.')}."
    if (fact.event, fact.partition) != (row.event_id, row.partition):
        return "Of which event and venue it is cannot be corrected."
    unknown = json.loads(body).keys() - {each.name for each in dataclasses.fields(kind)}
    return f"{row.name} says nothing under the name “{min(unknown)[:60]}”." if unknown else ""


def _class_of(row: DomainEvent) -> type[Fact]:
    kind = catalogue.get((row.name, row.version))
    if kind is None:
        raise Permanent(f"Nothing here reads {row.name} of version {row.version} any more.")
    return kind


def _body(subject: UUID) -> str | None:
    return DomainEvent.objects.filter(id=subject).values_list("body", flat=True).first()


def _problem(subject: UUID, body: str) -> str:
    return problem_of(DomainEvent.objects.get(id=subject), body)


def _once(name: str, handle: Handle[Any]) -> Callable[[UUID], None]:
    def work(subject: UUID) -> None:
        row = DomainEvent.objects.get(id=subject)
        row.body = in_place_of(row.body, task=name, subject=subject)  # for this subscriber, and never saved
        fact = fact_of(row)
        with transaction.atomic():
            _, first = Handling.objects.get_or_create(domain_event=row, subscriber=name)
            if first:
                handle(fact, row)

    return work


@when_ended
def tell_of_the_end(job: Job, state: str) -> None:
    """A job that is done may be what others waited for; one that is dead is of somebody's concern."""
    kind = JobDone if state == Job.State.DONE else JobDied
    if policy_of(job.task).announced:
        fact = kind(event=job.event_id, venue=job.venue_id, job=job.id, task=job.task, subject=job.subject)
        publish(fact, correlation=job.correlation)

"""Domain events: written with what they tell of, heard by every subscriber, acted on once."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import transaction

from eventsync.jobs import events, publishing, queue
from eventsync.jobs.correlation import correlated
from eventsync.jobs.events import Fact, domain_event
from eventsync.jobs.models import Alert, DomainEvent, Handling, Job
from eventsync.jobs.publishing import fact_of, publish, subscribe
from eventsync.jobs.queue import Permanent
from eventsync.jobs.rules import Policy
from tests.jobs.conftest import Broker, Register

EVENT, VENUE, BEGAN = (uuid.UUID(int=number) for number in (1, 2, 3))
NO_RETRIES = Policy(retries=())


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOpened(Fact):
    """A gate is open."""

    width: int


@pytest.fixture(autouse=True)
def _registers(monkeypatch: pytest.MonkeyPatch, broker: Broker, db: None) -> None:
    """What a test registers is gone after it."""
    for module, name in ((events, "catalogue"), (publishing, "_subscribers"), (queue, "_tasks")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))
    monkeypatch.setattr(publishing, "catalogue", events.catalogue)
    domain_event("gate_opened")(GateOpened)


def test_publish_writes_what_it_says_and_a_job_for_each_subscriber(broker: Broker) -> None:
    for name in ("transport", "kitchen"):
        subscribe(name, GateOpened)(lambda fact, row: None)
    [row] = publish(GateOpened(event=EVENT, venue=VENUE, width=3), correlation=BEGAN)
    row.refresh_from_db()
    assert (row.name, row.version, row.event_id, row.partition, row.correlation) == (
        "gate_opened", 1, EVENT, str(VENUE), BEGAN,
    )  # fmt: skip
    assert json.loads(row.body) == {"event": str(EVENT), "venue": str(VENUE), "width": 3}
    owed = Job.objects.order_by("task").values_list("task", "subject", "partition", "correlation", "state")
    assert list(owed) == [
        (name, row.id, str(VENUE), BEGAN, "available") for name in ("kitchen", "transport")
    ]  # fmt: skip


def test_fact_is_read_as_it_was_published() -> None:
    said = GateOpened(event=EVENT, width=3)
    [row] = publish(said)
    assert (fact_of(DomainEvent.objects.get(id=row.id)), row.correlation, row.partition) == (said, row.id, str(EVENT))


def test_fact_that_a_job_or_request_publishes_belongs_to_what_that_began_with() -> None:
    with correlated(BEGAN):
        publish(GateOpened(width=3))
    assert DomainEvent.objects.get().correlation == BEGAN


def test_publish_rolled_back_told_nobody() -> None:
    subscribe("transport", GateOpened)(lambda fact, row: None)
    with transaction.atomic():
        publish(GateOpened(width=3))
        transaction.set_rollback(True)
    assert (DomainEvent.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_publish_outside_a_transaction_is_a_mistake() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        publish(GateOpened(width=3))
    assert DomainEvent.objects.count() == 0


def test_publish_what_is_not_registered_is_a_mistake() -> None:
    del events.catalogue["gate_opened", 1]
    with pytest.raises(LookupError):
        publish(GateOpened(width=3))


def test_domain_event_registered_twice_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="gate_opened"):
        domain_event("gate_opened")(GateOpened)


def test_subscriber_that_is_added_hears_of_the_next_without_any_change_of_the_publisher() -> None:
    heard: list[tuple[str, int]] = []
    publish(GateOpened(width=1))
    subscribe("late", GateOpened)(lambda fact, row: heard.append(("late", fact.width)))
    publish(GateOpened(width=2))
    queue.run()
    assert heard == [("late", 2)]


def test_subscriber_that_was_away_hears_of_everything_in_order() -> None:
    heard: list[int] = []
    subscribe("away", GateOpened, Policy(ordered=True))(lambda fact, row: heard.append(fact.width))
    for width in range(5):
        publish(GateOpened(venue=VENUE, width=width))
    assert heard == []
    queue.run()
    assert heard == [0, 1, 2, 3, 4]


def test_subscriber_acts_once_however_often_its_job_runs() -> None:
    heard: list[int] = []
    subscribe("once", GateOpened)(lambda fact, row: heard.append(fact.width))
    publish(GateOpened(width=3))
    queue.run()
    Job.objects.update(
        state=Job.State.AVAILABLE, finished_at=None
    )  # as after a worker that died between its work and saying so
    queue.run()
    assert (heard, Handling.objects.count(), Job.objects.get().state) == ([3], 1, "done")


def test_subscriber_that_fails_undoes_all_and_is_a_dead_letter_while_others_go_on() -> None:
    heard: list[int] = []

    @subscribe("fails", GateOpened, NO_RETRIES)
    def fails(fact: GateOpened, row: DomainEvent) -> None:
        DomainEvent.objects.update(name="changed")
        raise ValueError("no such gate")

    subscribe("works", GateOpened)(lambda fact, row: heard.append(fact.width))
    publish(GateOpened(width=3))
    queue.run()
    assert dict(Job.objects.values_list("task", "state")) == {"fails": "dead", "works": "done"}
    assert (heard, list(Handling.objects.values_list("subscriber", flat=True))) == ([3], ["works"])
    assert DomainEvent.objects.filter(name="changed").count() == 0
    assert Alert.objects.filter(kind="dead_letter", subject="fails").count() == 1


def test_version_that_nobody_reads_any_more_is_permanent() -> None:
    [row] = publish(GateOpened(width=3))
    row.version = 2
    with pytest.raises(Permanent, match="gate_opened of version 2"):
        fact_of(row)


@pytest.mark.parametrize(("error", "name"), [(None, "job_done"), (Permanent("No use."), "job_died")])
def test_job_tells_of_its_end_with_what_it_began_with(tasks: Register, error: Exception | None, name: str) -> None:
    tasks("import", error=error)
    job = queue.enqueue("import", EVENT, correlation=BEGAN)
    queue.run()
    [row] = DomainEvent.objects.all()
    assert (row.name, row.correlation, json.loads(row.body)) == (
        name, BEGAN, {"event": None, "venue": None, "job": str(job.id), "task": "import", "subject": str(EVENT)},
    )  # fmt: skip


def test_job_that_will_be_tried_again_tells_nothing(tasks: Register) -> None:
    tasks("import", error=ValueError())
    queue.enqueue("import", EVENT)
    queue.run()
    assert DomainEvent.objects.count() == 0


def test_job_of_a_subscriber_tells_nothing() -> None:
    subscribe("quiet", GateOpened)(lambda fact, row: None)
    publish(GateOpened(width=3))
    queue.run()
    assert list(DomainEvent.objects.values_list("name", flat=True)) == ["gate_opened"]


def test_many_jobs_of_one_transaction_wake_once(
    broker: Broker, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    for name in ("transport", "kitchen"):
        subscribe(name, GateOpened)(lambda fact, row: None)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined] # a context manager
        publish(*(GateOpened(width=width) for width in range(3)))
    assert (Job.objects.count(), broker.told) == (6, ["work"])

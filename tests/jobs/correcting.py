"""A subscriber that fails on what it hears, so that somebody has to correct that."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from eventsync.jobs import events, publishing, queue
from eventsync.jobs.events import Fact, domain_event
from eventsync.jobs.models import Approval, DomainEvent, Job
from eventsync.jobs.publishing import publish, subscribe
from eventsync.jobs.queue import Permanent
from eventsync.jobs.rules import Policy

BEGAN = UUID("0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f22")


@dataclass(frozen=True, slots=True, kw_only=True)
class MealCounted(Fact):
    """So many plates are needed."""

    plates: int
    note: str = ""


class Kitchen:
    """What it served, and how many plates it has. The counter, which hears the same, takes any number."""

    def __init__(self) -> None:
        self.served: list[int] = []
        self.counted: list[int] = []
        self.plates = 10

    def serve(self, fact: MealCounted, row: DomainEvent) -> None:
        if fact.plates > self.plates:
            raise Permanent("There are not so many plates.")
        self.served.append(fact.plates)

    def count(self, fact: MealCounted, row: DomainEvent) -> None:
        self.counted.append(fact.plates)

    def fail(self, plates: int = 12, **said: Any) -> Job:
        """The job that died of it."""
        with transaction.atomic():
            [row] = publish(MealCounted(plates=plates, **said), correlation=BEGAN)
        queue.run()
        return Job.objects.get(task="test.kitchen", subject=row.pk)


@contextmanager
def open_kitchen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kitchen]:
    """What it registers is gone afterwards."""
    with monkeypatch.context() as patched:
        for module, name in ((events, "catalogue"), (publishing, "_subscribers"), (queue, "_tasks")):
            patched.setattr(module, name, dict(getattr(module, name)))
        patched.setattr(publishing, "catalogue", events.catalogue)
        found = Kitchen()
        domain_event("meal_counted")(MealCounted)
        subscribe("test.kitchen", MealCounted, Policy(retries=()))(found.serve)
        subscribe("test.counter", MealCounted)(found.count)
        yield found


@pytest.fixture
def kitchen(db: None, broker: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kitchen]:
    with open_kitchen(monkeypatch) as found:
        yield found


def asked() -> list[str]:
    """What has become of each request, in order."""
    return list(Approval.objects.filter(kind="correction").order_by("pk").values_list("state", flat=True))


Later = Callable[[Any], None]

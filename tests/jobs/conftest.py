"""A broker that only notes, tasks that only note, and time that goes by."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from eventsync.jobs import queue
from eventsync.jobs.rules import Policy


class Broker:
    """In the place of the queue library: what it was told, and how much it holds."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self) -> None:
        self.told.append("work")

    def untaken(self) -> int:
        return len(self.told)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(queue, "brokers", broker)
    return broker


Register = Callable[..., list[UUID]]


@pytest.fixture
def tasks(db: None, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Register:
    """Registers a task that notes its subjects in the answered list; it raises `error`, if any, after that."""

    def register(name: str, policy: Policy | None = None, error: Exception | None = None) -> list[UUID]:
        done: list[UUID] = []

        def work(subject: UUID) -> None:
            done.append(subject)
            if error is not None:
                raise error

        monkeypatch.setitem(queue._tasks, name, queue.Registered(work, policy or Policy()))
        return done

    return register


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Lets time go by."""
    gone, real = timedelta(), timezone.now

    def wait(span: timedelta) -> None:
        nonlocal gone
        gone += span

    monkeypatch.setattr(timezone, "now", lambda: real() + gone)
    return wait

"""What can wait for a person: each kind says what its subjects would do, and what happens once somebody said something.

The app that owns a kind registers it when the apps get ready.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsync.jobs.approvals.models import Approval
from eventsync.jobs.rules import Matter


@dataclass(frozen=True, slots=True)
class Kind:
    """How approvals of one kind are treated. All of it runs in the transaction of the decision.

    `describe`: what it would do as it is now, its rows locked before they are read; None: there is nothing left to do.
    `agreed`: it may be done; raises `deciding.Impossible` when it cannot be now. `over`: it will not be: rejected,
    expired, or nothing is left to do.
    `page`: where people see it whole and decide; "" is the page that all kinds have.
    """

    describe: Callable[[UUID], Matter | None]
    agreed: Callable[[Approval, datetime], None]
    over: Callable[[Approval, datetime], None]
    page: Callable[[UUID], str] = lambda subject: ""


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    if name in _kinds:
        raise ValueError(f"approvals of {name} are registered twice")
    _kinds[name] = kind


def kind_of(name: str) -> Kind:
    """LookupError when the app that asked is no longer there."""
    return _kinds[name]


def names() -> list[str]:
    return sorted(_kinds)

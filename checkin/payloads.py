"""What the door's operations say (docs/protocol.md, section 8)."""

from typing import Annotated, Literal

import msgspec

from eventsync.sync.wire import Id

Digest = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}$", max_length=22)]
Reason = str  # cut where it is shown; the operation keeps all of it


class Subject(msgspec.Struct, kw_only=True):
    """Who: exactly one of a person's id and the digest of a code."""

    checkpoint: Id
    person: Id | None = None
    credential: Digest | None = None

    def __post_init__(self) -> None:
        if (self.person is None) == (self.credential is None):
            raise ValueError("exactly one of person and credential is needed")


class Passage(Subject, kw_only=True):
    """`checkin.arrive` and `checkin.leave`."""

    method: Literal["scan", "search", "typed", "paper"]
    roster_version: int | None = None
    group: Id | None = None
    override: Reason | None = None


class Refusal(Subject, kw_only=True):
    """`checkin.refuse`: somebody was sent away."""

    reason: Reason


class Voiding(msgspec.Struct, kw_only=True):
    """`checkin.void`: the arrive or leave in `refers_to` was a mistake."""

    checkpoint: Id
    reason: Reason | None = None

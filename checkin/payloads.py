"""What the door's operations say (docs/protocol.md, section 8)."""

from typing import Annotated, Literal

import msgspec

from checkin.rules import SLOT_LENGTH, search_key
from eventsync.sync.wire import Id

Digest = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}$", max_length=22)]
Slot = Annotated[str, msgspec.Meta(min_length=1, max_length=SLOT_LENGTH)]
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
    """`checkin.arrive` and `checkin.leave`. `unseen`: somebody had gone, and nobody recorded it then."""

    method: Literal["scan", "search", "typed", "paper"]
    roster_version: int | None = None
    group: Id | None = None
    override: Reason | None = None
    slot: Slot | None = None
    unseen: bool = False


class Refusal(Subject, kw_only=True):
    """`checkin.refuse`: somebody was sent away. `reason` is one of flags.REFUSALS; older phones said anything."""

    reason: Reason
    note: Reason | None = None


class Voiding(msgspec.Struct, kw_only=True):
    """`checkin.void`: the arrive or leave in `refers_to` was a mistake."""

    checkpoint: Id
    reason: Reason | None = None


class Hold(msgspec.Struct, kw_only=True):
    """`checkin.hold`: whoever meets this person sends them to a desk. Never why, if that is medical."""

    person: Id
    desk: Literal["medical", "information", "lead"]
    reason: Reason | None = None


class Release(msgspec.Struct, kw_only=True):
    """`checkin.release`: the hold is lifted."""

    person: Id
    reason: Reason | None = None


class Trying(msgspec.Struct, kw_only=True):
    """`checkin.release_try`: somebody said a release code of this person. Never the code itself."""

    person: Id
    checkpoint: Id
    right: bool


class Registration(msgspec.Struct, kw_only=True):
    """`checkin.register`: somebody came who is not on the list. `person` is an id that the phone has made.

    `credential` is the digest of the wristband that they got, `code` what is printed on it.
    """

    person: Id
    name: str
    delegation: str | None = None
    role: str | None = None
    credential: Digest | None = None
    code: str | None = None

    def __post_init__(self) -> None:
        if not search_key(self.name):
            raise ValueError("a name is needed")


class Merging(msgspec.Struct, kw_only=True):
    """`checkin.merge`: `person` is `into`, one person in two rows. Into themselves: they are not, after all."""

    person: Id
    into: Id
    reason: Reason | None = None


class Confirmation(msgspec.Struct, kw_only=True):
    """`checkin.confirm`: somebody looked at a registration, and it is right."""

    person: Id


# As sets of classes: a union is put together anew wherever it is asked about, which a batch does some thousand times.
HOLDING = frozenset([Hold, Release])
LISTING = frozenset([Registration, Merging, Confirmation])

Listing = Registration | Merging | Confirmation

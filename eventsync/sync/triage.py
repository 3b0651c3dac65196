"""From a received body to an operation that may be applied, or to the reason why it never can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from eventsync.sync.models import Device
from eventsync.sync.registry import EventInfo, Incoming, Quarantine, registry
from eventsync.sync.rules import EARLIEST, Timing, corrected_time
from eventsync.sync.wire import Header, Received, is_id, read_time

MAX_ACTOR = 200  # characters that are shown; the body keeps all


class Item(msgspec.Struct, frozen=True):
    """One place of a batch: what came, who wrote it, and how it was judged before any lock."""

    received: Received
    author: Device
    judged: Incoming | Quarantine


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a batch came: who brought it, when we got it and how far the bringer's clock is off (None: it did not say).

    `heard`: what this tells of the bringer, as columns of its row; empty when it was not the bringer itself that spoke.
    """

    pusher: Device
    received_at: datetime
    skew: timedelta | None
    event: EventInfo | None
    heard: Mapping[str, Any] = field(default_factory=dict)

    @property
    def skew_ms(self) -> int | None:
        return None if self.skew is None else self.skew // timedelta(milliseconds=1)

    def carrier_of(self, author: Device) -> UUID | None:
        return None if author is self.pusher else self.pusher.id


def triage(received: Sequence[Received], arrival: Arrival) -> list[Item]:
    authors = _authors(received, arrival.pusher)
    return [_item(each, authors, arrival) for each in received]


def _authors(received: Sequence[Received], pusher: Device) -> dict[str, Device]:
    """The devices that wrote these operations, by canonical id; the pusher's own need no query."""
    named = {each.device for each in received if each.device}
    authors = {str(pusher.id): pusher}
    if named - authors.keys():
        ids = [name for name in named if is_id(name)]
        authors |= {str(device.id): device for device in Device.objects.filter(id__in=ids)}
    return authors


def _item(received: Received, authors: dict[str, Device], arrival: Arrival) -> Item:
    pusher = arrival.pusher
    author = authors.get(received.device) if received.device else pusher
    if author is None:
        return Item(received, pusher, Quarantine("not_permitted", "Its author is not a known device.", binding=False))
    if author.event_id != pusher.event_id:
        why = "Its author is enrolled for another event."
        return Item(received, pusher, Quarantine("wrong_event", why, binding=False))
    return Item(received, author, _judge(received, author, arrival))


def _judge(received: Received, author: Device, arrival: Arrival) -> Incoming | Quarantine:
    if received.members is None:
        return Quarantine("unstorable", "It has a character or a number that no database can keep.")
    kind = registry.kinds.get(str(received.members.get("kind")))
    if kind is None:
        return Quarantine("unknown_kind", "This server does not know that kind of operation.")
    not_permitted = Quarantine(
        "not_permitted", f"A phone of the profile {author.profile} may not record this.", binding=False
    )
    if author.profile not in kind.profiles:
        return not_permitted
    try:
        header = msgspec.convert(received.members, Header)
        payload = msgspec.convert(header.payload, kind.payload)
        return _incoming(header, payload, author, arrival) if kind.permits(author.profile, payload) else not_permitted
    except (msgspec.ValidationError, ValueError) as error:
        why = "." if kind.seal else f": {error}"  # which may repeat what was said
        return Quarantine("invalid_payload", f"It is not shaped as {kind.name} must be{why}"[:500])


def _incoming(header: Header, payload: msgspec.Struct, author: Device, arrival: Arrival) -> Incoming:
    occurred_at = max(EARLIEST, read_time(header.occurred_at))
    own = author is arrival.pusher
    timing = corrected_time(
        occurred_at=occurred_at,
        offset=_offset(header.offset_ms),
        skew=arrival.skew if own else None,
        received_at=arrival.received_at,
        dates=arrival.event.dates if arrival.event else None,
    )
    return Incoming(
        id=header.id,
        kind=header.kind,
        seq=header.seq,
        occurred_at=occurred_at,
        offset_ms=header.offset_ms,
        corrected_at=timing.corrected,
        received_at=arrival.received_at,
        flags=_flags(timing, author, arrival.pusher),
        actor=(header.actor or "")[:MAX_ACTOR],
        refers_to=header.refers_to,
        payload=payload,
        author=author,
    )


@lru_cache
def _offset(milliseconds: int | None) -> timedelta | None:
    """A phone's changes seldom."""
    return None if milliseconds is None else timedelta(milliseconds=milliseconds)


def _flags(timing: Timing, author: Device, pusher: Device) -> tuple[str, ...]:
    """Also of who brought it: a revoked phone may have written it in another's name."""
    clock = ("clock_suspect",) if timing.suspect else ()
    revoked = author.revoked_at or pusher.revoked_at
    return (*clock, "device_revoked") if revoked else clock

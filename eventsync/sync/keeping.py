"""Bodies that could not be applied are kept whole, each once, until people have looked at them."""

from collections.abc import Iterable

from eventsync.rows import bulk
from eventsync.rows.lookup import Lookup
from eventsync.sync.models import Quarantined
from eventsync.sync.registry import Quarantine
from eventsync.sync.streams import Changes, roster_stream
from eventsync.sync.triage import Arrival, Item

_COLUMNS = (
    "operation_id", "device", "carrier", "received_at", "skew_ms", "code", "message", "body", "body_hash",
)  # fmt: skip
_STORED = Lookup(Quarantined, ("operation_id", "body_hash"), by="operation_id")


def streams(items: Iterable[Item], arrival: Arrival) -> set[str]:
    """What is to be locked, as far as it is known beforehand."""
    aside = any(isinstance(item.judged, Quarantine) for item in items)
    return {_head_of_erasing(arrival)} if aside else set()


def stored(items: Iterable[Item]) -> set[tuple[str, str]]:
    """The ids and hashes of bodies that are kept under the ids of these."""
    return {(key, digest) for key, digest in _STORED.rows({item.received.id for item in items})}


def store(pairs: Iterable[tuple[Item, Quarantine]], arrival: Arrival, changes: Changes) -> None:
    """StreamNotLocked when nobody could know beforehand that there would be any."""
    rows = [
        (
            item.received.id, item.author.id, arrival.carrier_of(item.author), arrival.received_at, arrival.skew_ms,
            reason.code, reason.message, item.received.raw, item.received.hash,
        )
        for item, reason in pairs
    ]  # fmt: skip
    if rows:
        changes.require(_head_of_erasing(arrival))
    bulk.insert_new(Quarantined, _COLUMNS, rows)


def _head_of_erasing(arrival: Arrival) -> str:
    """Who erases somebody holds it, too: what is kept of them is there before that, or finds them erased."""
    return roster_stream(arrival.pusher.event_id)

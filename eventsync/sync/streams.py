"""Writing to streams: under a lock of their heads, one position for each transaction (or 500 rows)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import orjson
from django.db import transaction
from django.utils import timezone

from eventsync.rows import bulk
from eventsync.rows.lookup import Lookup
from eventsync.sync.client.messages import CHECKSUM_MODULUS, record_checksum
from eventsync.sync.models import Change, StreamHead
from eventsync.sync.poke.announce import announce
from eventsync.sync.poke.hub import DEVICES

ROWS_PER_SEQ = 500
_DELETED = ""
_NEVER = (0, _DELETED)  # a record that was never there is not deleted either
_CHANGE_COLUMNS = ("stream", "kind", "key", "seq", "deleted", "deleted_at", "body")

Record = tuple[str, str]  # kind, key

_HEADS = Lookup(StreamHead, ("stream", "head", "count", "checksum"), by="stream", lock=True)
_STORED = Lookup(Change, ("key", "seq", "body"), by="key", where=("stream", "kind"))


@dataclass(slots=True)
class Head:
    """Where a locked stream is, and what is alive in it."""

    stream: str
    head: int
    count: int
    checksum: int


class StreamNotLocked(Exception):
    """A record was written to a stream whose head is not locked: the batch must start again with it."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.stream = stream


class Changes:
    """Collects what one transaction changes in its locked streams, and writes it at the end.

    The rows of a stream get one seq together, so no reader can see half of a transaction.
    """

    def __init__(self, heads: dict[str, Head]) -> None:
        self._heads = heads
        self._records: dict[str, dict[Record, str]] = {}

    def put(self, stream: str, kind: str, key: str, body: object) -> None:
        """The newest version of a record; `body` is anything that JSON can hold."""
        self._of(stream)[kind, key] = orjson.dumps(body).decode()

    def delete(self, stream: str, kind: str, key: str) -> None:
        self._of(stream)[kind, key] = _DELETED

    def require(self, stream: str) -> None:
        """StreamNotLocked unless its head is locked: for what must be read under that lock."""
        if stream not in self._heads:
            raise StreamNotLocked(stream)

    def _of(self, stream: str) -> dict[Record, str]:
        found = self._records.get(stream)
        if found is None:
            self.require(stream)
            found = self._records[stream] = {}
        return found

    def write(self) -> dict[str, int]:
        """Writes what differs from the stored versions; answers with the head of every locked stream."""
        before = {stream: self._heads[stream].head for stream in self._records}
        for stream, records in self._records.items():
            self._write_stream(self._heads[stream], records)
        self._records = {}
        moved = {stream: self._heads[stream].head for stream, old in before.items() if self._heads[stream].head > old}
        if moved:
            transaction.on_commit(partial(announce, moved), robust=True)
        return {stream: head.head for stream, head in self._heads.items()}

    def _write_stream(self, head: Head, records: dict[Record, str]) -> None:
        stored, now = _stored(head.stream, records), timezone.now()
        changed = [(record, body) for record, body in records.items() if stored.get(record, _NEVER)[1] != body]
        rows = []
        for part in _parts(changed):
            head.head += 1
            for record, body in part:
                _count(head, record, stored.get(record), body)
                deleted = body == _DELETED
                rows.append((head.stream, *record, head.head, deleted, now if deleted else None, body))
        if rows:
            bulk.upsert(Change, _CHANGE_COLUMNS, rows, key=("stream", "kind", "key"))
            moved = (head.head, head.count, head.checksum, head.stream)
            bulk.update(StreamHead, ("head", "count", "checksum"), [moved], key=("stream",))


def _parts(rows: Sequence[tuple[Record, str]]) -> Iterator[Sequence[tuple[Record, str]]]:
    return (rows[start : start + ROWS_PER_SEQ] for start in range(0, len(rows), ROWS_PER_SEQ))


def _stored(stream: str, records: Iterable[Record]) -> dict[Record, tuple[int, str]]:
    """What is stored now under these records: (seq, body), body empty when deleted."""
    keys: dict[str, list[str]] = {}
    for kind, key in records:
        keys.setdefault(kind, []).append(key)
    return {
        (kind, key): (seq, body)
        for kind, wanted in keys.items()
        for key, seq, body in _STORED.rows(wanted, stream, kind)
    }


def _count(head: Head, record: Record, before: tuple[int, str] | None, body: str) -> None:
    """Keeps the number and the checksum of the live records up (protocol 4.5)."""
    if before and before[1] != _DELETED:
        head.count -= 1
        head.checksum = (head.checksum - record_checksum(*record, before[0])) % CHECKSUM_MODULUS
    if body != _DELETED:
        head.count += 1
        head.checksum = (head.checksum + record_checksum(*record, head.head)) % CHECKSUM_MODULUS


def device_stream(device_id: UUID) -> str:
    """The stream of one device's own: its profile."""
    return f"{DEVICES}{device_id}"


def roster_stream(event_id: UUID) -> str:
    """The stream of everybody at an event; what is in it is decided above."""
    return f"roster:{event_id}"


def kiosk_stream(event_id: UUID) -> str:
    """The same people as devices may know them that nobody watches."""
    return f"kiosk:{event_id}"


def lock(streams: Iterable[str]) -> Changes:
    """Locks the heads of `streams`, in sorted order, to the end of the caller's transaction.

    Readers never see a seq after a higher one: it is taken under this lock and commits before the next is taken.
    """
    assert transaction.get_connection().in_atomic_block
    names = sorted(set(streams))
    heads = _locked(names)
    if len(heads) < len(names):
        bulk.insert_new(StreamHead, ("stream", "head", "count", "checksum"), [(n, 0, 0, 0) for n in names])
        heads = _locked(names)
    return Changes(heads)


def _locked(names: Sequence[str]) -> dict[str, Head]:
    return {row[0]: Head(*row) for row in _HEADS.rows(names)}

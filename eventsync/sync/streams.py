"""Writing to streams: under a lock of their heads, one position for each transaction (or 500 rows)."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from uuid import UUID
from zlib import crc32

import orjson
from django.db import transaction
from django.utils import timezone

from eventsync.sync import bulk
from eventsync.sync.models import Change, StreamHead
from eventsync.sync.poke.announce import announce

ROWS_PER_SEQ = 500
CHECKSUM_MODULUS = 2**32
_DELETED = ""

Record = tuple[str, str]  # kind, key


class StreamNotLocked(Exception):
    """A record was written to a stream whose head is not locked: the batch must start again with it."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.stream = stream


class Changes:
    """Collects what one transaction changes in its locked streams, and writes it at the end.

    The rows of a stream get one seq together, so no reader can see half of a transaction.
    """

    def __init__(self, heads: dict[str, StreamHead]) -> None:
        self._heads = heads
        self._records: dict[str, dict[Record, str]] = {}

    def put(self, stream: str, kind: str, key: str, body: object) -> None:
        """The newest version of a record; `body` is anything that JSON can hold."""
        self._record(stream, kind, key, orjson.dumps(body).decode())

    def delete(self, stream: str, kind: str, key: str) -> None:
        self._record(stream, kind, key, _DELETED)

    def _record(self, stream: str, kind: str, key: str, body: str) -> None:
        if stream not in self._heads:
            raise StreamNotLocked(stream)
        self._records.setdefault(stream, {})[kind, key] = body

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

    def _write_stream(self, head: StreamHead, records: dict[Record, str]) -> None:
        stored, now = _stored(head.stream, records), timezone.now()
        changed = [(kind, key, body) for (kind, key), body in records.items() if _differs(stored, kind, key, body)]
        rows = []
        for part in _parts(changed):
            head.head += 1
            for kind, key, body in part:
                _count(head, kind, key, stored.get((kind, key)), body)
                deleted = body == _DELETED
                rows.append((head.stream, kind, key, head.head, deleted, now if deleted else None, body))
        if rows:
            columns = ("stream", "kind", "key", "seq", "deleted", "deleted_at", "body")
            bulk.upsert(Change, columns, rows, key=("stream", "kind", "key"))
            head.save(update_fields=["head", "count", "checksum"])


def _parts(rows: Sequence[tuple[str, str, str]]) -> Iterator[Sequence[tuple[str, str, str]]]:
    return (rows[start : start + ROWS_PER_SEQ] for start in range(0, len(rows), ROWS_PER_SEQ))


def _stored(stream: str, records: Iterable[Record]) -> dict[Record, tuple[int, str]]:
    """What is stored now under these records, and maybe under some more: (seq, body), body empty when deleted."""
    found = {}
    names = sorted(records)
    for start in range(0, len(names), ROWS_PER_SEQ):
        kinds, keys = map(set, zip(*names[start : start + ROWS_PER_SEQ], strict=True))
        query = Change.objects.filter(stream=stream, kind__in=kinds, key__in=keys)
        for kind, key, seq, body in query.values_list("kind", "key", "seq", "body"):
            found[kind, key] = (seq, body)
    return found


def _differs(stored: dict[Record, tuple[int, str]], kind: str, key: str, body: str) -> bool:
    """A record that was never there is not deleted either."""
    return stored.get((kind, key), (0, _DELETED))[1] != body


def _count(head: StreamHead, kind: str, key: str, before: tuple[int, str] | None, body: str) -> None:
    """Keeps the number and the checksum of the live records up (protocol 4.5)."""
    if before and before[1] != _DELETED:
        head.count -= 1
        head.checksum = (head.checksum - record_checksum(kind, key, before[0])) % CHECKSUM_MODULUS
    if body != _DELETED:
        head.count += 1
        head.checksum = (head.checksum + record_checksum(kind, key, head.head)) % CHECKSUM_MODULUS


def record_checksum(kind: str, key: str, seq: int) -> int:
    return crc32(f"{kind}/{key}/{seq}".encode())


def device_stream(device_id: UUID) -> str:
    """The stream of one device's own: its profile."""
    return f"device:{device_id}"


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


def _locked(names: Sequence[str]) -> dict[str, StreamHead]:
    query = StreamHead.objects.select_for_update().filter(stream__in=names).order_by("stream")
    return {head.stream: head for head in query}

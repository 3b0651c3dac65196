"""Pull: one page of a stream, read in one statement, its bodies as they are stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import orjson
from django.db import connection

from eventsync.sync.errors import ApiError
from eventsync.sync.models import Change, StreamHead

# The left join gives the head even when no row is left; `page.last` is the last seq that fits, and the page takes the
# whole of it. Tombstones that a device cannot know the records of are passed over, also when counting, so that a page
# is never empty unless it is the last one.
_PAGE = """
WITH head AS (
    SELECT stream, head, count, checksum, floor, CASE WHEN %(known)s > 0 THEN %(known)s ELSE head END AS base
    FROM {head} WHERE stream = %(stream)s
), page AS (
    SELECT (
        SELECT change.seq FROM {change} AS change, head
        WHERE change.stream = %(stream)s AND change.seq > %(after)s AND (NOT change.deleted OR change.seq > head.base)
        ORDER BY change.seq LIMIT 1 OFFSET %(skip)s
    ) AS last
)
SELECT head.head, head.count, head.checksum, head.floor, page.last,
    change.seq, change.kind, change.key, change.deleted, change.body
FROM head
CROSS JOIN page
LEFT JOIN {change} AS change
    ON change.stream = %(stream)s AND change.seq > %(after)s AND change.seq <= COALESCE(page.last, head.head)
    AND (NOT change.deleted OR change.seq > head.base)
ORDER BY change.seq
"""

_AT_A_TIME = 500  # rows

Row = tuple[int, str, str, bool, str]  # seq, kind, key, deleted, body


@dataclass(frozen=True, slots=True)
class Page:
    """The records of a stream that changed in (after, …], in seq order; `base` is the head a snapshot began with."""

    stream: str
    after: int
    base: int
    head: int
    count: int
    checksum: int
    complete: bool
    rows: Iterable[Row]

    def pieces(self, *, epoch: str) -> Iterator[bytes]:
        """NDJSON, many lines at a time: the header, then one change a line."""
        header = {name: getattr(self, name) for name in ("stream", "after", "base", "head", "complete", "count")}
        yield orjson.dumps({**header, "epoch": epoch, "checksum": self.checksum}) + b"\n"
        lines = map(_line, self.rows)
        while piece := "".join(islice(lines, _AT_A_TIME)):
            yield piece.encode()


def _line(row: Row) -> str:
    seq, kind, key, deleted, body = row
    start = f'{{"seq":{seq},"kind":"{kind}","key":{orjson.dumps(key).decode()}'
    return f'{start},"deleted":true}}\n' if deleted else f'{start},"deleted":false,"body":{body}}}\n'


def read_page(*, stream: str, after: int, base: int, limit: int) -> Page:
    """One page after the cursor `after`; ApiError `cursor_expired` when the cursor is not of this stream's life.

    One statement. SQLite's rows are fetched as they are asked for; PostgreSQL's client holds those of one page.
    """
    sql = _PAGE.format(change=Change._meta.db_table, head=StreamHead._meta.db_table)
    known = base or after  # what the device has seen the tombstones of; 0 begins a snapshot
    found = _fetched(sql, {"stream": stream, "after": after, "known": known, "skip": limit - 1})
    first = next(found, (0, 0, 0, 0, None, None))
    head, count, checksum, floor, last = first[:5]
    if max(after, base) > head:
        raise ApiError("cursor_expired", "The server knows less than this phone: it was restored.", reason="ahead")
    if 0 < known < floor:
        raise ApiError("cursor_expired", "Too long ago to say what changed since. The phone pulls the whole list.")
    rows = (row[5:] for row in chain([first], found) if row[5] is not None)
    complete = last is None or last == head
    return Page(stream, after, known or head, head, count, checksum, complete, rows)


def _fetched(sql: str, params: Mapping[str, str | int]) -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(_AT_A_TIME):
            yield from rows


def head(stream: str) -> int:
    """The head of a stream; 0 when nothing was ever written to it."""
    return StreamHead.objects.filter(stream=stream).values_list("head", flat=True).first() or 0


def heads(streams: list[str]) -> list[dict[str, object]]:
    """Where each stream is now; one that nothing was written to yet is at 0."""
    columns = ("head", "count", "checksum")
    stored = {head.stream: head for head in StreamHead.objects.filter(stream__in=streams)}
    empty = StreamHead()
    return [
        {"stream": stream} | {column: getattr(stored.get(stream, empty), column) for column in columns}
        for stream in streams
    ]

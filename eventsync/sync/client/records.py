"""What was pulled: the records of each stream, and how far it was read. Disposable: a pull from 0 makes it again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eventsync.sync.client.messages import CHECKSUM_MODULUS, record_checksum
from eventsync.sync.client.outbox import connect, writing

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    stream TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (stream, kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cursor (
    stream TEXT PRIMARY KEY, seq INTEGER NOT NULL, epoch TEXT NOT NULL,
    count INTEGER NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS snapshot ( -- those that are under way; a number is never used again
    number INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL UNIQUE
);
"""

Change = Mapping[str, Any]  # a line of a page: seq, kind, key, deleted, body


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a stream was read, and the number and checksum (protocol 4.5) of the records held for it."""

    stream: str
    seq: int
    epoch: str
    count: int
    checksum: int


class Records:
    """The streams of one device. Rows and cursor change together or not at all."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._database = connect(path)
        self._database.executescript(_SCHEMA)

    def cursors(self) -> dict[str, Cursor]:
        found = self._database.execute("SELECT stream, seq, epoch, count, checksum FROM cursor")
        return {row[0]: Cursor(*row) for row in found}

    def live(self, stream: str) -> dict[tuple[str, str], tuple[int, Any]]:
        """(kind, key) → (seq, body) of everything held of a stream."""
        found = self._database.execute("SELECT kind, key, seq, body FROM record WHERE stream = ?", (stream,))
        return {(kind, key): (seq, json.loads(body)) for kind, key, seq, body in found}

    def streams(self) -> set[str]:
        """Those that are held, or of which a snapshot is under way."""
        found = self._database.execute("SELECT stream FROM cursor UNION SELECT stream FROM snapshot")
        return {stream for (stream,) in found}

    def begin(self, stream: str) -> int:
        """A snapshot is about to be asked for. Its number is that of all who ask until one of them is put in place."""
        with writing(self._database):
            self._database.execute("INSERT OR IGNORE INTO snapshot (stream) VALUES (?)", (stream,))
            found = self._database.execute("SELECT number FROM snapshot WHERE stream = ?", (stream,)).fetchone()
        return int(found[0])

    def replace(self, stream: str, *, number: int, seq: int, epoch: str, changes: Iterable[Change]) -> Cursor | None:
        """Puts a complete snapshot in the place of whatever was held.

        None, changing nothing, when since it was begun another was put in place, the stream was erased, or pages
        brought it further.
        """
        with writing(self._database):
            standing = self.cursors().get(stream)
            ahead = standing is not None and standing.epoch == epoch and standing.seq > seq
            if ahead or not self._end(stream, number):
                return None
            self._database.execute("DELETE FROM record WHERE stream = ?", (stream,))
            return self._take(Cursor(stream, seq, epoch, 0, 0), changes)

    def _end(self, stream: str, number: int) -> bool:
        """Whether that snapshot was under way still."""
        sql = "DELETE FROM snapshot WHERE stream = ? AND number = ?"
        return self._database.execute(sql, (stream, number)).rowcount == 1

    def apply(self, stream: str, *, after: int, seq: int, epoch: str, changes: Iterable[Change]) -> Cursor | None:
        """Applies a page that began at `after`; None, changing nothing, when the stream does not stand there."""
        with writing(self._database):
            standing = self.cursors().get(stream)
            if standing is None or (standing.seq, standing.epoch) != (after, epoch):
                return None
            return self._take(Cursor(stream, seq, epoch, standing.count, standing.checksum), changes)

    def _take(self, cursor: Cursor, changes: Iterable[Change]) -> Cursor:
        count, checksum = cursor.count, cursor.checksum
        for change in changes:
            gained, added = self._take_one(cursor.stream, change)
            count, checksum = count + gained, (checksum + added) % CHECKSUM_MODULUS
        taken = Cursor(cursor.stream, cursor.seq, cursor.epoch, count, checksum)
        self._database.execute(
            "INSERT OR REPLACE INTO cursor (stream, seq, epoch, count, checksum) VALUES (?, ?, ?, ?, ?)",
            (taken.stream, taken.seq, taken.epoch, taken.count, taken.checksum),
        )
        return taken

    def _take_one(self, stream: str, change: Change) -> tuple[int, int]:
        """By how much the number and the checksum of what is held change."""
        kind, key, seq = change["kind"], change["key"], change["seq"]
        name = (stream, kind, key)
        sql = "SELECT seq FROM record WHERE stream = ? AND kind = ? AND key = ?"
        before = self._database.execute(sql, name).fetchone()
        gained, added = (-1, -record_checksum(kind, key, before[0])) if before else (0, 0)
        if change["deleted"]:
            self._database.execute("DELETE FROM record WHERE stream = ? AND kind = ? AND key = ?", name)
            return gained, added
        body = json.dumps(change["body"], ensure_ascii=False)
        self._database.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?)", (*name, seq, body))
        return gained + 1, added + record_checksum(kind, key, seq)

    def drop_cursor(self, stream: str) -> None:
        """Keeps what is held until a complete snapshot takes its place."""
        self._database.execute("UPDATE cursor SET epoch = '' WHERE stream = ?", (stream,))

    def drop_cursors(self) -> None:
        """Keeps what is held, but every stream will be pulled from the beginning."""
        self._database.execute("UPDATE cursor SET epoch = ''")

    def erase(self, stream: str) -> None:
        """Nothing of it is left, and a snapshot that was asked for before comes too late."""
        with writing(self._database):
            self._database.execute("DELETE FROM record WHERE stream = ?", (stream,))
            self._database.execute("DELETE FROM cursor WHERE stream = ?", (stream,))
            self._database.execute("DELETE FROM snapshot WHERE stream = ?", (stream,))

    def close(self) -> None:
        self._database.close()

"""What was recorded on this device, until the server has it and a backup has it too (protocol 7.1)."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from eventsync.ids import uuid7
from eventsync.sync.client.messages import read_time, write_time

Operation = dict[str, Any]
Settlement = Mapping[str, Any]  # a result of protocol 3, and the `server_time` that came with it

_SCHEMA = """
CREATE TABLE IF NOT EXISTS operation (
    number INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they are sent
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,                       -- never changes after it was written
    settled TEXT,                             -- its verdict; empty again when a new epoch begins
    stuck TEXT                                -- why the server cannot read even this one alone
);
CREATE INDEX IF NOT EXISTS operation_unsettled ON operation (number) WHERE settled IS NULL;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def connect(path: Path | str) -> sqlite3.Connection:
    """A database of the device: on disk, strictly, or ":memory:"."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    return database


@contextmanager
def writing(database: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it, or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


@dataclass(frozen=True, slots=True)
class Era:
    """Which history of the server this device speaks of: its epoch, and how often the device has begun anew."""

    epoch: str | None
    beginnings: int


@dataclass(frozen=True, slots=True)
class Row:
    """One operation to send. `number` orders the queue."""

    number: int
    operation: Operation


class Outbox:
    """A database of its own. Only a verdict, or being old, settled and backed up, takes a row out of it."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._database = connect(path)
        self._database.executescript(_SCHEMA)

    def append(self, kind: str, payload: Mapping[str, Any], *, refers_to: str | None, now: datetime) -> Operation:
        """Stores a new operation with the next number; returns when it is safely there."""
        with writing(self._database):
            seq = int(self.recall("seq") or 0) + 1
            operation = {
                "id": uuid7(now),
                "kind": kind,
                "seq": seq,
                "occurred_at": write_time(now),
                "offset_ms": self.recall("offset_ms"),
                "actor": self.recall("actor"),
                "refers_to": refers_to,
                "payload": dict(payload),
            }
            self._put(operation)
            self._remember("seq", seq)
        return operation

    def carry(self, operation: Operation) -> bool:
        """Takes over another device's operation, whose `device` says whose; False when it is here already."""
        with writing(self._database):
            known = self._database.execute("SELECT 1 FROM operation WHERE id = ?", (operation["id"],)).fetchone()
            if known is None:
                self._put(operation)
        return known is None

    def _put(self, operation: Operation) -> None:
        # Escaped, because half a character of somebody's emoji cannot be stored any other way.
        self._database.execute(
            "INSERT INTO operation (id, body) VALUES (?, ?)", (operation["id"], json.dumps(operation))
        )

    def queued(self, *, after: int, limit: int) -> list[Row]:
        """Up to `limit` operations to send, in order."""
        sql = "SELECT number, body FROM operation WHERE settled IS NULL AND stuck IS NULL AND number > ?"
        found = self._database.execute(f"{sql} ORDER BY number LIMIT ?", (after, limit))
        return [Row(number, json.loads(body)) for number, body in found]

    def count_unsettled(self) -> int:
        """How many have no verdict, those that were set aside included."""
        return int(self._database.execute("SELECT count(*) FROM operation WHERE settled IS NULL").fetchone()[0])

    def oldest_unsettled(self) -> Operation | None:
        sql = "SELECT body FROM operation WHERE settled IS NULL ORDER BY number LIMIT 1"
        found = self._database.execute(sql).fetchone()
        return json.loads(found[0]) if found else None

    def held(self) -> list[Operation]:
        """Everything that is still here, settled or not."""
        return [json.loads(body) for (body,) in self._database.execute("SELECT body FROM operation ORDER BY number")]

    def verdicts(self) -> dict[str, Settlement]:
        """The verdicts in force on what is still here, by operation."""
        found = self._database.execute("SELECT id, settled FROM operation WHERE settled IS NOT NULL")
        return {key: json.loads(settled) for key, settled in found}

    def settle(self, verdicts: Mapping[str, Settlement], *, era: Era) -> bool:
        """Applies verdicts that were asked for in `era`; False, changing nothing, when another has begun since."""
        with writing(self._database):
            if self.era() != era:
                return False
            for key, verdict in verdicts.items():
                if not _overtaken(self._verdict(key), verdict):
                    sql = "UPDATE operation SET settled = ?, stuck = NULL WHERE id = ?"
                    self._database.execute(sql, (json.dumps(verdict), key))
        return True

    def _verdict(self, key: str) -> Settlement | None:
        found = self._database.execute("SELECT settled FROM operation WHERE id = ?", (key,)).fetchone()
        return json.loads(found[0]) if found and found[0] else None

    def set_aside(self, number: int, reason: str) -> None:
        """Takes an operation that the server cannot read out of the queue; it stays here, with the reason."""
        self._database.execute("UPDATE operation SET stuck = ? WHERE number = ?", (reason, number))

    def era(self) -> Era:
        """To be compared with itself after a request: an answer to what was asked in another era is worth nothing."""
        return Era(self.recall("epoch"), self.recall("beginnings") or 0)

    def begin_epoch(self, epoch: str) -> None:
        """Another server history: whatever is still here is unsettled again."""
        with writing(self._database):
            if self.recall("epoch") != epoch:
                self._remember("epoch", epoch)
                self._send_all_again()

    def send_all_again(self) -> None:
        """The server lost some of what it had acknowledged."""
        with writing(self._database):
            self._send_all_again()

    def _send_all_again(self) -> None:
        self._remember("beginnings", self.era().beginnings + 1)
        self._database.execute("UPDATE operation SET settled = NULL, stuck = NULL")

    def prune(self, *, settled_before: datetime) -> list[str]:
        """Lets go of what was settled before this moment of the server's clock; answers which."""
        gone = []
        with writing(self._database):
            sql = "SELECT id, settled FROM operation WHERE settled IS NOT NULL"
            for key, settled in self._database.execute(sql).fetchall():
                if _is_before(json.loads(settled)["server_time"], settled_before):
                    self._database.execute("DELETE FROM operation WHERE id = ?", (key,))
                    gone.append(key)
        return gone

    def recall(self, name: str) -> Any:
        """What `remember` was last given under this name; None when nothing."""
        found = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found else None

    def remember(self, **said: Any) -> None:
        """Keeps these values together, by name."""
        with writing(self._database):
            for name, value in said.items():
                self._remember(name, value)

    def recall_or_make(self, name: str, make: Callable[[], Any]) -> Any:
        """The value under this name, made at the first call and the same ever after."""
        with writing(self._database):
            if self.recall(name) is None:
                self._remember(name, make())
            return self.recall(name)

    def _remember(self, name: str, value: Any) -> None:
        self._database.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, json.dumps(value)))

    def close(self) -> None:
        self._database.close()


def _is_before(time: str, moment: datetime) -> bool:
    """Whether a time of the wire is; one that cannot be read never is."""
    try:
        return read_time(time) < moment
    except (ValueError, TypeError):
        return False


def _overtaken(known: Settlement | None, told: Settlement) -> bool:
    """An answer that says quarantined again was on its way before the re-run that applied it."""
    return told["verdict"] == "quarantined" and known is not None and known["verdict"] != "quarantined"

"""What a fault is played on: a database of its own, servers on it, devices at work, and the comparison at the end."""

import json
import random
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from tests.faults.devices import Reader, Writer, headcount_of
from tests.faults.processes import Database, Redis, Web


@dataclass
class Stage:
    """A prepared database and the processes on it. `dice` decides what happens, and when."""

    folder: Path
    database: Database
    code: str
    dice: random.Random
    redis: Redis | None = None
    webs: list[Web] = field(default_factory=list)
    writers: list[Writer] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)

    def web(self, program: Literal["daphne", "uvicorn"] = "daphne") -> Web:
        """One more web process, running."""
        folder = Path(tempfile.mkdtemp(prefix="web-", dir=self.folder))
        web = Web(
            folder,
            database_url=self.database.url,
            redis_url=self.redis.url if self.redis else "",
            marker=str(self.database.folder / "marker.json"),
            program=program,
        )
        self.webs.append(web)
        web.start()
        return web

    @property
    def ports(self) -> list[int]:
        return [web.port for web in self.webs]

    def _dice(self) -> random.Random:
        return random.Random(self.dice.getrandbits(64))

    def reader(self) -> Reader:
        """Enrolled, and with all that there is so far."""
        reader = Reader(self.ports, self.code, self._dice())
        reader.enrol()
        reader.catch_up()
        self.readers.append(reader)
        return reader

    def writer(self, *ports: int) -> Writer:
        """Enrolled, at the doors that a reader has found."""
        writer = Writer(ports or self.ports, self.code, self._dice(), doors=self.readers[0].doors())
        writer.enrol()
        self.writers.append(writer)
        return writer

    @contextmanager
    def at_work(self, **how: Any) -> Iterator[None]:
        """All writers write and all readers read while the context lasts."""
        done = threading.Event()
        tasks = [threading.Thread(target=writer.work, args=(done,), kwargs=how) for writer in self.writers]
        tasks += [threading.Thread(target=reader.follow, args=(done,)) for reader in self.readers]
        for task in tasks:
            task.start()
        try:
            yield
        finally:
            done.set()
            for task in tasks:
                task.join()

    def verify(self) -> None:
        """The dust settles, and nothing was lost, doubled, skipped or judged twice."""
        for writer in self.writers:
            writer.settle()
            writer.repeat_all()
        for reader in self.readers:
            reader.catch_up()
        devices = [*self.writers, *self.readers]
        complaints = [complaint for device in devices for complaint in device.complaints][:3]
        assert complaints == [], complaints
        self._compare_operations()
        for reader in self.readers:
            self._compare_records(reader)
        recorded = [operation for writer in self.writers for operation in writer.recorded]
        assert Counter(self.readers[0].headcount()) == Counter(headcount_of(recorded))
        assert json.loads(self.webs[0].manage("audit", "--json"))["ok"]

    def _compare_operations(self) -> None:
        recorded = [operation["id"] for writer in self.writers for operation in writer.recorded]
        acknowledged = {id: result["verdict"] for writer in self.writers for id, result in writer.first.items()}
        stored = self.database.rows("SELECT id, verdict FROM sync_operation")
        assert Counter(str(UUID(str(id))) for id, _ in stored) == Counter(recorded)
        assert {str(UUID(str(id))): verdict for id, verdict in stored} == acknowledged
        ledger = self.database.rows("SELECT operation_id FROM checkin_attendancerecord")
        assert Counter(str(UUID(str(id))) for (id,) in ledger) == Counter(recorded)
        assert self.database.rows("SELECT code, message FROM sync_quarantined") == []
        # Who waits long for a disk or a database makes others wait; people hear of that, and that no worker is there.
        others = "SELECT kind, message FROM jobs_alert WHERE kind NOT IN ('slow_down', 'worker_silent')"
        assert self.database.rows(others) == []

    def _compare_records(self, reader: Reader) -> None:
        for stream in reader.attendance():
            rows = self.database.rows(
                f"SELECT kind, key, seq, body FROM sync_change WHERE stream = '{stream}' AND NOT deleted"
            )
            assert reader.records[stream] == {(kind, key): (seq, json.loads(body)) for kind, key, seq, body in rows}

    def end(self) -> None:
        for web in self.webs:
            web.stop(signal.SIGKILL)
        if self.redis is not None:
            self.redis.stop()
        self.database.end()

"""The processes that are broken on purpose: databases, Redis and web servers, started, killed and started again.

PostgreSQL and Redis are private to a test, made from the installed programs, on free ports of the loopback interface.
"""

import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import psycopg

from tests.e2e.stage import PATIENCE, Server
from tests.ports import free_port

Row = tuple[Any, ...]


class Database(Protocol):
    """Where a test's servers keep everything."""

    folder: Path

    @property
    def url(self) -> str: ...

    def rows(self, sql: str) -> list[Row]:
        """What is stored, read past the servers."""

    def start(self) -> None: ...

    def end(self) -> None:
        """For good: nothing of it runs afterwards."""


@dataclass
class SqliteFile:
    """A file; it runs inside the servers."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "eventsync.sqlite3"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def rows(self, sql: str) -> list[Row]:
        with closing(sqlite3.connect(self.path, timeout=PATIENCE)) as database:
            return database.execute(sql).fetchall()

    def start(self) -> None:
        pass

    def end(self) -> None:
        pass


@dataclass
class Postgres:
    """A cluster of its own. Its data is in `folder`/data, which belongs to whom it runs as."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/eventsync"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @classmethod
    def like(cls, stopped: "Postgres", folder: Path) -> "Postgres":
        """A copy of a cluster that does not run."""
        subprocess.run(["cp", "-a", str(stopped.data), str(folder)], check=True)
        return cls(folder)

    def make(self) -> None:
        """A new cluster, with an empty database, running."""
        # Segments of 1 MB, not 16: on a small disk there must be room for data too.
        how = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--wal-segsize=1"]
        command = [_program("initdb"), "-D", str(self.data), *how]
        subprocess.run(command, **somebody_plain(), check=True, capture_output=True, cwd="/")
        self.start()
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE eventsync")

    def start(self) -> None:
        """Until it answers. What is left of a killed one goes away by itself, so it is tried more than once."""
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "postgres.log").read_text()[-2000:]
            if not self.runs():
                self._launch()
            time.sleep(0.1)

    def _launch(self) -> None:
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
                    "shared_buffers": "16MB", "max_wal_size": "4MB", "min_wal_size": "2MB"}  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [_program("postgres"), "-D", str(self.data), *options]
        with (self.folder / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, **somebody_plain(), stdout=log, stderr=log, cwd="/", start_new_session=True
            )

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return self.runs()

    def stop(self, how: signal.Signals) -> None:
        """SIGINT: fast, as administrators do it; SIGQUIT: immediate, without a checkpoint; SIGKILL: a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            self.process = None

    def end(self) -> None:
        """Immediate: nobody needs what is left, and of a killed one its children would still be there."""
        self.stop(signal.SIGQUIT)

    def pids(self) -> list[int]:
        """Of the cluster's processes."""
        if self.process is None:
            return []
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def rows(self, sql: str) -> list[Row]:
        with psycopg.connect(self._address("eventsync")) as connection:
            return connection.execute(sql.encode()).fetchall()

    def _address(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"


def _program(name: str) -> str:
    """The newest of PostgreSQL's programs of that name that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    program = str(found[-1]) if found else shutil.which(name)
    assert program, f"PostgreSQL's {name} was not found: apt install postgresql."
    return program


def somebody_plain() -> dict[str, Any]:
    """Arguments of Popen: PostgreSQL does not run as root."""
    return {} if os.geteuid() else {"user": PLAIN, "group": PLAIN_GROUP, "extra_groups": []}


def _plain() -> tuple[int, int]:
    known = {entry.pw_name: (entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


PLAIN, PLAIN_GROUP = _plain()


def give_to_plain(folder: Path) -> None:
    """Root's folder becomes PostgreSQL's."""
    if not os.geteuid():
        os.chown(folder, PLAIN, PLAIN_GROUP)


@contextmanager
def folder_for_postgres() -> Iterator[Path]:
    """Not below pytest's folder, which root closes to everybody else."""
    folder = Path(tempfile.mkdtemp(prefix="eventsync-faults-"))
    give_to_plain(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@dataclass
class Redis:
    """A Redis that keeps nothing on disk."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server was not found: apt install redis-server."
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen([program, *options], cwd=self.folder, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "redis.log").read_text()[-2000:]
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(100).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            self.process = None

    def freeze(self) -> None:
        """It keeps its port and answers nobody."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


@dataclass
class Web(Server):
    """A web process on any database; several of them share one marker, as on one machine."""

    database_url: str = ""
    redis_url: str = ""
    marker: str = ""
    program: Literal["daphne", "uvicorn"] = "daphne"

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "EVENTSYNC_DATABASE_URL": self.database_url,
            "EVENTSYNC_REDIS_URL": self.redis_url,
            "EVENTSYNC_MARKER": self.marker,
        }
        return super().environment | ours

    @property
    def command(self) -> list[str]:
        if self.program == "daphne":
            return super().command
        quiet = ["--log-level", "warning", "--lifespan", "off"]
        return [sys.executable, "-m", "uvicorn", "--port", str(self.port), *quiet, "eventsync.asgi:application"]

    def log(self) -> str:
        return (self.folder / "daphne.log").read_text(errors="replace")

"""A real ASGI server on the bench's own database, and what it costs: CPU, memory, threads."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection
from django.test.utils import setup_test_environment, teardown_test_environment

from tests.e2e.stage import PATIENCE, ROOT
from tests.ports import free_port

_TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def bench_database() -> Iterator[str]:
    """An empty database, of the kind that the environment names, dropped at the end; answers with its URL."""
    setup_test_environment()
    name = connection.creation.create_test_db(verbosity=0)
    try:
        yield _url(name)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        teardown_test_environment()


def _url(name: str) -> str:
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    return urlsplit(os.environ["EVENTSYNC_DATABASE_URL"])._replace(path=f"/{name}").geturl()


@dataclass
class Web:
    """One server process. `server`: daphne or uvicorn."""

    database: str
    server: str = "daphne"
    variables: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def __enter__(self) -> "Web":
        self._log = tempfile.TemporaryFile()
        self._folder = tempfile.TemporaryDirectory()
        ours = {
            "EVENTSYNC_DATABASE_URL": self.database,
            "EVENTSYNC_MARKER": str(Path(self._folder.name) / "marker.json"),
            "EVENTSYNC_BASE_URL": f"http://127.0.0.1:{self.port}",
            "EVENTSYNC_SECRET_KEY": "for the bench only, not a secret",
        }
        ports = {"daphne": "-p", "uvicorn": "--port"}
        command = [sys.executable, "-m", self.server, ports[self.server], str(self.port), "eventsync.asgi:application"]
        environment = {**os.environ, **ours, **self.variables}
        self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, f"{self.server} does not answer: {self.said()}"
            time.sleep(0.1)
        return self

    def __exit__(self, *error: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self._log.close()
        self._folder.cleanup()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def said(self) -> str:
        """The end of what it wrote."""
        self._log.seek(0)
        return self._log.read()[-3000:].decode(errors="replace")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """Seconds of CPU that the process has used."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / _TICK

    def memory(self) -> tuple[float, float]:
        """Megabytes: resident now, and at the peak."""
        return self._status("VmRSS") / 1024, self._status("VmHWM") / 1024

    def threads(self) -> int:
        return self._status("Threads")

    def forget_peak(self) -> None:
        """The peak is counted from now on."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def load() -> str:
    """The load average of the last minute: above the number of cores, times are longer than they need be."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"

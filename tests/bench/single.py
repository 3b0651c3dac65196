"""One operation in each push, to a real daphne process: what a volunteer's tap costs the server."""

import json
import os
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from tests.bench import server
from tests.cast import Phone, make_phone
from tests.ports import free_port

PUSHES = 1000
WARM_UP = 20
TARGET = 4  # ms
_PATIENCE = 30  # seconds for daphne to answer
_TICKS = os.sysconf("SC_CLK_TCK")


def push() -> None:
    games = server.with_people("single", PUSHES + WARM_UP)
    phone = make_phone(games)
    bodies = [json.dumps(server.body(games, phone, number, 1)).encode() for number in range(PUSHES + WARM_UP)]
    with tempfile.TemporaryDirectory() as folder, Daphne(Path(folder)) as daphne:
        for sent in bodies[:WARM_UP]:
            daphne.push(phone, sent)
        before = daphne.cpu()
        for sent in bodies[WARM_UP:]:
            daphne.push(phone, sent)
        spent = (daphne.cpu() - before) / PUSHES * 1e3
    print(f"\nOne at a time, {PUSHES} to daphne on one connection: {spent:.1f} ms of its CPU each   target {TARGET}")


class Daphne:
    """A server process of its own, on the database that this process has open."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        environment = os.environ | {
            "EVENTSYNC_DATABASE_URL": _url(),
            "EVENTSYNC_MARKER": str(folder / "marker.json"),
            "EVENTSYNC_BASE_URL": f"http://127.0.0.1:{self._port}",
        }
        command = [sys.executable, "-m", "daphne", "-v", "0", "-p", str(self._port), "eventsync.asgi:application"]
        self._log = (folder / "daphne.log").open("wb")
        self._process = subprocess.Popen(command, env=environment, stdout=self._log, stderr=self._log)
        self._http = HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)

    def __enter__(self) -> "Daphne":
        deadline = time.monotonic() + _PATIENCE
        while not self._listens():
            assert self._process.poll() is None, "daphne does not start"
            assert time.monotonic() < deadline, "daphne does not answer"
            time.sleep(0.1)
        return self

    def _listens(self) -> bool:
        try:
            self._http.connect()
        except OSError:
            return False
        return True

    def __exit__(self, *error: object) -> None:
        self._http.close()
        self._process.terminate()
        self._process.wait(_PATIENCE)
        self._log.close()

    def push(self, phone: Phone, sent: bytes) -> None:
        self._http.request("POST", "/api/v1/push", sent, phone.headers | {"Content-Type": "application/json"})
        answer = json.loads(self._http.getresponse().read())
        assert [result["verdict"] for result in answer["results"]] == ["accepted"], answer

    def cpu(self) -> float:
        """Seconds that the process has had so far, in its own code and in the system's for it."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def _url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["EVENTSYNC_DATABASE_URL"])._replace(path=f"/{name}").geturl()

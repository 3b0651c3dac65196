"""`manage.py worker`, as a real process: it is heard from, costs little, and stops when it is told to."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30
SEVERAL = 10
MORE = (signal.SIGINT, signal.SIGKILL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    ours = {"EVENTSYNC_DATABASE_URL": f"sqlite:///{tmp_path}/eventsync.sqlite3", "EVENTSYNC_REDIS_URL": ""}
    return os.environ | ours


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    process = subprocess.Popen(
        [*manage, "worker"], cwd=ROOT, env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def heard_from(database: Path) -> bool:
    with closing(sqlite3.connect(database, timeout=5)) as connection:
        return bool(connection.execute("SELECT COUNT(*) FROM jobs_worker").fetchone()[0])


def parts_of(process: int) -> list[int]:
    """The worker and every process that it started, by their parents."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [process]
    while queue:
        found.append(queue.pop())
        queue += children.get(found[-1], [])
    return found


def alive(process: int) -> bool:
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def having_open(file: Path, processes: list[int]) -> int:
    """How many of them, a moment later. Who asks each second keeps its connection, and so does the library's monitor
    once anything was done; those that do jobs leave theirs, and there is housekeeping to do at once."""
    time.sleep(0.2)
    return sum(file in map(Path.resolve, (Path("/proc") / str(each) / "fd").iterdir()) for each in processes)


@pytest.mark.parametrize("how", [signal.SIGTERM, *(pytest.param(each, marks=pytest.mark.long) for each in MORE)])
def test_worker_is_heard_from_and_leaves_nothing_behind(
    worker: subprocess.Popen[bytes], tmp_path: Path, how: signal.Signals
) -> None:
    database = tmp_path / "eventsync.sqlite3"
    wait_for(lambda: heard_from(database))
    wait_for(lambda: len(parts_of(worker.pid)) > 6)  # itself, the guard, three that work, the monitor, the pusher
    parts = parts_of(worker.pid)
    wait_for(lambda: all(having_open(database, parts) == 3 for _ in range(SEVERAL)))
    os.killpg(worker.pid, how)
    worker.wait(PATIENCE)
    wait_for(lambda: not any(map(alive, parts)))
    if how != signal.SIGKILL:
        assert not heard_from(database)

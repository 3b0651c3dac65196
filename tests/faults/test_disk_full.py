"""The disk is full: a clear 503, nothing acknowledged that is not stored; with room again, all settles."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from tests.faults.conftest import MakeStage
from tests.faults.processes import Postgres, Web, give_to_plain, somebody_plain
from tests.faults.small_disks import Limit, SmallDisk, Tmpfs, tmpfs
from tests.faults.stage import Stage

ON_POSTGRES = connection.vendor == "postgresql"
# Room for whatever a fast machine writes before the disk is filled up: the data and its log have to fit again.
MEGABYTES = 200 if ON_POSTGRES else 64
# With PostgreSQL the log of transactions still finds room, in files of 1 MB, but no table does beyond that.
LARGEST_FILE = 1024 * 1024 + 8192 if ON_POSTGRES else 65536
PATIENCE = 60  # seconds at most, until every writer has been sent away


@dataclass
class Ground:
    """A stage and the disk that its database lies on."""

    stage: Stage
    web: Web
    disk: SmallDisk


@pytest.fixture(params=[pytest.param("disk", marks=pytest.mark.long), "file-size"])
def ground(request: pytest.FixtureRequest, room: Path, stage_in: MakeStage) -> Iterator[Ground]:
    """A small disk where we may mount one, else files that may not grow; and those in any case."""
    with ExitStack() as afterwards:
        disk: SmallDisk | None = None
        if request.param == "disk":
            disk = _mounted(room, afterwards)
        stage = stage_in(room)
        afterwards.callback(stage.end)  # before the disk goes
        web = stage.web()
        yield Ground(stage, web, disk or _limit(stage, web))


def _mounted(room: Path, afterwards: ExitStack) -> Tmpfs | None:
    try:
        disk = afterwards.enter_context(tmpfs(room, megabytes=MEGABYTES))
    except PermissionError:
        return None
    give_to_plain(room)
    return disk


def _limit(stage: Stage, web: Web) -> Limit:
    """On the processes that write the database's files."""
    if isinstance(stage.database, Postgres):
        return Limit(stage.database.pids, LARGEST_FILE, owner=somebody_plain())
    assert web.process is not None
    pid = web.process.pid
    return Limit(lambda: [pid], LARGEST_FILE, owner={})


@pytest.mark.long
def test_full_disk_is_said_and_nothing_is_acknowledged_that_is_not_stored(ground: Ground) -> None:
    stage, disk = ground.stage, ground.disk
    stage.reader()
    for _ in range(3):
        stage.writer()
    with stage.at_work():
        time.sleep(0.5)
        disk.fill()
        deadline = time.monotonic() + PATIENCE
        while not all(writer.sent_away for writer in stage.writers):
            assert time.monotonic() < deadline, "the disk is not full"
            time.sleep(0.1)
    disk.free()
    stage.database.start()  # PostgreSQL stops itself when its log has no room
    stored = {str(UUID(str(id))) for (id,) in stage.database.rows("SELECT id FROM sync_operation")}
    acknowledged = {id for writer in stage.writers for id in writer.first}
    assert acknowledged
    assert acknowledged <= stored
    stage.verify()

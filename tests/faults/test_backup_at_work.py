"""A backup is made while devices write. It goes back only when the server has stopped, and nothing is lost by it."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from eventsync.sync.client.messages import read_time
from tests.faults.devices import EPOCH, ask
from tests.faults.processes import Web
from tests.faults.stage import Stage

pytestmark = pytest.mark.long

PATIENCE = 60  # seconds until every writer was heard


def back_up(stage: Stage, web: Web, folder: Path) -> tuple[str, set[str]]:
    """The copy, and what was acknowledged until the moment for which it promises to have everything."""
    heard: list[tuple[datetime, list[int]]] = []
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(web.manage, "backup", "--to", str(folder), "--json")
        while not making.done():
            counts = [len(writer.first) for writer in stage.writers]
            heard.append((datetime.now(UTC), counts))
            time.sleep(0.01)
    made = json.loads(making.result())
    counts = [counts for at, counts in heard if at <= read_time(made["started_at"])][-1]
    return made["path"], {
        id for writer, count in zip(stage.writers, counts, strict=True) for id in list(writer.first)[:count]
    }


def begin_anew(stage: Stage, web: Web) -> None:
    """As devices do in a new epoch: whatever was settled is to be sent again, and whatever was read is read anew."""
    answer = ask(web.port, "GET", "streams", token=stage.readers[0].token)
    assert answer is not None
    epoch = str(answer.headers[EPOCH])
    assert epoch != stage.readers[0].epoch
    for writer in stage.writers:
        writer.epoch = epoch
        writer.first.clear()
        writer.applied.clear()
    for reader in stage.readers:
        reader.epoch = epoch
        reader.cursors.clear()
        reader.records.clear()


def refuse_to_restore(web: Web, copy: str) -> None:
    with pytest.raises(AssertionError, match="Stop the server and the worker first"):
        web.manage("restore", copy, "--replace")


def test_backup_while_devices_write_is_one_moment_and_goes_back_under_a_stopped_server(
    stage: Stage, tmp_path: Path
) -> None:
    web = stage.web()
    stage.reader()
    for _ in range(3):
        stage.writer()
    with stage.at_work(batch=20, pause=0.2):
        deadline = time.monotonic() + PATIENCE
        while not all(writer.batches for writer in stage.writers):
            assert time.monotonic() < deadline, "nobody writes"
            time.sleep(0.05)
        copy, before = back_up(stage, web, tmp_path / "copies")
        refuse_to_restore(web, copy)
    refuse_to_restore(web, copy)  # nor while it only waits
    stage.verify()

    web.stop()
    web.manage("restore", copy, "--replace")

    restored = {str(UUID(str(id))) for (id,) in stage.database.rows("SELECT id FROM sync_operation")}
    assert before
    assert before <= restored, "what it promised is not in it"
    assert len(restored) < sum(len(writer.recorded) for writer in stage.writers), "nobody wrote after it was copied"
    assert json.loads(web.manage("audit", "--json"))["ok"]
    web.start()
    begin_anew(stage, web)
    stage.verify()

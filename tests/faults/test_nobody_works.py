"""The last worker is killed: nobody is left to raise an alert but the web process, which answers requests."""

import platform
import signal
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.faults.processes import Web
from tests.faults.workshop import Workshop, on, until

SOON = 150  # seconds: a minute of silence, and what starting costs on a busy machine


@pytest.mark.long
@on("orm", all_of=("orm",))
def test_only_worker_that_is_killed_is_missed_until_another_comes(workshop: Workshop, tmp_path: Path) -> None:
    worker = workshop.worker()
    until(lambda: workshop.database.rows("SELECT name FROM jobs_worker") != [], workshop.story)
    worker.kill()
    web = Web(tmp_path, database_url=workshop.database.url, marker=str(tmp_path / "marker.json"))

    def told() -> list[tuple[str, str]]:
        with urlopen(f"http://127.0.0.1:{web.port}/healthz", timeout=SOON) as answer:
            assert answer.status == 200
        return workshop.alerts()

    web.start()
    try:
        assert told() == []
        until(lambda: told() == [("worker_silent", platform.node())], workshop.story, SOON)
        workshop.worker()
        until(lambda: told() == [], workshop.story, SOON)
    finally:
        web.stop(signal.SIGKILL)

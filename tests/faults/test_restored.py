"""A server that is put back from its backup gets back from phones what it has lost: real processes, nobody helps."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.faults.processes import Web
from tests.faults.stage import Stage

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent.parent
EACH = 25  # let in by each of two phones
PATIENCE = 90  # seconds


@dataclass
class PhoneProcess:
    """A device of ours that runs by itself; what it says is read until it says what is waited for."""

    command: list[str]
    first: int  # of the people whom it lets in
    process: "subprocess.Popen[str] | None" = None

    def start(self, *, people: int) -> None:
        """It is switched on, and lets so many people in."""
        command = [*self.command, str(people), str(self.first)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """How it is then; a phone that does not get there in time is killed."""
        assert self.process is not None
        assert self.process.stdout is not None
        said: dict[str, Any] = {}
        limit = threading.Timer(PATIENCE, self.process.kill)
        limit.start()
        try:
            for line in self.process.stdout:
                said = json.loads(line)
                if wanted(said):
                    return said
        finally:
            limit.cancel()
        raise AssertionError(f"the phone has ended, or does not get there; it last said {said}")

    def kill(self) -> None:
        if self.process is not None:
            with self.process:  # which waits, and closes what it spoke by
                self.process.kill()
            self.process = None


@pytest.fixture
def phones(stage: Stage, tmp_path: Path) -> Iterator[list[PhoneProcess]]:
    web = stage.web()
    with ExitStack() as afterwards:
        made = []
        for number in range(2):
            folder = tmp_path / f"phone-{number}"
            folder.mkdir()
            said = [str(folder), f"http://127.0.0.1:{web.port}", stage.code]
            made.append(PhoneProcess([sys.executable, "-m", "tests.faults.phone", *said], number * EACH))
            afterwards.callback(made[-1].kill)
        yield made


def copied(web: Web, folder: Path) -> str:
    return str(json.loads(web.manage("backup", "--to", str(folder), "--json"))["path"])


def is_done(said: dict[str, Any], after: Sequence[str] = ()) -> bool:
    """All is settled and everybody is seen to be there, by what was read of the server's present history."""
    read = list(said["read"])
    is_settled, is_seen = said["unsettled"] == 0, said["present"] == 2 * EACH
    return is_settled and is_seen and read == [said["epoch"]] and read != list(after)


def test_fifty_who_came_after_the_backup_are_there_again(
    stage: Stage, phones: list[PhoneProcess], tmp_path: Path
) -> None:
    [web] = stage.webs
    for phone in phones:
        phone.start(people=0)
        phone.until(lambda said: said["read"] == [said["epoch"]])
        phone.kill()
    copy = copied(web, tmp_path / "copies")
    for phone in phones:
        phone.start(people=EACH)
    before = [phone.until(is_done) for phone in phones]
    recorded = sorted(id for said in before for id in said["recorded"])
    assert len(recorded) == 2 * EACH

    phones[1].kill()  # it is off while the server is put back, the other one is not
    web.stop()
    web.manage("restore", copy, "--replace")
    assert stage.database.rows("SELECT id FROM sync_operation") == []
    web.start()
    phones[1].start(people=0)

    for phone, old in zip(phones, before, strict=True):
        now = phone.until(partial(is_done, after=old["read"]))
        assert now["recorded"] == old["recorded"]
    stored = stage.database.rows("SELECT id FROM sync_operation")
    assert sorted(str(UUID(str(id))) for (id,) in stored) == recorded
    assert json.loads(web.manage("audit", "--json"))["ok"]

"""What `manage.py simulate` shows and how it ends: the real command on real servers, also when something is lost."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent.parent
SMALL = ["--devices=2", "--operations=4", "--people=10", "--seconds=0.2", "--weather=calm"]
NUMBER = re.compile(r"^  (?P<words>\D+?) +(?P<number>[\d,]+)$", re.MULTILINE)

# A device that takes its third operation for settled without sending it: what "drop before the answer" comes to.
FORGETFUL = """
from django.core.management import execute_from_command_line
from eventsync.sync.client import push

sound = push.Push._send

async def forgetful(self, token, rows):
    for row in rows:
        if row.operation["seq"] == 3:
            told = {"verdict": "accepted", "flags": [], "at": {}, "server_time": row.operation["occurred_at"]}
            self.outbox.settle({row.operation["id"]: told}, era=self.outbox.era())
    return await sound(self, token, [row for row in rows if row.operation["seq"] != 3])

push.Push._send = forgetful
"""


def started(*arguments: str, defect: str = "") -> list[str]:
    """The command line of the command, or of the same with a defect put into its devices."""
    if not defect:
        return [sys.executable, "manage.py", "simulate", *SMALL, *arguments]
    main = f"import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'eventsync.settings')\n{defect}\n"
    said = ["manage.py", "simulate", *SMALL, *arguments]
    return [sys.executable, "-c", f"{main}execute_from_command_line({said!r})"]


def simulate(*arguments: str, defect: str = "") -> "subprocess.CompletedProcess[str]":
    command = started(*arguments, defect=defect)
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)


def numbers(output: str) -> dict[str, int]:
    return {found["words"]: int(found["number"].replace(",", "")) for found in NUMBER.finditer(output)}


def test_a_good_day_ends_with_the_table_and_0() -> None:
    done = simulate("--seeds=7")
    assert (done.returncode, done.stderr) == (0, "Seed 7 of 7; 0 recorded so far.\n")
    first, *lines = done.stdout.splitlines()
    assert first == "Seeds 7 to 7, weather: calm, 2 devices."
    table = numbers(done.stdout)
    assert table.pop("headcount expected") == table.pop("headcount got") > 0
    assert table == {
        "recorded on devices": 8,
        "stored in the database": 8,
        "lost": 0,
        "doubled": 0,
        "still waiting on a device": 0,
        "undelivered to a reader": 0,
    }
    assert lines[8] == "All is as it was recorded."
    assert [line.split(":")[0] for line in lines[10:]] == [
        "Pushes", "Answers by status", "Faults", "Peak memory of the web processes",
    ]  # fmt: skip
    assert re.fullmatch(r"[\d,]+ operations a second; [\d.]+ s recording, [\d.]+ s to settle\.", lines[9])


def test_what_is_lost_is_in_the_table_with_its_seeds_and_the_end_is_1() -> None:
    done = simulate("--seeds=3-4", "--at-once=2", defect=FORGETFUL)
    assert done.returncode == 1, done.stdout
    table = numbers(done.stdout)
    counted = ("recorded on devices", "stored in the database", "lost", "doubled", "still waiting on a device")
    assert [table[each] for each in counted] == [16, 12, 4, 0, 0]
    assert "NOT all is as it was recorded." in done.stdout.splitlines()
    assert done.stderr.splitlines()[-1] == "CommandError: Not everything is as it was recorded. Seeds: 3, 4"
    assert [line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("Seed 3: ")] == ["Seed 3"]


def test_on_a_terminal_a_bar_grows_and_goes_away() -> None:
    terminal, end = pty.openpty()
    with subprocess.Popen(started("--seeds=1-2"), cwd=ROOT, stdout=subprocess.PIPE, stderr=end) as command:
        os.close(end)
        shown = _everything_from(terminal)
        output = command.stdout.read().decode() if command.stdout else ""
    assert command.returncode == 0
    *bars, rest = shown.split("\r")[1:]
    assert [bar.rstrip() for bar in bars] == [
        f"{'·' * 30} seed 1 of 2, 0 recorded",
        f"{'█' * 15}{'·' * 15} seed 2 of 2, 8 recorded",
    ]
    assert rest == "\x1b[K"
    assert numbers(output)["recorded on devices"] == 16


def _everything_from(terminal: int) -> str:
    """What is written to a terminal until nobody has it open any more."""
    pieces: list[bytes] = []
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux says so of a terminal that was closed
            piece = b""
        if not piece:
            os.close(terminal)
            return b"".join(pieces).decode()
        pieces.append(piece)

"""`python -m eventsync.lan`: which address phones are to use."""

import subprocess
import sys
from pathlib import Path

import pytest

from eventsync.lan import __main__ as lan

ROOT = Path(__file__).parent.parent.parent


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_main_tells_address_and_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lan, "DIRECTORY", tmp_path)
    lan.main(["127.0.0.2"])
    address, known, number = told(capsys)
    assert (address, known, len(number)) == ("127.0.0.2", "new", 95)
    lan.main(["127.0.0.2"])
    assert told(capsys) == [address, "known", number]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("yes", "LAN is 'yes'; it must be 1 or an address of this computer, such as 192.168.1.5."),
        ("192.168.1", "LAN is '192.168.1'; it must be 1 or an address of this computer, such as 192.168.1.5."),
        ("0.0.0.0", "this computer does not have the address 0.0.0.0. Give it one that it has: LAN=192.168.…"),
        ("203.0.113.9", "this computer does not have the address 203.0.113.9. Give it one that it has: LAN=192.168.…"),
    ],
)
def test_main_stops_with_one_sentence_at_an_address_that_is_none_of_ours(asked: str, sentence: str) -> None:
    command = [sys.executable, "-m", "eventsync.lan", asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"EventSync cannot start: {sentence}\n")

"""A server that was restored from a backup: what phones recorded since is sent again, and nothing is lost."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model

from checkin.models import AttendanceRecord, Checkpoint, Headcount, Person
from eventsync.sync import engines, marker
from eventsync.sync.client.device import Device
from eventsync.sync.client.loop import Rest
from eventsync.sync.models import Backup, Operation, Quarantined
from tests.cast import Games, Phone, make_games, make_phone
from tests.network import Wire, make_device, other_tab, run
from tests.sync.client.acts import assert_up_to_date

PEOPLE = 50


@pytest.fixture
def games(transactional_db: None) -> Games:
    return make_games(people=PEOPLE)


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[list[str]]:
    """The names under which replaced databases are kept, so that none is left behind."""
    kept: list[str] = []
    yield kept
    for name in kept:
        if connection.vendor == "sqlite":
            Path(name).unlink()
        else:
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name.removeprefix("the database ")}"')


def manage(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def put_back(path: str, kept: list[str]) -> str:
    said = manage("restore", path, "--replace")
    kept.append(said.split("is kept as ")[1].splitlines()[0].rstrip("."))
    return said


def epoch(phone: Phone) -> str:
    return str(phone.streams().headers["X-EventSync-Epoch"])


def test_a_restore_loses_nothing_that_phones_hold(games: Games, tmp_path: Path, restored: list[str]) -> None:
    phones = [make_phone(games, name=f"Phone {number}") for number in range(5)]
    early = {phone.id: [phone.arrive(games.people[index])] for index, phone in enumerate(phones)}
    for phone in phones:
        phone.push(*early[phone.id])
    copy = json.loads(manage("backup", "--to", str(tmp_path), "--json"))["path"]
    late = {phone.id: [phone.arrive(person) for person in games.people[5 + n :: 5]] for n, phone in enumerate(phones)}
    for phone in phones:
        assert {result["verdict"] for result in phone.push(*late[phone.id])} == {"accepted"}
    before = epoch(phones[0])
    assert Headcount.objects.get().present == PEOPLE

    put_back(copy, restored)

    assert Headcount.objects.get().present == len(phones)
    assert epoch(phones[0]) != before
    for phone in phones:
        results = phone.push(*early[phone.id], *late[phone.id])
        assert [result["replayed"] for result in results] == [True] + [False] * len(late[phone.id])
        assert {result["verdict"] for result in results} == {"accepted"}
    assert Headcount.objects.get().present == PEOPLE
    assert Operation.objects.count() == PEOPLE
    assert json.loads(manage("audit", "--json"))["ok"]


def go_on(devices: Sequence[Device]) -> None:
    """What their loops do by themselves, for three rounds; in the last they find nothing to do."""
    loops = [loop for device in devices for loop in (device.push, device.pull)]
    outcomes = [run(loop.round()) for _ in range(3) for loop in loops]
    assert {type(outcome) for outcome in outcomes[-len(loops) :]} == {Rest}


def enter(device: Device, person: Person, door: Checkpoint) -> str:
    """The id of what is recorded."""
    payload = {"checkpoint": str(door.id), "method": "scan", "person": str(person.id)}
    return str(device.record("checkin.arrive", payload)["id"])


@pytest.mark.long
def test_devices_go_on_by_themselves_after_a_restore(games: Games, tmp_path: Path, restored: list[str]) -> None:
    """The drill. One device is switched off and on meanwhile, another holds something that it never could send."""
    devices = [make_device(games, Wire()) for _ in range(5)]
    early = [enter(devices[0], person, games.gate) for person in games.people[:10]]
    go_on(devices)
    copy = json.loads(manage("backup", "--to", str(tmp_path), "--json"))["path"]
    late = [enter(devices[number % 5], person, games.door) for number, person in enumerate(games.people)]
    go_on(devices)
    assert Counter(stored(Operation, "id")) == Counter([*early, *late])
    unsent = enter(devices[2], games.people[10], games.gate)

    put_back(copy, restored)

    assert Counter(stored(Operation, "id")) == Counter(early)
    devices[1] = other_tab(devices[1], Wire())
    go_on(devices)
    recorded = [*early, *late, unsent]
    assert Counter(stored(Operation, "id")) == Counter(recorded)
    assert Counter(stored(AttendanceRecord, "operation_id")) == Counter(recorded)
    present = dict(Headcount.objects.values_list("checkpoint_id", "present"))
    assert present == {games.door.id: PEOPLE, games.gate.id: 11}
    for device in devices:
        assert_up_to_date(device)
    told = {id: verdict["verdict"] for device in devices for id, verdict in device.outbox.verdicts().items()}
    assert told == {str(id): verdict for id, verdict in Operation.objects.values_list("id", "verdict")}
    assert not Quarantined.objects.exists()
    assert json.loads(manage("audit", "--json"))["ok"]


def stored(model: type[Model], field: str) -> list[str]:
    return [str(id) for id in model._default_manager.values_list(field, flat=True)]


def test_new_epoch_changes_the_mark_on_every_answer(phone: Phone) -> None:
    before = epoch(phone)
    assert before in manage("new_epoch")
    after = epoch(phone)
    assert after != before
    assert phone.streams().json()["epoch"] == after


def test_durable_is_when_the_newest_verified_backup_began(games: Games, tmp_path: Path) -> None:
    phone = make_phone(games)
    assert phone.streams().json()["durable"] is None
    made = json.loads(manage("backup", "--to", str(tmp_path), "--same-disk", "--json"))
    assert phone.streams().json()["durable"] == made["started_at"]
    Backup.objects.create(started_at="2999-01-01T00:00Z", path="never verified", error="The disk was full.")
    assert phone.streams().json()["durable"] == made["started_at"]


def test_backup_on_the_disk_of_the_database_is_none_to_rely_on(games: Games, tmp_path: Path) -> None:
    phone = make_phone(games)
    assert "phones do not rely on it" in manage("backup", "--to", str(tmp_path))
    assert Backup.objects.get().verified_at is not None
    assert phone.streams().json()["durable"] is None


@pytest.mark.long
def test_backup_on_another_disk_counts(games: Games, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        assert "rely" not in manage("backup", "--to", folder)
    assert make_phone(games).streams().json()["durable"] is not None


def test_restore_over_operations_asks_for_replace(games: Games, tmp_path: Path) -> None:
    phone = make_phone(games)
    phone.push(phone.arrive(games.people[0]))
    copy = json.loads(manage("backup", "--to", str(tmp_path), "--json"))["path"]
    with pytest.raises(CommandError, match="--replace"):
        manage("restore", copy)
    assert Headcount.objects.get().present == 1


@pytest.mark.long
def test_restore_of_a_copy_from_before_an_upgrade(games: Games, tmp_path: Path, restored: list[str]) -> None:
    """Its tables lack what today's code reads."""
    try:
        manage("migrate", "checkin", "0016", verbosity=0)
        engines.current().copy(tmp_path / "copy")
    finally:
        manage("migrate", verbosity=0)
    put_back(str(tmp_path / "copy"), restored)
    assert Person.objects.count() == PEOPLE
    assert json.loads(manage("audit", "--json"))["ok"]


@pytest.mark.parametrize("content", [None, b"", b"this is no database" * 1000], ids=["missing", "empty", "other"])
def test_restore_of_what_is_no_backup_changes_nothing(games: Games, tmp_path: Path, content: bytes | None) -> None:
    phone = make_phone(games)
    phone.push(phone.arrive(games.people[0]))
    before = epoch(phone)
    path = tmp_path / "copy"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError):
        manage("restore", str(path), "--replace")
    assert (Headcount.objects.get().present, epoch(phone)) == (1, before)


def test_marker_objects_to_an_older_database_until_new_epoch(phone: Phone) -> None:
    phone.push(phone.arrive(phone.games.people[0]))
    marker.advance()
    assert marker.objection() is None
    known = marker.read()
    assert known is not None
    marker.write(marker.Marker(known.epoch, {name: head + 1 for name, head in known.heads.items()}))
    assert "new_epoch" in (marker.objection() or "")
    manage("new_epoch")
    assert marker.objection() is None
    assert marker.read() == marker.Marker(epoch(phone), known.heads, (known.epoch,))


def test_marker_objects_to_an_epoch_that_was_left(phone: Phone) -> None:
    marker.write(marker.Marker("another", {}, (epoch(phone),)))
    assert "earlier epoch" in (marker.objection() or "")


def test_marker_takes_a_database_that_it_never_heard_of(phone: Phone) -> None:
    marker.write(marker.Marker("another", {"roster:x": 5}))
    assert marker.objection() is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"epoch": "a", "heads": 1, "past": []}'])
def test_marker_that_cannot_be_read_is_made_anew(phone: Phone, settings: Any, text: str) -> None:
    settings.MARKER.write_text(text)
    assert marker.objection() is None
    marker.advance()
    assert marker.read() is not None


@pytest.mark.long
def test_server_does_not_start_on_an_older_database(tmp_path: Path) -> None:
    environment = os.environ | {
        "EVENTSYNC_DATABASE_URL": f"sqlite:///{tmp_path / 'events.sqlite3'}",
        "EVENTSYNC_MARKER": str(tmp_path / "marker.json"),
    }

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, env=environment, cwd=product.BASE_DIR, capture_output=True, text=True, check=False
        )

    assert run("manage.py", "migrate", "--verbosity=0").returncode == 0
    assert run("manage.py", "demo", "--people", "5").returncode == 0
    assert run("-c", "import eventsync.asgi").returncode == 0
    known = json.loads((tmp_path / "marker.json").read_text())
    known["heads"] = {name: head + 1 for name, head in known["heads"].items()}
    (tmp_path / "marker.json").write_text(json.dumps(known))
    refused = run("-c", "import eventsync.asgi")
    assert refused.returncode == 1
    assert "new_epoch" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert run("manage.py", "new_epoch").returncode == 0
    assert run("-c", "import eventsync.asgi").returncode == 0

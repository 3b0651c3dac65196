"""A database that is older than the marker serves no phone and runs no job, whenever that is found out."""

import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

from eventsync.sync import epoch, marker
from eventsync.sync.models import Change, StreamHead
from tests.cast import Games, Phone
from tests.e2e.stage import ROOT, Server


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> marker.Keeper:
    """That of a process which has not compared anything yet."""
    fresh = marker.Keeper()
    monkeypatch.setattr(marker, "keeper", fresh)
    return fresh


def database_was_further() -> None:
    marker.advance()
    raise_heads()


def raise_heads() -> None:
    known = marker.read()
    assert known is not None
    marker.write(marker.Marker(known.epoch, {name: head + 1 for name, head in known.heads.items()}, known.past))


def test_older_database_serves_no_phone_until_new_epoch(phone: Phone, keeper: marker.Keeper) -> None:
    database_was_further()
    known = str(epoch.current())
    for answer in (phone.streams(), phone.post({"operations": []}), Client().get("/api/v1/nowhere")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert "tries again by itself" in answer.json()["error"]["message"]
        assert (answer["X-EventSync-Epoch"], answer["Retry-After"]) == (known, "20")
    call_command("new_epoch", verbosity=0)
    assert phone.streams().status_code == 200
    assert phone.streams()["X-EventSync-Epoch"] != known


def test_database_of_an_earlier_epoch_does_not_make_phones_begin_anew(phone: Phone, keeper: marker.Keeper) -> None:
    marker.write(marker.Marker("the-last", {}, (str(epoch.current()),)))
    answer = phone.streams()
    assert (answer.status_code, answer["X-EventSync-Epoch"]) == (503, "the-last")
    assert marker.epoch_for_phones() == "the-last"  # also for whoever is asked to come later


def test_push_keeps_the_marker_up(
    games: Games, phone: Phone, keeper: marker.Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventsync.sync.push.keeper", keeper)
    phone.push(phone.arrive(games.people[0]))
    known = marker.read()
    assert known is not None
    stream = StreamHead.objects.get(stream=f"attendance:{games.hall.id}")
    assert known.heads[stream.stream] == stream.head
    keeper._agreed_at = keeper._kept_at = float("inf")  # five seconds are not over
    phone.push(phone.arrive(games.people[1]))
    assert marker.read() == known


def test_objecting_marker_is_not_overwritten(phone: Phone, keeper: marker.Keeper) -> None:
    database_was_further()
    before = marker.read()
    keeper.keep_up()
    assert marker.read() == before


def test_older_database_is_not_ready_and_its_pages_are_still_there(phone: Phone, keeper: marker.Keeper) -> None:
    database_was_further()
    assert "new_epoch" in Client().get("/readyz").json()["database"]
    assert Client().get("/admin/login/").status_code == 200


def test_database_that_could_not_be_reached_is_compared_once_it_can_be(
    phone: Phone, keeper: marker.Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_was_further()

    def gone() -> Any:
        raise OperationalError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(epoch, "current", gone)
        assert phone.streams().status_code == 503
    assert "older database" in phone.streams().json()["error"]["message"]


def test_database_that_goes_back_while_the_process_runs_serves_no_phone_any_more(
    games: Games, phone: Phone, keeper: marker.Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another replica took over. What was kept of the one before is not served under the epoch of both."""
    marker.advance()
    roster = f"roster:{games.event.id}"
    kept = phone.page(roster).content
    raise_heads()
    assert phone.page(roster).status_code == 200  # not looked at for five seconds
    monkeypatch.setattr(marker, "EVERY", 0)
    assert phone.page(roster).status_code == 503
    assert phone.post({"operations": []}).status_code == 503
    StreamHead.objects.filter(stream=roster).update(count=0)  # a trace of it: a kept page would hide that
    call_command("new_epoch", verbosity=0)
    assert phone.page(roster).content != kept
    keeper.keep_up()
    assert marker.objection() is None


def test_pages_of_a_database_that_went_back_are_forgotten(
    games: Games, phone: Phone, keeper: marker.Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marker, "EVERY", 0)
    marker.advance()
    roster = f"roster:{games.event.id}"
    before = phone.page(roster).content
    known = marker.read()
    assert known is not None
    raise_heads()
    assert phone.page(roster).status_code == 503
    marker.write(known)  # the first replica came back, as far as it was and with another past
    Change.objects.filter(stream=roster).update(body='{"name":"somebody else"}')
    assert phone.page(roster).content != before


def test_start_while_a_new_epoch_begins_refuses_nothing(
    phone: Phone, keeper: marker.Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker.advance()
    read = epoch.current

    def read_just_before_it_begins() -> Any:
        monkeypatch.setattr(epoch, "current", read)
        found = read()
        call_command("new_epoch", verbosity=0)
        return found

    monkeypatch.setattr(epoch, "current", read_just_before_it_begins)
    marker.advance()
    assert marker.objection() is None


def test_marker_that_may_not_be_read_forbids_nothing(phone: Phone, keeper: marker.Keeper, settings: Any) -> None:
    settings.MARKER.mkdir()  # root may read any file, but no folder
    assert phone.streams().status_code == 200


def test_worker_does_not_start_on_an_older_database(phone: Phone) -> None:
    database_was_further()
    with pytest.raises(CommandError, match=r"The worker cannot start: the database is older .* new_epoch"):
        call_command("worker")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.stop()


def asked(server: Server) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"{server.url}/api/v1/streams", timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.long
def test_server_that_started_without_its_database_refuses_an_older_one(server: Server, settings: Any) -> None:
    server.manage("migrate", "--verbosity", "0")
    server.manage("demo", "--people", "5", "--no-invite")
    server.start()
    server.stop()
    settings.MARKER = server.folder / "marker.json"
    raise_heads()
    shutil.move(server.database, server.folder / "copy")
    server.start()
    assert asked(server)[1]["error"]["message"].startswith("The database does not answer")
    shutil.move(server.folder / "copy", server.database)

    code, answer = asked(server)
    assert (code, "older database" in answer["error"]["message"]) == (503, True)
    worker = [sys.executable, "manage.py", "worker"]
    done = subprocess.run(worker, env=server.environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "new_epoch" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    server.manage("new_epoch")
    assert asked(server)[0] == 401

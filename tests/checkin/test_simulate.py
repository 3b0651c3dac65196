"""A simulated day against real servers, and a reckoning that must notice everything that can go wrong with one."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from checkin.models import Headcount
from checkin.simulation.network import Backwater, Traffic
from checkin.simulation.plan import WEATHER, Plan
from checkin.simulation.reckoning import Reckoning, reckon
from checkin.simulation.volunteer import Volunteer
from eventsync.sync.models import Operation
from tests.cast import Games, Phone
from tests.proving import PROVING

ROOT = Path(__file__).parent.parent.parent


def simulate(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "simulate", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)


def test_simulate_in_a_storm_loses_and_doubles_nothing() -> None:
    days = 3 if PROVING else 1
    done = simulate(
        "--devices=3", "--operations=10", "--people=20", "--seconds=0.5", "--weather=storm", f"--seeds=1-{days}",
        "--at-once=3", "--processes=2", "--venues=2", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["recorded"], said["stored"], said["failed_seeds"]) == (30 * days, 30 * days, [])
    assert [said[name] for name in ("lost", "doubled", "unsettled", "undelivered")] == [0, 0, 0, 0]
    assert said["expected"] == said["got"] > 0


@pytest.mark.parametrize("wrong", ["--seeds=9-1", "--seeds=x", "--devices=0", "--weather=fog"])
def test_simulate_with_a_wrong_option_says_so(wrong: str) -> None:
    with pytest.raises(CommandError, match=wrong.split("=")[1]):
        call_command("simulate", wrong)


def test_simulate_with_a_wrong_option_ends_with_a_sentence() -> None:
    done = simulate("--weather=fog")
    assert (done.returncode, done.stdout) == (2, "")
    assert "fog" in done.stderr


def test_simulate_in_an_event_that_has_attendance_refuses(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]))
    with pytest.raises(CommandError, match="has attendance already"):
        call_command("simulate", event=games.event.slug)


def test_simulate_elsewhere_without_an_event_refuses() -> None:
    with pytest.raises(CommandError, match="--url needs --event"):
        call_command("simulate", url="http://127.0.0.1:1")


def test_simulate_in_an_event_that_is_not_there_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("simulate", event="nowhere")


@pytest.fixture
def volunteer(games: Games, phone: Phone) -> Volunteer:
    """One whose three check-ins have all arrived."""
    plan = Plan(1, 1, 3, 1, WEATHER["calm"])
    volunteer = Volunteer(0, plan, "http://nowhere", Traffic(), Backwater("http://nowhere"))
    now = datetime.now(UTC)
    volunteer.outbox.remember(offset_ms=0, epoch="now", device=phone.id)
    for person in games.people[:3]:
        said = {"checkpoint": str(games.door.id), "person": str(person.id), "method": "search"}
        volunteer.log.append(volunteer.outbox.append("checkin.arrive", said, refers_to=None, now=now))
    told = {"server_time": "2026-07-04T12:00:00.000Z"}
    verdicts = {result["id"]: result | told for result in phone.push(*volunteer.log)}
    volunteer.outbox.settle(verdicts, era=volunteer.outbox.era())
    for each in phone.streams().json()["streams"]:
        _, changes = phone.pull(each["stream"])
        number = volunteer.records.begin(each["stream"])
        volunteer.records.replace(each["stream"], number=number, seq=1, epoch="now", changes=changes)
    return volunteer


GOOD = Reckoning(3, 3, 0, 0, 0, 0, 3, 3, ())


def test_reckoning_of_a_good_day_finds_nothing(games: Games, volunteer: Volunteer) -> None:
    assert reckon(games.event, [volunteer]) == GOOD
    assert GOOD.good


def test_reckoning_with_an_operation_that_never_arrived_finds_it_lost(games: Games, volunteer: Volunteer) -> None:
    missing = volunteer.log[0] | {"id": "00000000-0000-0000-0000-000000000001"}
    volunteer.log.append(missing)
    found = reckon(games.event, [volunteer])
    assert found == replace(GOOD, recorded=4, lost=1)
    assert not found.good


def test_reckoning_with_a_body_that_was_changed_finds_it_lost(games: Games, volunteer: Volunteer) -> None:
    Operation.objects.filter(id=volunteer.log[0]["id"]).update(body_hash="0" * 64)
    assert reckon(games.event, [volunteer]) == replace(GOOD, lost=1)


def test_reckoning_with_an_operation_of_nobody_finds_it_doubled(games: Games, volunteer: Volunteer) -> None:
    volunteer.log.pop()
    found = reckon(games.event, [volunteer])
    assert (found.doubled, found.good) == (2, False)  # stored, and in the ledger


def test_reckoning_with_one_that_waits_finds_it(games: Games, volunteer: Volunteer) -> None:
    volunteer.outbox.send_all_again()
    assert reckon(games.event, [volunteer]) == replace(GOOD, unsettled=3)


def test_reckoning_with_a_reader_that_missed_something_finds_it(games: Games, volunteer: Volunteer) -> None:
    stream = f"attendance:{games.hall.id}"
    [name, *_] = volunteer.records.live(stream)
    gone = {"kind": name[0], "key": name[1], "seq": 2, "deleted": True}
    volunteer.records.apply(stream, after=1, seq=2, epoch="now", changes=[gone])
    assert reckon(games.event, [volunteer]) == replace(GOOD, undelivered=1)


def test_reckoning_with_a_reader_that_never_read_a_stream_finds_it(games: Games, volunteer: Volunteer) -> None:
    stream = f"attendance:{games.hall.id}"
    missing = len(volunteer.records.live(stream))
    volunteer.records.erase(stream)
    assert reckon(games.event, [volunteer]) == replace(GOOD, undelivered=missing)


def test_reckoning_with_a_wrong_headcount_finds_it(games: Games, volunteer: Volunteer) -> None:
    Headcount.objects.update(present=2)
    found = reckon(games.event, [volunteer])
    assert (found.expected, found.got, found.good) == (3, 2, False)
    assert any("the devices recorded" in sentence for sentence in found.differences)

"""The outbox: what was recorded is safely on the device, and stays until it may go."""

from datetime import timedelta
from pathlib import Path

import pytest

from eventsync.sync.client.device import Device
from eventsync.sync.client.outbox import Outbox, writing
from eventsync.sync.client.records import Records
from tests.cast import NOON
from tests.network import Wire

ACCEPTED = {"verdict": "accepted", "flags": [], "server_time": "2026-07-04T12:00:00.000Z"}


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def record(outbox: Outbox) -> str:
    operation = outbox.append("checkin.arrive", {"name": "Łukasz 🙂"}, refers_to=None, now=NOON)
    return str(operation["id"])


def settle(outbox: Outbox, *keys: str) -> bool:
    return outbox.settle(dict.fromkeys(keys, ACCEPTED), era=outbox.era())


def test_outbox_on_disk_survives_a_restart(tmp_path: Path) -> None:
    first = Device(Wire(), outbox=Outbox(tmp_path / "outbox"), records=Records(tmp_path / "records"))
    first.outbox.remember(offset_ms=1_500, actor="Maria")
    settled, waiting = record(first.outbox), record(first.outbox)
    assert settle(first.outbox, settled)
    held = first.outbox.held()
    first.outbox.close()
    first.records.close()

    again = Device(Wire(), outbox=Outbox(tmp_path / "outbox"), records=Records(tmp_path / "records"))
    assert again.id == first.id
    assert again.outbox.held() == held
    assert again.outbox.verdicts() == {settled: ACCEPTED}
    assert [row.operation["id"] for row in again.outbox.queued(after=0, limit=9)] == [waiting]
    third = again.record("checkin.arrive", {})
    assert (third["seq"], third["offset_ms"], third["actor"]) == (3, 1_500, "Maria")


def test_outbox_is_written_strictly(tmp_path: Path) -> None:
    database = Outbox(tmp_path / "outbox")._database
    assert database.execute("PRAGMA synchronous").fetchone() == (2,), "FULL: a commit survives the power going"


def test_writing_that_fails_changes_nothing(outbox: Outbox) -> None:
    def half() -> None:
        with writing(outbox._database):
            outbox._remember("epoch", "half done")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert outbox.recall("epoch") is None


def test_queue_is_in_order_of_recording(outbox: Outbox) -> None:
    keys = [record(outbox) for _ in range(5)]
    settle(outbox, keys[1])
    first = outbox.queued(after=0, limit=2)
    assert [row.operation["id"] for row in first] == [keys[0], keys[2]]
    assert [row.operation["id"] for row in outbox.queued(after=first[-1].number, limit=9)] == keys[3:]


def test_verdict_of_another_era_changes_nothing(outbox: Outbox) -> None:
    key, before = record(outbox), outbox.era()
    outbox.begin_epoch("second")
    assert not outbox.settle({key: ACCEPTED}, era=before)
    assert outbox.verdicts() == {}
    settle(outbox, key)
    outbox.begin_epoch("second")
    assert outbox.verdicts() == {key: ACCEPTED}, "it had begun before"


def test_new_beginning_sends_what_is_settled_or_set_aside_again(outbox: Outbox) -> None:
    settled, stuck = record(outbox), record(outbox)
    settle(outbox, settled)
    outbox.set_aside(outbox.queued(after=0, limit=1)[0].number, "too large")
    assert outbox.queued(after=0, limit=9) == []
    era = outbox.era()
    outbox.send_all_again()
    assert [row.operation["id"] for row in outbox.queued(after=0, limit=9)] == [settled, stuck]
    assert outbox.era() != era


@pytest.mark.parametrize("time", ["yesterday", "2026-07-04T12:00:00", ""])
def test_what_was_settled_at_a_time_that_cannot_be_read_is_never_let_go(outbox: Outbox, time: str) -> None:
    readable, other = record(outbox), record(outbox)
    outbox.settle({readable: ACCEPTED, other: {**ACCEPTED, "server_time": time}}, era=outbox.era())
    assert outbox.prune(settled_before=NOON + timedelta(days=9)) == [readable]
    assert [each["id"] for each in outbox.held()] == [other]


def test_what_was_settled_goes_whenever_it_was_recorded(outbox: Outbox) -> None:
    outbox.carry({"id": "a", "occurred_at": "by a phone without a clock"})
    settle(outbox, "a")
    assert outbox.prune(settled_before=NOON) == []
    assert outbox.prune(settled_before=NOON + timedelta(milliseconds=1)) == ["a"]

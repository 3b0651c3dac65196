"""PostgreSQL is restarted, or dies: nothing but a clear 503 meanwhile, and all settles."""

import signal
import time

import pytest
from django.db import connection

from tests.faults.devices import EPOCH, ask
from tests.faults.processes import Postgres
from tests.faults.stage import Stage

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lives and dies with the web process: see test_web_killed.py"
)

SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "killed": signal.SIGKILL}


@pytest.mark.parametrize(
    "how", [*(pytest.param(how, marks=pytest.mark.long) for how in ("fast", "immediate")), "killed"]
)
def test_database_gone_and_back_during_pushes_loses_and_doubles_nothing(stage: Stage, seed: int, how: str) -> None:
    assert isinstance(stage.database, Postgres)
    stage.web()
    stage.reader()
    for _ in range(3):
        stage.writer()
    with stage.at_work():
        time.sleep(stage.dice.uniform(0.5, 1.5))
        stage.database.stop(SIGNALS[how])
        time.sleep(stage.dice.uniform(0, 1))
        stage.database.start()
    stage.verify()


def test_database_away_is_said_in_our_shape_and_to_every_verb(stage: Stage) -> None:
    assert isinstance(stage.database, Postgres)
    web = stage.web()
    reader = stage.reader()
    writer = stage.writer()
    stage.database.stop(signal.SIGINT)
    assert not writer.push(writer.record(5))
    assert not reader.complete(reader.attendance()[0])
    enrolling = {"code": stage.code, "device": writer.id, "name": "Phone", "app_version": "test", "protocol": 1}
    answer = ask(web.port, "POST", "enrol", body=enrolling)
    assert answer is not None
    assert (answer.status, answer.json()["error"]["code"]) == (503, "unavailable")
    assert (answer.headers["Retry-After"], answer.headers[EPOCH]) == ("5", writer.epoch)
    assert (writer.sent_away, reader.sent_away, writer.complaints, reader.complaints) == (1, 1, [], [])
    stage.database.start()
    stage.verify()


def test_server_started_before_its_database_serves_when_that_comes(stage: Stage) -> None:
    """Until it has heard an epoch it cannot prove to be itself: to a device that is being offline."""
    assert isinstance(stage.database, Postgres)
    web = stage.web()
    stage.reader()
    writer = stage.writer()
    web.stop(signal.SIGKILL)
    stage.database.stop(signal.SIGQUIT)
    web.start()
    answer = ask(web.port, "POST", "push", token=writer.token, body={"operations": writer.record(3)})
    assert answer is not None
    assert (answer.status, answer.json()["error"]["code"], EPOCH in answer.headers) == (503, "unavailable", False)
    stage.database.start()
    stage.verify()

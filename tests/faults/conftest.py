"""Faults are played on the database that the run is on: SQLite, or private clusters of PostgreSQL and Redis."""

import inspect
import json
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from tests.faults.devices import PEOPLE
from tests.faults.processes import Database, Postgres, Redis, SqliteFile, Web, folder_for_postgres
from tests.faults.stage import Stage
from tests.faults.workshop import Amazon, Workshop

HERE = Path(__file__).parent
ON_POSTGRES = connection.vendor == "postgresql"

# `PROVE_ROUNDS=20 pytest tests/faults` plays what chance decides twenty times, each with a seed of its own.
ROUNDS = int(os.environ.get("PROVE_ROUNDS", "1"))
FIRST_SEED = int(os.environ.get("PROVE_SEED", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED + ROUNDS)


def pytest_report_header() -> str:
    return f"faults: seeds {SEEDS[0]} to {SEEDS[-1]} (PROVE_SEED, PROVE_ROUNDS)"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("faults"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `seed` itself is repeated; its seed is in its name, and so in the message of a failure."""
    if "seed" in inspect.signature(metafunc.function).parameters:
        metafunc.parametrize("seed", SEEDS, ids="seed-{}".format)


@pytest.fixture
def seed() -> int:
    return FIRST_SEED


OWED_NOTHING = "from eventsync.jobs.models import Job; Job.objects.all().delete()"  # the release of its plan owes some


@dataclass(frozen=True)
class Prepared:
    """The demo event in a database that is never served, only copied; `code` enrols any number of devices."""

    database: Database
    code: str

    def copy(self, folder: Path) -> Database:
        if isinstance(self.database, Postgres):
            return Postgres.like(self.database, folder)
        assert isinstance(self.database, SqliteFile)
        copy = SqliteFile(folder)
        shutil.copyfile(self.database.path, copy.path)
        return copy


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    folder = tmp_path_factory.mktemp("prepared")
    with _room_for_database(folder) as room:
        database: Database = Postgres(room) if ON_POSTGRES else SqliteFile(room)
        if isinstance(database, Postgres):
            database.make()
        try:
            web = Web(folder, database_url=database.url, marker=str(folder / "marker.json"))
            web.manage("migrate", "--verbosity", "0")
            web.manage("demo", "--people", str(PEOPLE))
            web.manage("shell", "-c", OWED_NOTHING)
            asked = ["--event", "demo", "--profile", "door", "--uses", "100", "--json"]
            code = json.loads(web.manage("enrol_code", *asked))["code"]
            if isinstance(database, Postgres):
                database.stop(signal.SIGINT)  # fast: a copy needs no recovery
        finally:
            database.end()
        yield Prepared(database, code)


def _room_for_database(folder: Path) -> AbstractContextManager[Path]:
    return folder_for_postgres() if ON_POSTGRES else _same(folder)


@contextmanager
def _same(folder: Path) -> Iterator[Path]:
    yield folder


MakeStage = Callable[[Path], Stage]


@pytest.fixture
def stage_in(prepared: Prepared, tmp_path: Path, seed: int) -> Iterator[MakeStage]:
    """Makes a stage whose database lies in a given folder. Whatever it started has ended afterwards."""
    with ExitStack() as afterwards:

        def make(room: Path) -> Stage:
            stage = Stage(tmp_path, prepared.copy(room), prepared.code, random.Random(seed))
            afterwards.callback(stage.end)
            stage.database.start()
            if ON_POSTGRES:
                stage.redis = Redis(tmp_path)
                stage.redis.start()
            return stage

        yield make


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """Where there is place for a database, and for nothing else."""
    beside = tmp_path / "room"
    beside.mkdir()
    with _room_for_database(beside) as folder:
        yield folder


@pytest.fixture
def stage(room: Path, stage_in: MakeStage) -> Stage:
    return stage_in(room)


@pytest.fixture(scope="session")
def amazon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Amazon]:
    server = Amazon(tmp_path_factory.mktemp("amazon"))
    server.start()
    yield server
    server.stop()


@contextmanager
def _workshop(broker: str, prepared: Prepared, folder: Path, request: pytest.FixtureRequest) -> Iterator[Workshop]:
    (folder / "room").mkdir()
    with _room_for_database(folder / "room") as room:
        workshop = Workshop(folder, prepared.copy(room), broker)
        if broker == "redis":
            workshop.redis = Redis(folder)
        if broker == "sqs":
            workshop.amazon = request.getfixturevalue("amazon")
            workshop.settings["EVENTSYNC_QUEUE"] = f"test-{uuid4().hex}"
        try:
            workshop.start()
            yield workshop
        finally:
            workshop.end()


@pytest.fixture(scope="module")
def runner(
    request: pytest.FixtureRequest, prepared: Prepared, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workshop]:
    """A workshop on the broker that is the parameter, or `inline`, with one worker where one is needed."""
    with _workshop(request.param, prepared, tmp_path_factory.mktemp(request.param), request) as workshop:
        if request.param != "inline":
            workshop.worker()
        yield workshop


@pytest.fixture
def workshop(request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path) -> Iterator[Workshop]:
    """Without a worker, on the broker that is the parameter."""
    with _workshop(getattr(request, "param", "orm"), prepared, tmp_path, request) as workshop:
        yield workshop

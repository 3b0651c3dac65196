"""Jobs, and real workers for them: on a database and a broker of their own, started, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import boto3
import pytest

from tests.e2e.stage import PATIENCE, ROOT
from tests.faults.processes import Database, Redis
from tests.ports import free_port
from tests.proving import PROVING

RUNNERS = ("orm", "redis", "sqs", "inline")
BROKERS = RUNNERS[:3]
FINISHED = ("done", "dead", "cancelled", "expired")
PARTS = 6  # that a worker starts: the guard, three that work, the pusher, the monitor


@dataclass
class Amazon:
    """Moto's server, which answers as SQS does, and forgets everything when it ends."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_DEFAULT_REGION": "eu-north-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def start(self) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        often = os.environ | {
            "MOTO_SQS_ENFORCE_STRICT_QUEUE_PURGE_BEHAVIOUR": "false"
        }  # it forgets more than once a minute
        with (self.folder / "moto.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=often, cwd=self.folder, stdout=log, stderr=log)
        until(lambda: "Running on" in (self.folder / "moto.log").read_text(), lambda: "moto does not answer")

    def forget(self, queue: str) -> None:
        where = {"endpoint_url": self.environment["AWS_ENDPOINT_URL"], "region_name": "eu-north-1"}
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        boto3.resource("sqs", **where, **keys).get_queue_by_name(QueueName=queue).purge()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process = None


@dataclass
class Worker:
    """`manage.py worker`. What it writes goes to `log`."""

    process: subprocess.Popen[bytes]
    log: Path

    def parts(self) -> list[int]:
        return parts_of(self.process.pid)

    def hands(self) -> list[int]:
        """Those that work, by when they were started; after them come the monitor and the pusher."""
        [guard] = self.guards()
        return children_of(guard)[:-2]

    def guards(self) -> list[int]:
        """The one that watches them, from inside."""
        return children_of(self.process.pid)

    def kill(self) -> None:
        """The whole tree, at once."""
        for part in self.parts():
            with suppress(ProcessLookupError):
                os.kill(part, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def told_to_stop(self) -> None:
        """Until it has; TimeoutExpired when it hangs."""
        self.process.terminate()
        self.process.wait(4 * PATIENCE)


@dataclass
class Workshop:
    """`runner`: the broker, or `inline`, where nobody but who owes a job does it."""

    folder: Path
    database: Database
    runner: str
    settings: dict[str, str] = field(default_factory=dict)
    redis: Redis | None = None
    amazon: Amazon | None = None
    workers: list[Worker] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("EVENTSYNC_", "AWS_"))}
        ours = {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "EVENTSYNC_DATABASE_URL": self.database.url,
            "EVENTSYNC_REDIS_URL": self.redis.url if self.redis else "",
            "EVENTSYNC_SECRET_KEY": "for tests of workers only",
            "EVENTSYNC_MARKER": str(self.folder / "marker.json"),
        }
        run = {"WORK_INLINE": "1"} if self.runner == "inline" else {"EVENTSYNC_BROKER": self.runner}
        return inherited | ours | run | (self.amazon.environment if self.amazon else {}) | self.settings

    def start(self) -> None:
        self.database.start()
        if self.redis is not None:
            self.redis.start()

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()
        if self.redis is not None:
            self.redis.stop()
        self.database.end()

    def worker(self, *, ready: bool = True) -> Worker:
        """One more, ready to work."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "worker"],
                cwd=ROOT, env=self.environment, start_new_session=True, stdout=file, stderr=file,
            )  # fmt: skip
        worker = Worker(process, log)
        self.workers.append(worker)
        if ready:
            until(lambda: len(worker.parts()) > PARTS, lambda: log.read_text()[-3000:])
        return worker

    def forget(self) -> None:
        """The broker loses all that it holds."""
        if self.redis is not None:
            self.redis.stop()
            self.redis.start()
        else:
            assert self.amazon is not None
            self.amazon.forget(self.settings["EVENTSYNC_QUEUE"])

    def owe(self, *what: str) -> list[str]:
        """The ids of the new jobs; see `owe.py`."""
        return self.run("owe.py", *what)

    def run(self, script: str, *what: str, told: str | None = None) -> list[str]:
        """The words that a script of this folder prints, on the workshop's database. `told`: its standard input."""
        command = [sys.executable, str(ROOT / "tests/faults" / script), *what]
        environment = self.environment | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, input=told, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.split()

    def states(self) -> Counter[tuple[str, str]]:
        """How many jobs of each task are in each state."""
        return Counter(self.database.rows("SELECT task, state FROM jobs_job"))

    def settled(self, *, within: float = PATIENCE) -> Counter[tuple[str, str]]:
        """What `states` says when nothing is owed any more."""
        until(lambda: all(state in FINISHED for _, state in self.states()), self.story, within)
        return self.states()

    def running(self, task: str) -> int:
        """The number of the process that runs the only job of that task, once it has begun."""
        sql = (
            "SELECT worker FROM jobs_attempt JOIN jobs_job ON jobs_job.id = job_id "
            f"WHERE task = '{task}' AND state = 'running' AND number = attempts AND subject IN ({self._begun()})"
        )
        until(lambda: len(self.database.rows(sql)) == 1, self.story)
        return process_in(self.database.rows(sql)[0][0])

    def _begun(self) -> str:
        """SQL for the subjects that a task has seen."""
        return (
            "SELECT replace(subject, '-', '') FROM tried"
            if "sqlite" in self.database.url
            else ("SELECT subject::uuid FROM tried")
        )

    def tries(self) -> Counter[str]:
        return Counter(str(UUID(subject)) for (subject,) in self.database.rows("SELECT subject FROM tried"))

    def attempts(self) -> dict[str, int]:
        """By subject."""
        rows = self.database.rows("SELECT subject, attempts FROM jobs_job")
        return {str(UUID(str(subject))): attempts for subject, attempts in rows}

    def done(self) -> list[str]:
        """The subjects that were dealt with, in the order in which they were."""
        return [str(UUID(subject)) for (subject,) in self.database.rows("SELECT subject FROM done ORDER BY at")]

    def owed(self, task: str) -> list[str]:
        """The subjects of all jobs of that task, in the order in which they were owed."""
        rows = self.database.rows(f"SELECT subject FROM jobs_job WHERE task = '{task}' ORDER BY created_at")
        return [str(UUID(str(subject))) for (subject,) in rows]

    def errors(self, task: str) -> list[tuple[str, int, str]]:
        """State, attempts and error of each job of that task."""
        return self.database.rows(f"SELECT state, attempts, error FROM jobs_job WHERE task = '{task}'")

    def alerts(self) -> list[tuple[str, str]]:
        """Kind and subject of those that are open."""
        return sorted(self.database.rows("SELECT kind, subject FROM jobs_alert WHERE cleared_at IS NULL"))

    def story(self) -> str:
        logs = "\n".join(worker.log.read_text()[-3000:] for worker in self.workers)
        return f"{dict(self.states())}\n{logs}"


def on(*few: str, all_of: Sequence[str] = BROKERS) -> pytest.MarkDecorator:
    """The brokers that a test is played on: a few in the ordinary run, all that it has a meaning for in a proof."""
    return pytest.mark.parametrize("workshop", all_of if PROVING else few, indirect=True)


def process_in(name: str) -> int:
    return int(name.rpartition(":")[2].partition("@")[0])


def children_of(process: int) -> list[int]:
    try:
        return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))
    except OSError:
        return []


def parts_of(process: int) -> list[int]:
    """The process and every one that it started, by their parents."""
    found, waiting = [], [process]
    while waiting:
        found.append(waiting.pop())
        waiting += children_of(found[-1])
    return found


def until(holds: Callable[[], bool], otherwise: Callable[[], str], within: float = PATIENCE) -> None:
    """Waits until it holds; fails with what `otherwise` says."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.1)

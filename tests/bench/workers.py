"""Real workers: jobs a second by database and broker, more workers for jobs that wait for others, an idle one."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from tests.bench.web import load
from tests.faults.processes import Database, Postgres, Redis, SqliteFile, Web, folder_for_postgres
from tests.faults.workshop import PARTS, Amazon, Workshop, parts_of, until

JOBS, FETCHES, VENUES = 1_000, 150, 6
IDLE = 20  # seconds
_PATIENCE = 600  # seconds


def run() -> None:
    for broker in ("orm", "redis", "sqs"):
        with workshop(broker) as shop:
            _start(shop)
            first = _rate(shop, f"note={JOBS}")
            idle = _idle(shop)
            print(f"  {broker:>6}: {first:.0f} jobs a second by one worker; idle {idle:.2%} of a core   target 1%")
    with workshop("orm") as shop:
        rates = []
        for _ in range(3):
            _start(shop)
            rates.append(_rate(shop, *(f"fetch={FETCHES // VENUES}@venue-{number}" for number in range(VENUES))))
        said = ", ".join(f"{each:.1f}" for each in rates)
        print(
            f"  jobs of 200 ms that wait for others, by 1, 2, 3 workers: {said} a second ({rates[2] / rates[0]:.1f} ×)"
        )


@contextmanager
def workshop(broker: str) -> Iterator[Workshop]:
    """On a database of its own, of the kind that the environment names."""
    postgres = connection.vendor == "postgresql"
    with tempfile.TemporaryDirectory() as name, folder_for_postgres() as room:
        folder = Path(name)
        database: Database = Postgres(room) if postgres else SqliteFile(folder)
        if isinstance(database, Postgres):
            database.make()
        shop = Workshop(folder, database, broker)
        if broker == "redis":
            shop.redis = Redis(folder)
            shop.redis.start()
        if broker == "sqs":
            shop.amazon = Amazon(folder)
            shop.amazon.start()
        try:
            web = Web(folder, database_url=database.url, marker=str(folder / "marker.json"))
            web.manage("migrate", "--verbosity", "0")
            print(f"Workers on {connection.vendor}, broker {broker}, load {load()}")
            yield shop
        finally:
            shop.end()
            if shop.amazon is not None:
                shop.amazon.stop()


def _start(shop: Workshop) -> None:
    """One more worker, however busy the machine is."""
    worker = shop.worker(ready=False)
    until(lambda: len(worker.parts()) > PARTS, shop.story, _PATIENCE)


def _rate(shop: Workshop, *what: str) -> float:
    """Jobs a second, from the first that begins to the last that ends."""
    mine = set(shop.owe(*what))
    shop.settled(within=_PATIENCE)
    ends = [(began, ended) for job, began, ended in _tries(shop) if job in mine]
    return len(ends) / (max(ended for _, ended in ends) - min(began for began, _ in ends))


def _tries(shop: Workshop) -> list[tuple[str, float, float]]:
    sqlite = "SELECT job_id, julianday(began_at) * 86400, julianday(ended_at) * 86400 FROM jobs_attempt"
    postgres = "SELECT job_id, extract(epoch FROM began_at), extract(epoch FROM ended_at) FROM jobs_attempt"
    rows = shop.database.rows(sqlite if connection.vendor == "sqlite" else postgres)
    return [(_hyphened(str(job)), float(began), float(ended)) for job, began, ended in rows]


def _hyphened(key: str) -> str:
    plain = key.replace("-", "")
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


def _idle(shop: Workshop) -> float:
    """The share of a core that the worker and all its processes take while nothing is owed."""
    [worker] = shop.workers
    until(lambda: not shop.database.rows("SELECT 1 FROM jobs_job WHERE finished_at IS NULL"), shop.story)
    time.sleep(3)
    before, begun = _cpu(worker.process.pid), time.monotonic()
    time.sleep(IDLE)
    return (_cpu(worker.process.pid) - before) / (time.monotonic() - begun)


def _cpu(process: int) -> float:
    """Seconds, of all its processes and their threads."""
    files = [file for part in parts_of(process) for file in Path(f"/proc/{part}/task").glob("*/schedstat")]
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9

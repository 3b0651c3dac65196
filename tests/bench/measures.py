"""What reading all measures costs beside a million finished jobs."""

import time
from collections.abc import Callable
from functools import partial

from django.db import connection
from django.utils import timezone

JOBS = 1_000_000
ROUNDS = 5

_POSTGRES = """
INSERT INTO jobs_job (id, task, subject, partition, correlation, dedupe, state, priority, attempts, forgiven, due_at,
    created_at, finished_at, error)
SELECT gen_random_uuid(), 'send', gen_random_uuid(), 'hall', gen_random_uuid(), '', 'done', 1, 1, 0, t.at, t.at,
    t.at + interval '1 second', ''
FROM (SELECT now() - n * interval '1 second' AS at FROM generate_series(1, %s) AS n) AS t;
INSERT INTO jobs_attempt (job_id, number, worker, began_at, ended_at, error)
SELECT id, 1, 'w:1', created_at, finished_at, '' FROM jobs_job WHERE state = 'done';
ANALYZE;
"""
_SQLITE = """
INSERT INTO jobs_job (id, task, subject, partition, correlation, dedupe, state, priority, attempts, forgiven, due_at,
    created_at, finished_at, error)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
SELECT lower(hex(randomblob(16))), 'send', lower(hex(randomblob(16))), 'hall', lower(hex(randomblob(16))), '', 'done',
    1, 1, 0, strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-' || n || ' seconds'),
    strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-' || n || ' seconds'),
    strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-' || (n - 1) || ' seconds'), ''
FROM numbers;
INSERT INTO jobs_attempt (job_id, number, worker, began_at, ended_at, error)
SELECT id, 1, 'w:1', created_at, finished_at, '' FROM jobs_job WHERE state = 'done';
ANALYZE;
"""


def run() -> None:
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _measure()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure() -> None:
    _report(0)
    fill(JOBS)
    _report(JOBS)


def fill(count: int) -> None:
    """So many finished jobs, each with its attempt."""
    statements = (_POSTGRES if connection.vendor == "postgresql" else _SQLITE).split(";")
    with connection.cursor() as cursor:
        for statement in filter(str.strip, statements):
            cursor.execute(statement, [count] if "%s" in statement else None)


def _report(jobs: int) -> None:
    from eventsync.control import alarms
    from eventsync.jobs.seeing.registry import measures

    now = timezone.now()
    print(f"\nMeasures beside {jobs:,} finished jobs, {connection.vendor}, milliseconds")
    took = {name: _median(partial(each.read, now)) for name, each in measures.items()}
    for name, each in sorted(took.items(), key=lambda pair: -pair[1])[:6]:
        print(f"  {name:28}{each:9.1f}")
    print(f"  {'all of them':28}{sum(took.values()):9.1f}")
    print(f"  {'all limits, once':28}{_median(lambda: alarms.watch(now=now)):9.1f}")


def _median(do: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        do()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[ROUNDS // 2]

"""What jobs cost: to owe one in a push, to find the next beside a million finished ones; then real workers."""

import json
import time
import uuid
from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from checkin.events import PeopleArrived
from eventsync.jobs import brokers, picking, queue
from eventsync.jobs.models import Job
from eventsync.jobs.publishing import _subscribers, subscribe
from tests.bench import measures, server, workers
from tests.bench.web import bench_database, load
from tests.cast import make_phone

ROUNDS = 31
BATCHES = (1, 100)
FINISHED = 1_000_000
SUBSCRIBERS = "bench.hears"


def run() -> None:
    with bench_database():
        print(f"\nJobs on {connection.vendor}, load {load()}")
        brokers.tell = _nobody  # what the broker costs is part of what workers do
        owing()
        growth()
    workers.run()


def _nobody() -> None:
    pass


def owing() -> None:
    """CPU of pushes in turn, the least of each: nobody hears of them, one subscriber does, three do."""
    print(f"{'push, batch of':>16} {'no subscriber, ms':>18} {'one':>6} {'ratio':>6} {'three':>6} {'ratio':>6}")
    for number in range(3):
        subscribe(f"{SUBSCRIBERS}.{number}", PeopleArrived)(lambda fact, row: None)
    names = _subscribers[PeopleArrived.name]
    for batch in BATCHES:
        games = server.with_people(f"owing-{batch}", batch * 3 * (ROUNDS + 1))
        phone = make_phone(games)
        costs: dict[int, list[float]] = {0: [], 1: [], 3: []}
        for number in range(ROUNDS + 1):
            for place, heard in enumerate(costs):
                _subscribers[PeopleArrived.name] = names[:heard]
                sent = json.dumps(server.body(games, phone, (number * 3 + place) * batch, batch)).encode()
                spent = server.pushed(phone, sent) * 1e3
                if number:  # the first of each warms up
                    costs[heard].append(spent)
        none, one, three = (min(each) for each in costs.values())
        print(f"{batch:>16} {none:>18.2f} {one:>6.2f} {one / none:>6.2f} {three:>6.2f} {three / none:>6.2f}")
    del _subscribers[PeopleArrived.name]
    Job.objects.all().delete()


def growth() -> None:
    """To claim a job, to look whether any is due, to owe one: wall-clock, the least, before and beside a million."""
    print(f"{'finished jobs':>16} {'claim, ms':>18} {'due?':>6} {'owe':>6}")
    found = [_times()]
    measures.fill(FINISHED)
    found.append(_times())
    for count, times in zip((0, FINISHED), found, strict=True):
        print(f"{count:>16,} {times[0]:>18.2f} {times[1]:>6.2f} {times[2]:>6.2f}")
    print(f"{'ratio':>16} " + " ".join(f"{after / before:>6.2f}" for before, after in zip(*found, strict=True)))


def _times() -> tuple[float, float, float]:
    queue.task("bench.note")(lambda subject: None)
    owes = _least(lambda: queue.enqueue("bench.note", uuid.uuid4(), partition="hall"))
    due = _least(lambda: picking.any_due(now=timezone.now()))
    return _least(_claim), due, owes


def _claim() -> None:
    """Taken back, so that each finds as many."""
    now = timezone.now()
    with transaction.atomic():
        assert picking.claim(now=now, lease=now, worker="bench:1", ordered=[])
        transaction.set_rollback(True)


def _least(do: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        do()
        times.append((time.perf_counter() - begun) * 1e3)
    return min(times)

"""`manage.py drill`: a fault on purpose, before the day, to see that alerts come and go."""

import logging
import signal
import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from eventsync.control.drills.course import NO_TIME, Pause, Result
from eventsync.control.drills.faults import DRILLS
from eventsync.control.drills.running import objection, run
from eventsync.control.drills.screen import Lines, table
from eventsync.control.drills.worker import NotStarted, own_worker
from eventsync.jobs.seeing.registry import total
from eventsync.schedule.models import Event
from eventsync.schedule.queries import NoSuchEvent, event_by_slug
from eventsync.schedule.rules import DEMO


class Command(BaseCommand):
    help = (
        "Makes a fault on purpose, in the demo or a rehearsal, beside a worker that runs: backlog (150 jobs wait until "
        "the alert comes; 8 minutes), dead-letters (a job fails for good), worker-crash (a process of a worker on this "
        "machine is killed with a job in hand), broker-loss (the broker is emptied), worker-silent (as if the worker "
        "of a machine that does not exist were not heard from any more). Looks that the right alert comes and goes and "
        "that every job is done, takes away what it made, and prints each step. Exit code 1 when something else "
        "happened than expected."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("drill", nargs="?", choices=list(DRILLS))
        which.add_argument("--all", action="store_true", help="one after the other")
        parser.add_argument("--event", default=DEMO, metavar="SLUG", help="the demo by default")
        parser.add_argument("--worker", action="store_true", help="bring a worker: none runs now")
        parser.add_argument(
            "--minutes",
            type=_minutes,
            metavar="M",
            help="let a backlog last no longer than this for the alert to come, and to go; its own 5 and 2 by default",
        )
        parser.add_argument(
            "--hold",
            type=_held,
            default=NO_TIME,
            metavar="M",
            help="leave the dead letter to a person, for so many minutes at most (15), instead of replaying it at once",
        )
        parser.add_argument(
            "--although-an-event-runs", action="store_true", help="also when a real event takes place on this server"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["hold"] and options["drill"] not in {None, "dead-letters"}:
            raise CommandError("--hold is for the drill dead-letters: in the others there is nothing to deal with.")
        event = self._event(options)
        with _told_to_stop() as pause, _only_warnings():
            try:
                with own_worker(pause) if options["worker"] else nullcontext():
                    results = self._run(list(DRILLS) if options["all"] else [options["drill"]], event, options, pause)
            except NotStarted as error:
                raise CommandError(str(error)) from None
            except KeyboardInterrupt:
                raise CommandError("Stopped before its end. What the drill made is taken away.") from None
        for line in table(results):
            self.stdout.write(line)
        if not all(result.good for result in results):
            raise CommandError("Something else happened than expected: see the steps with ✕, and the runbook.")
        self.stdout.write("All went as it must.")

    def _event(self, options: dict[str, Any]) -> Event:
        try:
            event = event_by_slug(options["event"])
        except NoSuchEvent as error:
            raise CommandError(f"{error} Load the demo with manage.py demo, or name a rehearsal: --event.") from None
        sentence = objection(event, although_an_event_runs=options["although_an_event_runs"], now=timezone.now())
        if sentence is not None:
            raise CommandError(sentence)
        return event

    def _run(self, drills: list[str], event: Event, options: dict[str, Any], pause: Pause) -> list[Result]:
        if not total("workers", timezone.now()):
            raise CommandError("No worker was heard from within a minute. Start one, or add --worker.")
        lines, results = Lines(sys.stderr), []
        for name in drills:
            lines.begins(name)
            results += run(name, event, screen=lines, span=options["minutes"], hold=options["hold"], pause=pause)
        return results


class Waiting:
    """Waits as `time.sleep`; who is told to stop does so while waiting.

    In the middle of a query the connection would be of no use any more for taking away what was made.
    """

    def __init__(self) -> None:
        self._waits = self._told = False

    def tell(self, *_: object) -> None:
        self._told = True
        if self._waits:
            self._stop()

    def __call__(self, seconds: float) -> None:
        self._waits = True
        try:
            if self._told:
                self._stop()
            time.sleep(seconds)
        finally:
            self._waits = False

    def _stop(self) -> None:
        self._waits = self._told = False  # taking away waits, too
        raise KeyboardInterrupt


@contextmanager
def _told_to_stop() -> Iterator[Pause]:
    """SIGTERM is as good as Ctrl-C: what was made is taken away."""
    waiting = Waiting()
    before = {each: signal.signal(each, waiting.tell) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield waiting
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def _only_warnings() -> Iterator[None]:
    """A line of the log for each job would hide the steps."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _minutes(text: str, most: int = 60) -> timedelta:
    try:
        found = float(text)
    except ValueError:
        found = -1
    if not 0 <= found <= most:
        raise ArgumentTypeError(f"“{text}” is not a number of minutes from 0 to {most}")
    return timedelta(minutes=found)


def _held(text: str) -> timedelta:
    return _minutes(text, most=15)  # what the drill made is wanted for 20

"""`manage.py simulate`: a rehearsal with headless devices, a network with faults, and an audit at the end."""

import json
import logging
import re
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from checkin.models import AttendanceRecord, Person
from checkin.simulation.day import Day, live_through
from checkin.simulation.plan import WEATHER, Plan
from checkin.simulation.reckoning import NOTHING, Reckoning, reckon
from checkin.simulation.report import load_lines, table
from checkin.simulation.stage import StageFailed, WebProcess, rehearsal, scratch_database, web_processes
from eventsync.schedule.models import Event
from eventsync.schedule.queries import NoSuchEvent, event_by_slug
from eventsync.sync import audit as streams
from eventsync.sync.enrolment import invite

_BAR = 30  # characters
_EVERY = 10  # batches of seeds, where there is no terminal for a bar
_SEEDS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the days take place. `event`: the one that is there already; None: each day makes its own."""

    urls: list[str]
    webs: Sequence[WebProcess]
    event: Event | None


class Command(BaseCommand):
    help = (
        "Simulates a day at the door: headless devices enrol, record, lose their network, are switched off and on, and "
        "send everything in the end. Then what they say is compared with the database. Without --event it all happens "
        "on a database and servers of its own, which are removed. Exit code 1 when anything is lost, doubled or wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--devices", type=_count, default=8, metavar="N", help="how many devices; 8 by default")
        parser.add_argument("--people", type=_count, default=100, metavar="N", help="on the roster; 100 by default")
        parser.add_argument("--venues", type=_count, default=1, metavar="N", help="1 by default")
        parser.add_argument(
            "--operations", type=_count, default=50, metavar="N", help="recorded by each device; 50 by default"
        )
        parser.add_argument(
            "--seconds", type=float, default=20, metavar="S", help="how long people record, 20 by default"
        )
        parser.add_argument(
            "--weather", choices=sorted(WEATHER), default="rain", help="how bad the network is; rain by default"
        )
        parser.add_argument("--seeds", type=_seeds, default=range(1, 2), metavar="A[-B]", help="one day for each seed")
        parser.add_argument(
            "--at-once", type=_count, default=1, metavar="N", help="how many seeds are lived through side by side"
        )
        parser.add_argument("--processes", type=_count, default=1, metavar="N", help="web processes; 1 by default")
        parser.add_argument("--event", metavar="SLUG", help="record in this event of the real database; it stays there")
        parser.add_argument("--url", help="with --event: where its server is; the configured address by default")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["url"] and not options["event"]:
            raise CommandError("--url needs --event: without an event the simulation runs servers of its own.")
        stage = self._existing(options) if options["event"] else _own_stage(options["processes"])
        try:
            with _without_news(), stage as place:
                failed = self._days(place, options)
                wrong = list(streams.differences())
        except StageFailed as failure:
            raise CommandError(str(failure)) from None
        for sentence in wrong:
            self.stderr.write(sentence)
        if failed or wrong:
            raise CommandError(f"Not everything is as it was recorded. Seeds: {', '.join(map(str, failed)) or '-'}")

    def _days(self, place: Stage, options: dict[str, Any]) -> list[int]:
        """Lives through a day for each seed; answers with the seeds that did not end well."""
        total, failed, days = NOTHING, [], []
        for number, seeds in enumerate(_batches(options["seeds"], options["at_once"])):
            self._progress(number, seeds[0], options["seeds"], total)
            days = _live(place, seeds, options)
            for day, reckoning in days:
                total += reckoning
                if not reckoning.good:
                    failed.append(day.plan.seed)
                    self.stderr.write(f"Seed {day.plan.seed}: {reckoning}")
        self._progress_ends()
        self._print(total, failed, days[-1][0], place, options)
        return failed

    def _print(self, total: Reckoning, failed: list[int], last: Day, place: Stage, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not failed, "failed_seeds": failed, **asdict(total)}))
            return
        seeds = options["seeds"]
        self.stdout.write(
            f"Seeds {seeds[0]} to {seeds[-1]}, weather: {options['weather']}, {options['devices']} devices."
        )
        for line in table(total):
            self.stdout.write(line)
        if len(seeds) == 1:
            for line in load_lines(last, [web.peak_memory() for web in place.webs]):
                self.stdout.write(line)

    def _progress(self, number: int, seed: int, seeds: range, total: Reckoning) -> None:
        done = (seed - seeds[0]) / len(seeds)
        if sys.stderr.isatty():
            bar = "█" * round(done * _BAR)
            self.stderr.write(f"\r{bar:·<{_BAR}} seed {seed} of {seeds[-1]}, {total.recorded:,} recorded ", ending="")
        elif number % _EVERY == 0:
            self.stderr.write(f"Seed {seed} of {seeds[-1]}; {total.recorded:,} recorded so far.")

    def _progress_ends(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("\r\x1b[K", ending="")

    @contextmanager
    def _existing(self, options: dict[str, Any]) -> Iterator[Stage]:
        try:
            event = event_by_slug(options["event"])
        except NoSuchEvent as error:
            raise CommandError(str(error)) from None
        if AttendanceRecord.objects.filter(event=event).exists():
            raise CommandError("This event has attendance already. Make an event for the rehearsal.")
        if not Person.objects.filter(event=event).exists():
            raise CommandError("Nobody is on the roster of this event. Import one first.")
        if len(options["seeds"]) > 1:
            raise CommandError("With --event there is one day, so one seed.")
        yield Stage([options["url"] or settings.BASE_URL], [], event)


@contextmanager
def _without_news() -> Iterator[None]:
    """What goes as it should is not written across the bar, nor between the lines of the result."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _own_stage(processes: int) -> Iterator[Stage]:
    with scratch_database() as database, web_processes(processes, database=database) as webs:
        yield Stage([web.url for web in webs], webs, None)


def _live(place: Stage, seeds: range, options: dict[str, Any]) -> list[tuple[Day, Reckoning]]:
    now = timezone.now()
    events, plans = [], []
    for seed in seeds:
        plan = Plan(seed, options["devices"], options["operations"], options["seconds"], WEATHER[options["weather"]])
        event = place.event or rehearsal(seed=seed, people=options["people"], venues=options["venues"], now=now)
        code = invite(event_id=event.id, venue_id=None, profile="door", uses=plan.devices, now=now).code
        events.append(event)
        plans.append((plan, code))
    days = live_through(plans, urls=place.urls)
    return [(day, reckon(event, day.volunteers)) for day, event in zip(days, events, strict=True)]


def _batches(seeds: range, size: int) -> Iterator[range]:
    return (seeds[start : start + size] for start in range(0, len(seeds), size))


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 100_000:
        return int(text)
    raise ArgumentTypeError(f"“{text}” is not a number from 1 to 100,000")


def _seeds(text: str) -> range:
    found = _SEEDS.fullmatch(text)
    if not found or int(found[2] or found[1]) < int(found[1]):
        raise ArgumentTypeError(f"“{text}” is not a seed such as 7, or a range such as 1-1000")
    return range(int(found[1]), int(found[2] or found[1]) + 1)

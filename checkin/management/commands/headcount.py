"""`manage.py headcount`: how many people are where."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from checkin.headcounts import CheckpointCount, EventCount, Inside, headcount_as_of, headcount_now, moment
from eventsync.schedule.models import Event
from eventsync.schedule.queries import NoSuchEvent, event_by_slug


class Command(BaseCommand):
    help = (
        "Says how many people are present at each checkpoint, in the time window that contains now. "
        "With --at: as of that time, from the arrivals and leaves up to then; what was undone since then, "
        "at any time, counts as never having happened."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--event", required=True, metavar="SLUG")
        parser.add_argument(
            "--at", metavar="TIME", help="Such as 2026-07-04T12:30; in the event's time zone unless it names one."
        )
        parser.add_argument("--json", action="store_true", help="For programs.")

    def handle(self, *args: Any, event: str, at: str | None, **options: Any) -> None:
        try:
            found = event_by_slug(event)
            count = _headcount(found, at)
        except (NoSuchEvent, ValueError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(_wire(found, count)) if options["json"] else _table(found, count))


def _headcount(event: Event, at: str | None) -> EventCount:
    if at is None:
        return headcount_now(event, now=timezone.now())
    return headcount_as_of(event, at=moment(at, event))


def _wire(event: Event, count: EventCount) -> dict[str, Any]:
    return {
        "event": event.slug,
        "venues": [
            {
                "venue": each.venue.slug,
                "checkpoints": [
                    {
                        "id": str(at.checkpoint.id),
                        "checkpoint": at.checkpoint.name,
                        "present": at.counts.present,
                        "unidentified": at.counts.unidentified,
                        "voided": at.counts.voided,
                    }
                    for at in each.checkpoints
                ],
            }
            for each in count.venues
        ],
    }


def _table(event: Event, count: EventCount) -> str:
    rows = [_line(each.venue.name, at) for each in count.venues for at in each.checkpoints]
    if not rows:
        return f"{event.name} has no checkpoints yet."
    rows.insert(0, ("VENUE", "CHECKPOINT", "WINDOW", "PRESENT", "UNIDENTIFIED", "UNDONE"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    inside = [*((each.venue.name, each.inside) for each in count.venues), (event.name, count.inside)]
    return "\n".join(
        [*lines, "", "In by at least one door, each person once:", *(f"  {_inside(*each)}" for each in inside)]
    )


def _inside(name: str, inside: Inside) -> str:
    unidentified = f" and {inside.unidentified} unidentified" if inside.unidentified else ""
    return f"{name}: {inside.people}{unidentified}"


def _line(venue: str, count: CheckpointCount) -> tuple[str, str, str, str, str, str]:
    numbers = count.counts
    said = (str(numbers.present), str(numbers.unidentified), str(numbers.voided))
    return (venue, count.checkpoint.name, count.window or "-", *said)

"""`manage.py headcount`: how many people are where."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from checkin.queries import CheckpointCount, VenueCount, headcount_as_of, headcount_now, moment
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
            venues = _headcount(found, at)
        except (NoSuchEvent, ValueError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(_wire(found, venues)) if options["json"] else _table(found, venues))


def _headcount(event: Event, at: str | None) -> list[VenueCount]:
    if at is None:
        return headcount_now(event, now=timezone.now())
    return headcount_as_of(event, at=moment(at, event))


def _wire(event: Event, venues: list[VenueCount]) -> dict[str, Any]:
    return {
        "event": event.slug,
        "venues": [
            {
                "venue": each.venue.slug,
                "checkpoints": [
                    {
                        "id": str(count.checkpoint.id),
                        "checkpoint": count.checkpoint.name,
                        "present": count.counts.present,
                        "unidentified": count.counts.unidentified,
                        "voided": count.counts.voided,
                    }
                    for count in each.checkpoints
                ],
            }
            for each in venues
        ],
    }


def _table(event: Event, venues: list[VenueCount]) -> str:
    counts = [(each.venue, count) for each in venues for count in each.checkpoints]
    if not counts:
        return f"{event.name} has no checkpoints yet."
    rows = [("VENUE", "CHECKPOINT", "WINDOW", "PRESENT", "UNIDENTIFIED", "UNDONE")]
    rows += [_line(venue.name, count) for venue, count in counts]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _line(venue: str, count: CheckpointCount) -> tuple[str, str, str, str, str, str]:
    numbers = count.counts
    said = (str(numbers.present), str(numbers.unidentified), str(numbers.voided))
    return (venue, count.checkpoint.name, count.window or "-", *said)

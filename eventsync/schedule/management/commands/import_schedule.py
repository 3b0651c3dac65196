"""`manage.py import_schedule`: brings a schedule that other software wrote into the draft of an event."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from eventsync.schedule.files.content import Content, FileError
from eventsync.schedule.files.reading import look, read_schedule
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.plan import alerting, incoming
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.incoming import Preview
from eventsync.schedule.queries import NoSuchEvent, event_by_slug


class Command(BaseCommand):
    help = (
        "Brings a schedule into the draft of an event: CSV or XLSX, XML of frab or pretalx, JSON of c3voc or pretalx. "
        "All of it, or nothing; twice is harmless; families see nothing of it before a release. Exit "
        "code 1 when something of the file cannot be taken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--event", metavar="SLUG", required=True)
        parser.add_argument("--venue", metavar="SLUG", help="where places are that the draft does not have yet")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be different")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            event = event_by_slug(options["event"])
            venue = _venue(event, options["venue"])
            content = read_schedule(event, options["file"].name, options["file"].read_bytes())
        except (NoSuchEvent, FileError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        what = look(event, content, venue=venue)
        self._tell(what, content)
        if what.problems:
            raise CommandError("Nothing was changed. Put right what is listed above.")
        if not (options["dry_run"] or what.is_empty):
            self._apply(event, content, venue, what)

    def _apply(self, event: Event, content: Content, venue: Venue | None, what: Preview) -> None:
        try:
            with alerting.telling(event, now=timezone.now()) as alerted:
                incoming.apply(event, content.items, seen=what.seen, venue=venue)
        except Overtaken as error:
            raise CommandError(
                "Somebody changed the schedule just now. Nothing was changed; run this again."
            ) from error
        self.stdout.write("It is in the draft. Families see it once it is released.")
        if alerted:
            self.stdout.write(f"What it makes late is an alert at {', '.join(map(str, alerted))}.")

    def _tell(self, what: Preview, content: Content) -> None:
        for where, sentence in what.problems:
            self.stderr.write(f"{where}: {sentence}")
        for entry in what.additions:
            self.stdout.write(f"New: {entry.row.title}")
        for entry in what.changes:
            told = "; ".join(
                f"{each.what}: {each.before or 'nothing'} → {each.after or 'nothing'}" for each in entry.differences
            )
            self.stdout.write(f"{entry.row.title}: {told}")
        for place in what.places:
            self.stdout.write(f"New place at {place.venue.name}: {place.name}")
        for sentence in content.remarks:
            self.stdout.write(sentence)
        counts = f"{len(what.additions):,} new, {len(what.changes):,} changed, {what.unchanged:,} as they were"
        self.stdout.write(f"{counts}; {len(what.missing):,} are not in the file and stay.")


def _venue(event: Event, slug: str | None) -> Venue | None:
    if slug is None:
        return None
    venue = event.venues.filter(slug=slug).first()
    if venue is None:
        raise CommandError(f"{event.name} has no venue “{slug}”.")
    return venue

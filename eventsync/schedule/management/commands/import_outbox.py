"""`manage.py import_outbox`: brings in what a phone exported to a file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from eventsync.schedule.models import Event
from eventsync.schedule.outboxes import event_of
from eventsync.schedule.queries import NoSuchEvent, event_by_slug
from eventsync.sync.errors import ApiError
from eventsync.sync.models import Profile
from eventsync.sync.outbox.importing import Report, Survey, bring_in, survey
from eventsync.sync.outbox.keeping import remember
from eventsync.sync.outbox.reading import Outbox, OutboxError

STEP = 10_000  # operations between two lines of progress


class Command(BaseCommand):
    help = (
        "Brings in an outbox that a phone exported to a file. What is here already is recognised by its id, so doing "
        "it twice is harmless. Exit code 1 when something of the file could not be taken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--event", metavar="SLUG", help="must be the event that the file names, if it names one")
        parser.add_argument(
            "--create",
            metavar="PROFILE",
            choices=Profile.values,
            help="create phones that are not known here (enrolled after the backup that was restored), as revoked ones "
            f"of this profile: {', '.join(Profile.values)}",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what is in the file")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                outbox = Outbox(file)
                event = event_of(outbox, chosen=_event(options["event"]), among=Event.objects.all())
                found = survey(outbox, event_id=event.id) if options["dry_run"] else None
                whole = self._look(found, options) if found else self._bring_in(Outbox(file), event, options)
        except (OutboxError, ApiError, OSError) as error:
            raise CommandError(_sentence(error)) from error
        if not whole:
            raise SystemExit(1)

    def _look(self, found: Survey, options: dict[str, Any]) -> bool:
        outbox = found.outbox
        said = {
            "operations": outbox.count,
            "new": found.new,
            "already_here": found.here,
            "unreadable": outbox.unreadable,
            "missing": outbox.missing,
            "authors": [
                {"device": each.id, "standing": each.standing, "operations": each.operations, "new": each.new}
                for each in found.authors
            ],
        }
        if options["json"]:
            self.stdout.write(json.dumps(said))
        else:
            self.stdout.write(f"{outbox.count:,} records: {found.new:,} new, {found.here:,} already here.")
            for each in found.authors:
                name = each.device or each.id
                self.stdout.write(f"  {name} ({each.standing}): {each.operations:,}, of which {each.new:,} new")
        return True

    def _bring_in(self, outbox: Outbox, event: Event, options: dict[str, Any]) -> bool:
        now = timezone.now()
        report = bring_in(outbox, event_id=event.id, create=options["create"], now=now, progress=self._progress(outbox))
        name = options["file"].name
        remember(name=name, outbox=outbox, event_id=event.id, by="manage.py", now=now, report=report)
        if options["json"]:
            self.stdout.write(json.dumps({"event": event.slug} | report.wire()))
        else:
            self.stdout.writelines(line + "\n" for line in _told(report))
        return report.whole

    def _progress(self, outbox: Outbox) -> Any:
        reached = 0

        def progress(count: int) -> None:
            nonlocal reached
            if count // STEP > reached // STEP:
                total = f" of {outbox.header.count:,}" if outbox.header.count else ""
                self.stderr.write(f"{count:,}{total}…")
            reached = count

        return progress


def _event(slug: str | None) -> Event | None:
    try:
        return event_by_slug(slug) if slug else None
    except NoSuchEvent as error:
        raise CommandError(str(error)) from None


def _sentence(error: Exception) -> str:
    if isinstance(error, ApiError):
        return "The database is busy. What was taken so far is safe: run this again."
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)


def _told(report: Report) -> list[str]:
    counts = ("accepted", "flagged", "refused", "quarantined", "already_here")
    told = ", ".join(f"{getattr(report, name):,} {name.replace('_', ' ')}" for name in counts)
    lines = [f"{report.operations:,} records: {told}."]
    lines += [f"Created: phone {key}, revoked until it enrols with a code of its own." for key in report.created]
    lines += [
        f"Left out: {count:,} of phone {key}, which is not known here or is of another event (see --create)."
        for key, count in report.left_out.items()
    ]
    lines += [f"Line {each['line']}: {each['why']}" for each in report.unreadable_lines]
    if report.unreadable > len(report.unreadable_lines):
        lines.append(f"… and {report.unreadable - len(report.unreadable_lines):,} more unreadable lines.")
    if report.missing:
        lines.append(f"The file was cut off: {report.missing:,} records are missing. Export it again on the phone.")
    if not report.whole:
        lines.append("Keep the file: what was not taken is only there and on the phone.")
    return lines

"""`manage.py export_roster`: gives the roster back as a file that import_roster takes."""

import sys
from pathlib import Path
from typing import Any, Literal

from django.core.management.base import BaseCommand, CommandError, CommandParser

from checkin.rosters import FORMATS, RosterError, export_roster
from eventsync.schedule.queries import NoSuchEvent, event_by_slug


class Command(BaseCommand):
    help = "Exports the roster of an event, with its active codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--event", required=True, metavar="SLUG", help="the event's short name")
        parser.add_argument("--format", choices=sorted(FORMATS), default="csv")
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it; default: standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._export(**options)
        except (NoSuchEvent, RosterError) as error:
            raise CommandError(str(error)) from None

    def _export(self, *, event: str, format: Literal["csv", "xlsx"], output: Path | None, **options: Any) -> None:  # noqa: A002 - Django names it after the option
        content = export_roster(event_by_slug(event), format)
        if output is None:
            sys.stdout.buffer.write(content)
            return
        try:
            output.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None

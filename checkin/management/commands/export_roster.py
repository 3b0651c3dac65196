"""`manage.py export_roster`: gives the roster back as a file that import_roster takes."""

import sys
from pathlib import Path
from typing import Any, Literal

from django.core.management.base import BaseCommand, CommandParser

from checkin.rosters import FORMATS, RosterError, export_roster
from eventsync.schedule.models import Event


class Command(BaseCommand):
    help = "Exports the roster of an event, with its active codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--event", required=True, metavar="SLUG", help="the event's short name")
        parser.add_argument("--format", choices=sorted(FORMATS), default="csv")
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it; default: standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._export(**options)
        except RosterError as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from None

    def _export(self, *, event: str, format: Literal["csv", "xlsx"], output: Path | None, **options: Any) -> None:  # noqa: A002 - Django names it after the option
        found = Event.objects.filter(slug=event).first()
        if found is None:
            raise RosterError(f"There is no event “{event}”.")
        content = export_roster(found, format)
        if output is None:
            sys.stdout.buffer.write(content)
            return
        try:
            output.write_bytes(content)
        except OSError as error:
            raise RosterError(f"{output} cannot be written: {error.strerror}.") from None

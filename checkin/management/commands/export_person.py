"""`manage.py export_person`: all that is held of one person."""

import sys
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from checkin.models import Person
from checkin.privacy.exporting import export
from eventsync.jobs.rules import SERVER
from eventsync.schedule.queries import NoSuchEvent, event_by_slug


class Command(BaseCommand):
    help = "Writes all that is held of one person as JSON (docs/privacy.md). That it was read is noted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="the person's number, as on their page in the admin")
        parser.add_argument("--event", required=True, metavar="SLUG", help="the event's short name")
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it; default: standard output")

    def handle(self, *args: Any, number: str, event: str, output: Path | None, **options: Any) -> None:
        try:
            found = Person.objects.select_related("event").filter(event=event_by_slug(event), external_id=number)
        except NoSuchEvent as error:
            raise CommandError(str(error)) from None
        person = found.first()
        if person is None:
            raise CommandError(f"Nobody at {event} has the number {number}.")
        content = orjson.dumps(export(person, by=SERVER, now=timezone.now()), option=orjson.OPT_INDENT_2)
        if output is None:
            sys.stdout.buffer.write(content + b"\n")
            return
        try:
            output.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None

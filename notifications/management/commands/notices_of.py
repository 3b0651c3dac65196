"""`manage.py notices_of`: what notices hold of whoever typed in a number or an address, or erasing it."""

import sys
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from eventsync.schedule.queries import NoSuchEvent, event_by_slug
from notifications.asking import forget, found_by, held_of


class Command(BaseCommand):
    help = "Writes what is held of whoever typed in this number or e-mail address as JSON, or erases it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("typed", help="the number with its country, or the e-mail address")
        parser.add_argument("--event", required=True, metavar="SLUG", help="the event's short name")
        parser.add_argument("--erase", action="store_true", help="they hear nothing more, and nothing of them is left")

    def handle(self, *args: Any, typed: str, event: str, erase: bool, **options: Any) -> None:
        try:
            people = found_by(event_by_slug(event), typed)
        except NoSuchEvent as error:
            raise CommandError(str(error)) from None
        if not people.exists():
            raise CommandError(f"Nobody who hears of {event} has this number or address.")
        if erase:
            self.stdout.write(f"Erased: {forget(people)}.")
        else:
            sys.stdout.buffer.write(orjson.dumps(held_of(people), option=orjson.OPT_INDENT_2) + b"\n")

"""`manage.py demo`: an event with made-up people to try everything with."""

import io
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from checkin.demo import access, event, generate_people, roster_csv
from checkin.models import Person
from eventsync.schedule.models import Event

MOST = 200_000


class Command(BaseCommand):
    help = "Loads the demo event, if it is not there yet, and prints how to get in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=_count, metavar="N", help=f"how many people; default {event.PEOPLE}")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="only write these people as a roster file")
        parser.add_argument("--no-invite", action="store_true", help="only load; print no password and no link")

    def handle(self, *args: Any, **options: Any) -> None:
        people = options["people"] or event.PEOPLE
        if options["csv"]:
            self._write_csv(options["csv"], people)
            return
        found = Event.objects.filter(slug=event.SLUG).first()
        if found:
            self._say_what_is_there(found, options["people"])
        else:
            self.stderr.write(f"Loading the demo event with {people:,} people.")
            found = event.load_demo(people=people, now=timezone.now())
            self.stdout.write(f"The demo event “{found.name}” is loaded: {people:,} people, {_days(found)}.")
        if not options["no_invite"]:
            self._let_in(found)

    def _write_csv(self, file: Path, people: int) -> None:
        try:
            file.write_bytes(roster_csv(generate_people(people)))
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{file} lists {people:,} people.")

    def _say_what_is_there(self, found: Event, asked: int | None) -> None:
        there = Person.objects.filter(event=found).count()
        self.stdout.write(f"The demo event is there already, with {there:,} people; nothing was changed.")
        if asked and asked != there:
            self.stdout.write(f"--people {asked} counts on the first load only.")
        if timezone.now() >= found.dates[1]:
            self.stdout.write(f"It is over ({_days(found)}). Change its days in the admin to go on with it.")

    def _let_in(self, found: Event) -> None:
        password = access.admin_password()
        invitation = access.invite_phones(found, now=timezone.now())
        image = io.StringIO()
        segno.make(invitation.url).terminal(out=image, compact=True)
        self.stdout.write(f"\nEvent:     {found.slug} (its short name, for commands)")
        self.stdout.write(f"Admin:     {settings.BASE_URL}/admin/")
        self.stdout.write(f"User:      {access.ADMIN}")
        self.stdout.write(f"Password:  {password or '(changed since; not known here)'}")
        until = f"{invitation.row.expires:%d %B %H:%M} UTC"
        self.stdout.write(f"\nLink for phones at the door (up to {access.USES} of them, until {until}):")
        self.stdout.write(invitation.url)
        self.stdout.write(image.getvalue())
        if urlsplit(settings.BASE_URL).hostname in {"127.0.0.1", "localhost", "::1"}:
            self.stdout.write(
                "It works in a browser on this computer; for other phones see “Two commands” in the README."
            )


def _days(found: Event) -> str:
    return f"{found.first_day} to {found.last_day}"


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST:
        return int(text)
    raise ArgumentTypeError(f"“{text}” is not a number from 1 to {MOST}")

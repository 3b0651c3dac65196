"""`manage.py second_step`: for somebody who lost their phone and their recovery codes."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from eventsync.access import audit
from eventsync.access.second_step import remove


class Command(BaseCommand):
    help = "Takes away the second step of somebody's sign-in, so that they set it up anew. Be sure who asks for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", required=True, metavar="USERNAME", help="with which they sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["reset"]
        user = get_user_model().objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"Nobody signs in as “{name}”.")
        if not remove(user):
            raise CommandError(f"{name} has no second step.")
        audit.note(user, user, "The second step of signing in was taken away at the command line.")
        self.stdout.write(f"{name} signs in with the password alone now, and can set up the second step anew.")

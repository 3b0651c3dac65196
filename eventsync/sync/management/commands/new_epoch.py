"""`manage.py new_epoch`: after a restore, tells every device to send again what it still holds."""

from typing import Any

from django.core.management.base import BaseCommand

from eventsync.sync import epoch, marker


class Command(BaseCommand):
    help = (
        "Begins a new epoch. Run it after the database was put back from a backup by other means than `restore`. "
        "Phones then pull everything anew and send all that they recorded in the last days; what the database has "
        "already is recognised by its id. Harmless when it was not needed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        old, new = epoch.begin()
        marker.advance()
        self.stdout.write(f"New epoch {new} (before: {old}).")
        self.stdout.write("Each phone sends what it still holds at its next contact; nobody has to do anything there.")

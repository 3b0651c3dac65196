"""`manage.py restore`: puts a backup in the place of the database, and begins a new epoch."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from eventsync.sync.backup import BackupFailed, copies, restore
from eventsync.sync.models import Operation


class Command(BaseCommand):
    help = (
        "Puts a backup in the place of the database and begins a new epoch: phones then send again what they hold. "
        "Stop the server and the worker first. The present database is kept aside, never removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that `backup` made")
        parser.add_argument(
            "--replace", action="store_true", help="also when the present database has operations in it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["file"].expanduser().is_file():
            raise CommandError(f"There is no file {options['file']}.")
        if _holds_operations() and not options["replace"]:
            raise CommandError(
                "The present database has operations in it. "
                "Add --replace to put the backup in its place; it is kept aside."
            )
        try:
            aside = restore(path=options["file"].expanduser().resolve(), now=timezone.now())
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0)
        self.stdout.write(f"Restored. What was there before is kept as {aside}.")
        call_command("new_epoch", stdout=self.stdout)
        self._newer_than(options["file"].expanduser().resolve())

    def _newer_than(self, path: Path) -> None:
        """Found in the folder: the database that was put back knows of no copy made after it."""
        beside = copies(folder=path.parent)
        began = next((copy.started_at for copy in beside if copy.path == path), None)
        newer = [copy for copy in beside if began is not None and copy.started_at > began]
        if newer:
            self.stdout.write(
                f"There are newer copies beside it: {len(newer)}, the newest {newer[0].path}. "
                "They stay until somebody removes them: `backup --list --to FOLDER` names them."
            )


def _holds_operations() -> bool:
    try:
        return Operation.objects.exists()
    except DatabaseError:  # broken or empty: that may be why somebody restores
        return False

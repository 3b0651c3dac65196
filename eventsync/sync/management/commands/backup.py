"""`manage.py backup`: a verified copy of the database, made while the server runs."""

import json
from argparse import ArgumentTypeError
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from eventsync.sync.backup import BackupFailed, back_up, copies, thin_out
from eventsync.sync.wire import write_time


class Command(BaseCommand):
    help = (
        "Copies the database while the server runs, opens the copy and audits it. Phones keep what they recorded until "
        "a verified copy has it. Run it every few minutes during an event, onto another disk."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", type=Path, default=settings.VAR_DIR / "backups", help="the folder (default: var/backups)"
        )
        parser.add_argument(
            "--same-disk",
            action="store_true",
            help="let phones rely on the copy although the disk of the database has it (mirrored disks, snapshots)",
        )
        parser.add_argument("--keep", type=_at_least_one, metavar="N", help="remove all but the newest N copies in it")
        parser.add_argument("--list", action="store_true", help="make none, and say which copies are in the folder")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["to"].expanduser().resolve()
        if options["list"]:
            self._list(folder, as_json=options["json"])
            return
        try:
            made = back_up(folder=folder, now=timezone.now(), same_disk=options["same_disk"])
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        gone = thin_out(folder=folder, keep=options["keep"]) if options["keep"] else []
        if options["json"]:
            said = {
                "path": made.path,
                "size": made.size,
                "started_at": write_time(made.started_at),
                "apart": made.apart,
            }
            self.stdout.write(json.dumps(said))
            return
        self.stdout.write(f"{made.path} ({made.size:,} bytes) is verified.")
        self.stdout.write(f"Everything acknowledged before {made.started_at:%Y-%m-%d %H:%M:%S} UTC is in it.")
        if not made.apart:
            self.stdout.write(
                "It may lie on the disk of the database and be lost with it, so phones do not rely on it: they keep "
                "what they recorded. Give --to a folder on another disk, or say --same-disk."
            )
        if gone:
            self.stdout.write(f"Older copies removed: {len(gone)}.")
        if unknown := sum(not copy.known for copy in copies(folder=folder)):
            self.stdout.write(f"Copies that this database does not know: {unknown}. They stay; see --list.")

    def _list(self, folder: Path, *, as_json: bool) -> None:
        found = copies(folder=folder)
        if as_json:
            said = [
                asdict(copy) | {"path": str(copy.path), "started_at": write_time(copy.started_at)} for copy in found
            ]
            self.stdout.write(json.dumps(said))
            return
        for copy in found:
            notes = ["verified" if copy.verified else "not verified"]
            if not copy.known:
                notes.append("unknown to this database: from before a restore, or another server's; --keep leaves it")
            when = f"{copy.started_at:%Y-%m-%d %H:%M:%S} UTC"
            self.stdout.write(f"{when}  {copy.size:>15,} bytes  {copy.path}  {', '.join(notes)}")
        if not found:
            self.stdout.write(f"There is no copy in {folder}.")


def _at_least_one(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)

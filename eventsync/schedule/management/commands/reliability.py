"""`manage.py reliability`: how much of what phones sent was handled without a failure of the server's own."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eventsync.schedule.queries import NoSuchEvent, event_by_slug
from eventsync.sync.reliability import TARGET, Reliability, reliability


class Command(BaseCommand):
    help = (
        "Says what share of the operations of an event was handled without a failure of the server's own, and how long "
        f"they took from a person's tap to the database. The aim is {TARGET:.1%}; exit code 1 below it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--event", required=True, metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="For programs.")

    def handle(self, *args: Any, event: str, **options: Any) -> None:
        try:
            found = reliability(event_by_slug(event).id)
        except NoSuchEvent as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(_wire(found)) if options["json"] else _words(found))
        if not found.good:
            raise SystemExit(1)


def _wire(found: Reliability) -> dict[str, Any]:
    waits = {f"p{share}_seconds": wait.total_seconds() for share, wait in found.waits.items()}
    return {"received": found.received, "failed": found.failed, "success": found.success, "target": TARGET, **waits}


def _words(found: Reliability) -> str:
    if found.success is None:
        return "Nothing has been received yet."
    said = (
        f"{found.success:.3%} of {found.received:,} operations were handled without a failure; {found.failed:,} failed."
    )
    waits = ", ".join(f"{share} % within {_duration(wait)}" for share, wait in found.waits.items())
    return f"{said} The aim is {TARGET:.1%}.\nFrom the tap to the database: {waits}."


def _duration(wait: timedelta) -> str:
    return f"{wait.total_seconds():.1f} s" if wait < timedelta(minutes=2) else str(wait).split(".", maxsplit=1)[0]

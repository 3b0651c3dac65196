"""`manage.py event_catalogue`: writes docs/events.md."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eventsync.jobs.catalogue_page import page


class Command(BaseCommand):
    help = "Writes the catalogue of domain events, with their JSON Schemas, from the code."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BASE_DIR / "docs/events.md", metavar="FILE")

    def handle(self, *args: Any, to: Path, **options: Any) -> None:
        try:
            to.write_text(page())
        except OSError as error:
            raise CommandError(f"{to} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"Written: {to}")

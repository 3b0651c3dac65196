"""`manage.py audit`: everything that is derived, derived again and compared."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from checkin import audit
from eventsync.schedule.models import Event
from eventsync.sync import audit as streams
from eventsync.sync.moment import one_moment


class Command(BaseCommand):
    help = (
        "Folds the whole ledger again and compares presence, headcounts and streams with it. "
        "Changes nothing. Exit code 1 when something differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with one_moment():  # phones go on sending meanwhile
            events = {event.slug: list(audit.differences(event)) for event in Event.objects.order_by("slug")}
            found = {"events": events, "streams": list(streams.differences())}
        good = not any(events.values()) and not found["streams"]
        if options["json"]:
            self.stdout.write(json.dumps({"ok": good, **found}, ensure_ascii=False))
        else:
            for sentence in [*(line for lines in events.values() for line in lines), *found["streams"]]:
                self.stdout.write(sentence)
            self.stdout.write(
                f"Events audited: {len(events)}; " + ("all is as the ledger says." if good else "see above.")
            )
        if not good:
            raise SystemExit(1)

"""`manage.py devices`: whether anybody's records are missing."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import F
from django.db.models.functions import Coalesce

from eventsync.schedule.models import Venue
from eventsync.schedule.queries import NoSuchEvent, event_by_slug
from eventsync.sync.models import Device, Profile
from eventsync.sync.queries import all_holes
from eventsync.sync.wire import write_time


class Command(BaseCommand):
    help = (
        "Lists the phones of an event, without those of families, first those that hold most: how many records each "
        "holds and since when, as it last said; when it was last heard; and the numbers of records that it made and "
        "that never arrived."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--event", required=True, metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            event = event_by_slug(options["event"])
        except NoSuchEvent as error:
            raise CommandError(str(error)) from None
        held_first = (Coalesce("pending", 0).desc(), F("heard_at").desc(nulls_last=True), "id")
        phones = Device.objects.filter(event_id=event.id).exclude(profile=Profile.FAMILY)
        devices = list(phones.order_by(*held_first))
        holes = all_holes([device.id for device in devices])
        venues = {venue.id: venue.slug for venue in Venue.objects.filter(event=event)}
        rows = [
            _row(device, venues[device.venue_id] if device.venue_id else None, holes.get(device.id, []))
            for device in devices
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"event": event.slug, "devices": rows}, ensure_ascii=False))
        else:
            self._print(rows)

    def _print(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            holds = "–" if row["pending"] is None else row["pending"]
            since = f" since {row['oldest_unsent']}" if row["pending"] and row["oldest_unsent"] else ""
            missing = ", ".join(f"{first}–{last}" if last > first else f"{first}" for first, last in row["holes"])
            self.stdout.write(
                f"{row['name']} ({row['profile']}{', revoked' if row['revoked'] else ''}): holds {holds}{since}; "
                f"last heard {row['last_heard'] or 'never'}; never arrived: {missing or 'none'}"
            )
        holding = sum(1 for row in rows if row["pending"])
        gaps = sum(1 for row in rows if row["holes"])
        self.stdout.write(f"Phones: {len(rows)}; holding records: {holding}; with records that never arrived: {gaps}.")


def _row(device: Device, venue: str | None, holes: list[tuple[int, int]]) -> dict[str, Any]:
    return {
        "device": str(device.id),
        "name": str(device),
        "profile": device.profile,
        "venue": venue,
        "revoked": device.revoked_at is not None,
        "pending": device.pending,
        "oldest_unsent": write_time(device.oldest_unsent) if device.oldest_unsent else None,
        "last_heard": write_time(device.heard_at) if device.heard_at else None,
        "holes": holes,
    }

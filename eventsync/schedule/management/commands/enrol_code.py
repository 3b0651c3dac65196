"""`manage.py enrol_code`: invites a phone."""

import io
import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

import segno
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from eventsync.schedule.models import Event, Venue
from eventsync.sync.enrolment import LIFE, Invitation, invite
from eventsync.sync.models import Profile
from eventsync.sync.wire import write_time

HOUR = timedelta(hours=1)
MAX_USES = 10_000
MAX_HOURS = 24 * 366


class Command(BaseCommand):
    help = "Makes a code with which phones enrol for an event, or for one of its venues. It is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--event", required=True, metavar="SLUG")
        parser.add_argument("--venue", metavar="SLUG", help="Only for this venue. Without it: for all of the event.")
        parser.add_argument("--profile", required=True, metavar="PROFILE", help=f"One of {', '.join(Profile.values)}.")
        parser.add_argument(
            "--uses", type=int, default=1, metavar="N", help="How many phones may use it; 1 by default."
        )
        parser.add_argument(
            "--hours",
            type=int,
            default=LIFE // HOUR,
            metavar="H",
            help=f"How long it lives; else {LIFE // HOUR}.",
        )
        parser.add_argument("--json", action="store_true", help="For programs.")

    def handle(self, *args: Any, profile: str, uses: int, hours: int, **options: Any) -> None:
        if profile not in Profile.values:
            raise CommandError(f"There is no profile {profile!r}. Choose one of {', '.join(Profile.values)}.")
        if not 1 <= uses <= MAX_USES:
            raise CommandError(f"A code is for 1 to {MAX_USES:,} phones.")
        if not 1 <= hours <= MAX_HOURS:
            raise CommandError(f"A code lives for 1 to {MAX_HOURS:,} hours.")
        event, venue = _where(options["event"], options["venue"])
        invitation = invite(
            event_id=event.id,
            venue_id=venue.id if venue else None,
            profile=profile,
            uses=uses,
            now=timezone.now(),
            life=HOUR * hours,
        )
        if options["json"]:
            self.stdout.write(json.dumps(_wire(invitation)))
        else:
            self._print(invitation)

    def _print(self, invitation: Invitation) -> None:
        picture = io.StringIO()
        segno.make(invitation.url).terminal(out=picture, compact=True)
        self.stdout.write(picture.getvalue())
        for name, value in _wire(invitation).items():
            self.stdout.write(f"{name:8} {value}")


def _where(slug: str, venue_slug: str | None) -> tuple[Event, Venue | None]:
    event = Event.objects.filter(slug=slug).first()
    if event is None:
        raise CommandError(f"There is no event {slug!r}.")
    if venue_slug is None:
        return event, None
    venue = event.venues.filter(slug=venue_slug).first()
    if venue is None:
        raise CommandError(f"{event.name} has no venue {venue_slug!r}.")
    return event, venue


def _wire(invitation: Invitation) -> dict[str, str]:
    return {"code": invitation.code, "url": invitation.url, "expires": write_time(invitation.row.expires)}

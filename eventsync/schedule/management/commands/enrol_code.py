"""`manage.py enrol_code`: invites a phone."""

import io
import json
from argparse import ArgumentParser
from typing import Any

import segno
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from eventsync.schedule.invitations import HOURS, Asked, faults, invite_phones
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.queries import NoSuchEvent, event_by_slug
from eventsync.sync.enrolment import Invitation
from eventsync.sync.models import Profile
from eventsync.sync.wire import write_time


class Command(BaseCommand):
    help = "Makes a code with which phones enrol for an event, or for one of its venues. It is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--event", required=True, metavar="SLUG")
        parser.add_argument("--venue", metavar="SLUG", help="Only for this venue. Without it: for all of the event.")
        profiles = f"One of {', '.join(Profile.values)}. Families open family links; family is for programs."
        parser.add_argument("--profile", required=True, metavar="PROFILE", help=profiles)
        parser.add_argument(
            "--uses", type=int, default=1, metavar="N", help="How many phones may use it; 1 by default."
        )
        parser.add_argument("--hours", type=int, default=HOURS, metavar="H", help=f"How long it lives; else {HOURS}.")
        parser.add_argument("--json", action="store_true", help="For programs.")

    def handle(self, *args: Any, profile: str, uses: int, hours: int, **options: Any) -> None:
        event, venue = _where(options["event"], options["venue"])
        asked = Asked(event=event, venue=venue, profile=profile, uses=uses, hours=hours)
        for fault in faults(asked):
            raise CommandError(fault.sentence)
        invitation = invite_phones(asked, now=timezone.now())
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
    try:
        event = event_by_slug(slug)
    except NoSuchEvent as error:
        raise CommandError(str(error)) from None
    if venue_slug is None:
        return event, None
    venue = event.venues.filter(slug=venue_slug).first()
    if venue is None:
        raise CommandError(f"{event.name} has no venue “{venue_slug}”.")
    return event, venue


def _wire(invitation: Invitation) -> dict[str, str]:
    return {"code": invitation.code, "url": invitation.url, "expires": write_time(invitation.row.expires)}

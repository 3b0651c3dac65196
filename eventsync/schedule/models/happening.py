"""Events, their venues, and who of the staff has which role at them."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from eventsync.access.ranks import Rank
from eventsync.schedule.plan.rules import LANGUAGES

KEPT = timedelta(days=60)  # after the last day, unless somebody says otherwise
EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2199, 12, 31)


FIRST_MOMENT, LAST_MOMENT = datetime(1999, 12, 31, tzinfo=UTC), datetime(2200, 1, 2, tzinfo=UTC)
"""Between them is whatever is on one of these days in any time zone."""


def validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("%(name)s is not an IANA time zone, such as Europe/Helsinki.", params={"name": name})


def validate_languages(chosen: Any) -> None:
    if not isinstance(chosen, list) or not set(chosen) <= LANGUAGES.keys():
        raise ValidationError("Languages are a list of %(known)s.", params={"known": ", ".join(LANGUAGES)})


class Event(models.Model):
    """The organisers' happening: some days, in one time zone, at its venues."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True, help_text="A short name for addresses and commands.")
    name = models.CharField(max_length=200)
    tz = models.CharField("time zone", max_length=64, default="UTC", validators=[validate_zone])
    apart_minutes = models.PositiveSmallIntegerField(
        "minutes between distant places",
        default=10,
        validators=[MaxValueValidator(24 * 60)],
        help_text="Who is admitted at two venues within so few minutes may have a swapped wristband: leads hear of it. "
        "0: never.",
    )
    safety_needs_two = models.BooleanField(
        "safety data needs a second person",
        default=False,
        db_default=False,
        help_text="Whoever changes dietary needs, medication or emergency contacts needs another person's approval.",
    )
    language = models.CharField(
        max_length=5,
        choices=[*LANGUAGES.items()],
        default="en",
        db_default="en",
        help_text="In which organisers write the schedule, and families read what is not translated.",
    )
    languages = models.JSONField(
        "also in",
        default=list,
        blank=True,
        validators=[validate_languages],
        help_text="Other languages of the schedule.",
    )
    help_phone = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="On each page that families read: whom to call."
    )
    first_day = models.DateField(validators=[MinValueValidator(EARLIEST_DAY)])
    last_day = models.DateField(validators=[MaxValueValidator(LATEST_DAY)])
    keep_until = models.DateField(
        "keep personal data until",
        null=True,
        blank=True,
        help_text="After this day names, codes and safety data of everybody at this event are erased by themselves; "
        "counts stay. An alert says so seven days before. Empty: 60 days after the last day.",
    )
    erasure_told_on = models.DateField(null=True, editable=False, help_text="When people were told that it is near.")

    class Meta:
        ordering = ["-first_day", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="event_ends_after_it_begins",
                violation_error_message="The last day is before the first.",
            ),
            models.CheckConstraint(
                condition=Q(first_day__gte=EARLIEST_DAY, last_day__lte=LATEST_DAY),
                name="event_in_these_centuries",
                violation_error_message="An event is between the years 2000 and 2199.",
            ),
            models.CheckConstraint(
                condition=Q(keep_until=None) | Q(keep_until__gte=F("last_day")),
                name="event_keeps_data_while_it_is_on",
                violation_error_message="Personal data is needed until the last day at least.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def dates(self) -> tuple[datetime, datetime]:
        """The first and the last moment of the event, in UTC."""
        return bounds(self.first_day, self.last_day, self.tz)

    @property
    def kept_until(self) -> date:
        """The last day on which it holds what is held of its people."""
        return self.keep_until or min(self.last_day, LATEST_DAY) + KEPT  # in a form it may be any day


def bounds(first_day: date, last_day: date, tz: str) -> tuple[datetime, datetime]:
    """When the first of these days begins and the last one ends in a zone, in UTC."""
    zone = ZoneInfo(tz)
    begin = datetime.combine(first_day, time.min, zone)
    end = datetime.combine(last_day + timedelta(days=1), time.min, zone)
    return begin.astimezone(UTC), end.astimezone(UTC)


class Venue(models.Model):
    """A site of an event, with its own doors and its own streams."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="venues")
    slug = models.SlugField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["event", "slug"], name="venue_slug_in_event")]

    def __str__(self) -> str:
        return self.name


class StaffRole(models.Model):
    """What somebody may do at the organisers' desk: for a whole event, or for one of its venues."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_roles")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="staff_roles")
    venue = models.ForeignKey(
        Venue, null=True, blank=True, on_delete=models.CASCADE, help_text="Empty: all venues of the event."
    )
    rank = models.PositiveSmallIntegerField("role", choices=Rank, default=Rank.VIEWER)

    class Meta:
        verbose_name = "role"
        ordering = ["event", "-rank", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "event"],
                condition=Q(venue=None),
                name="staff_role_once_at_event",
                violation_error_message="They have a role at this event already. Change that one.",
            ),
            models.UniqueConstraint(
                fields=["user", "venue"],
                name="staff_role_once_at_venue",
                violation_error_message="They have a role at this venue already. Change that one.",
            ),
            models.CheckConstraint(condition=Q(rank__in=Rank.values), name="staff_role_known"),
            models.CheckConstraint(
                condition=~Q(rank=Rank.OWNER) | Q(venue=None),
                name="staff_role_owner_of_whole_event",
                violation_error_message="An owner owns the whole event: leave the venue empty.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.get_rank_display().lower()} of {self.venue or self.event}"

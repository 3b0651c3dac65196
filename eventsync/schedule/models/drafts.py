"""The schedule as organisers write it. Families see none of it before it is released.

Texts stand in columns in the event's language, and in `texts` in the others: {"fi": {"title": …, "sentence": …}}.
`version` counts edits, so that of two editors nobody overwrites the other; families never see it.
"""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from eventsync.schedule.models.happening import FIRST_MOMENT, LAST_MOMENT, Event, Venue
from eventsync.schedule.models.maps import PlaceMap
from eventsync.schedule.plan import rules

MAX_BUFFER, MAX_DELAY = 24 * 60, 24 * 60  # minutes
AGES = "An activity is between the years 2000 and 2199."


class Noise(models.TextChoices):
    UNKNOWN = "unknown", "We do not know"
    QUIET = "quiet", "Quiet"
    SOME = "some", "Some noise"
    LOUD = "loud", "Loud"


class Crowd(models.TextChoices):
    UNKNOWN = "unknown", "We do not know"
    FEW = "few", "Few people"
    SOME = "some", "Some people"
    MANY = "many", "Many people"


class Light(models.TextChoices):
    UNKNOWN = "unknown", "We do not know"
    SOFT = "soft", "Soft light"
    BRIGHT = "bright", "Bright light"
    FLASHING = "flashing", "Flashing lights"


class QuietRoom(models.TextChoices):
    UNKNOWN = "unknown", "We do not know"
    YES = "yes", "There is a quiet room"
    NO = "no", "There is no quiet room"


class StepFree(models.TextChoices):
    UNKNOWN = "unknown", "We do not know"
    YES = "yes", "You can get in without stairs"
    NO = "no", "There are stairs"


class Toilet(models.TextChoices):
    UNKNOWN = "unknown", "We do not know"
    YES = "yes", "There is one"
    NO = "no", "There is none"


class Intent(models.TextChoices):
    """What organisers say of an activity. That it moved or is late shows when it is released."""

    PLANNED = rules.Status.PLANNED, "Takes place"
    HELD = rules.Status.HELD, "Waits, time not known"
    CANCELLED = rules.Status.CANCELLED, "Cancelled"


class Priority(models.TextChoices):
    CORE = "core", "Core"
    IMPORTANT = "important", "Important"
    DROPPABLE = "droppable", "Droppable"


def _known(field: str, values: list[str], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


class Place(models.Model):
    """A room, a field, a hall of a venue: how to find it, and what it is like there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="places")
    name = models.CharField(max_length=100)
    directions = models.TextField(
        "how to get there",
        blank=True,
        help_text="One step a line, by what people see: “Go past the blue door.” Empty: we do not know.",
    )
    map = models.ForeignKey(PlaceMap, null=True, on_delete=models.PROTECT, related_name="places", editable=False)
    map_text = models.CharField(
        "what the map shows, in words",
        max_length=300,
        blank=True,
        db_default="",
        help_text="For who does not see it: where you are, where the place is, and what is between.",
    )
    noise = models.CharField(max_length=10, choices=Noise, default=Noise.UNKNOWN)
    crowd = models.CharField("how many people", max_length=10, choices=Crowd, default=Crowd.UNKNOWN)
    light = models.CharField(max_length=10, choices=Light, default=Light.UNKNOWN)
    quiet_room = models.CharField(max_length=10, choices=QuietRoom, default=QuietRoom.UNKNOWN)
    quiet_directions = models.TextField(
        "how to get to the quiet room", blank=True, help_text="One step a line, from this place. Empty: we do not know."
    )
    step_free = models.CharField(
        "stairs", max_length=10, choices=StepFree, default=StepFree.UNKNOWN, db_default=StepFree.UNKNOWN
    )
    toilet = models.CharField(
        "toilet for wheelchairs", max_length=10, choices=Toilet, default=Toilet.UNKNOWN, db_default=Toilet.UNKNOWN
    )
    texts = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["venue", "name"]
        constraints = [
            models.UniqueConstraint(fields=["venue", "name"], name="place_name_in_venue"),
            models.CheckConstraint(condition=Q(map=None) | ~Q(map_text=""), name="place_map_is_in_words"),
            _known("noise", Noise.values, "place_noise_known"),
            _known("crowd", Crowd.values, "place_crowd_known"),
            _known("light", Light.values, "place_light_known"),
            _known("quiet_room", QuietRoom.values, "place_quiet_room_known"),
            _known("step_free", StepFree.values, "place_step_free_known"),
            _known("toilet", Toilet.values, "place_toilet_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Activity(models.Model):
    """An item of the schedule. Its id is its own for ever: calendars and families' marks hang on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="activities")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="activities")
    number = models.CharField(
        max_length=100, blank=True, help_text="The organisers' own, by which files find it again."
    )
    title = models.CharField(max_length=80)
    sentence = models.CharField(max_length=200, blank=True, help_text="What happens, in one sentence of common words.")
    outline = models.TextField(blank=True, help_text="One page in plain words that works without slides.")
    note = models.CharField(
        max_length=200, blank=True, help_text="Why it changed and what to do now, or what happens instead. Short."
    )
    texts = models.JSONField(default=dict, blank=True)
    symbol = models.SlugField(blank=True, help_text="One symbol, one meaning.")
    start = models.DateTimeField()
    end = models.DateTimeField()
    delay = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(MAX_DELAY)],
        help_text="Minutes. The planned times stay; families see the expected ones beside them.",
    )
    groups = models.JSONField(
        default=list, blank=True, help_text="The groups or delegations that it is for. Empty: everybody."
    )
    status = models.CharField(max_length=10, choices=Intent, default=Intent.PLANNED)
    priority = models.CharField("class", max_length=10, choices=Priority, default=Priority.IMPORTANT)
    buffer = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(MAX_BUFFER)], help_text="Minutes of a delay that it can take up."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["start", "title", "id"]
        indexes = [models.Index(fields=["event", "start"], name="activity_of_event")]
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="activity_ends_after_it_begins",
                violation_error_message="It ends before it begins.",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="activity_has_a_title"),
            models.CheckConstraint(condition=Q(delay__lte=MAX_DELAY, buffer__lte=MAX_BUFFER), name="activity_in_a_day"),
            models.UniqueConstraint(
                fields=["event", "number"], condition=~Q(number=""), name="activity_number_in_event"
            ),
            _known("status", Intent.values, "activity_status_known"),
            _known("priority", Priority.values, "activity_priority_known"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.event_id and self.place_id and self.place.venue.event_id != self.event_id:
            raise ValidationError({"place": f"{self.place} is a place of another event."})
        times = {name: at for name in ("start", "end") if (at := getattr(self, name))}
        if far := {name: AGES for name, at in times.items() if not FIRST_MOMENT <= at <= LAST_MOMENT}:
            raise ValidationError(far)

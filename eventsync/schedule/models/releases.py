"""What families see: each release, and each activity and place as it was told, again whenever that changed."""

import uuid

from django.db import models
from django.db.models import Q

from eventsync.schedule.models.happening import Event


class Release(models.Model):
    """Some moment's draft, made public. Never changed and never removed; undone by another one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    at = models.DateTimeField("released")
    by = models.CharField(max_length=200)
    comment = models.JSONField(default=dict, blank=True, help_text="What families read of it, by language.")
    restores = models.PositiveIntegerField(
        null=True, help_text="It takes back the one before it: the number of the one whose plan it says again."
    )
    despite = models.CharField(
        "why it could not wait",
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="Some of it was hard to read, and it was released all the same.",
    )

    class Meta:
        ordering = ["event", "-number"]
        constraints = [models.UniqueConstraint(fields=["event", "number"], name="release_number_in_event")]

    def __str__(self) -> str:
        return f"Release {self.number}"


class Revision(models.Model):
    """What one release said of an activity or a place that differed from what was said before.

    What families see is the latest of each key; what they saw after release n, the latest that n or an earlier one
    made. `number` is the SEQUENCE of calendars. `body`: `Told` or `ToldPlace` of the rules, as JSON.
    """

    class Kind(models.TextChoices):
        ACTIVITY = "activity", "Activity"
        PLACE = "place", "Place"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="revisions")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.UUIDField()
    number = models.PositiveIntegerField()
    latest = models.BooleanField(default=True)
    body = models.TextField()

    class Meta:
        ordering = ["key", "number"]
        indexes = [models.Index(fields=["event"], name="revision_latest_of_event", condition=Q(latest=True))]
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="revision_number_of_key"),
            models.UniqueConstraint(fields=["key"], name="revision_latest_once", condition=Q(latest=True)),
            models.UniqueConstraint(fields=["release", "key"], name="revision_once_in_release"),
        ]

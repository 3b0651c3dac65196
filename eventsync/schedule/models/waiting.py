"""Releases that wait for another person."""

import uuid

from django.db import models

from eventsync.schedule.models.happening import Event


class WaitingRelease(models.Model):
    """A release that somebody asked for and may not do alone, at most one of an event. Gone once it is settled.

    What it would tell is what the draft says when another person agrees, and they agree to exactly that.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, db_index=False)
    undoes = models.BooleanField(default=False, help_text="It takes back the last one.")
    comment = models.JSONField(default=dict, blank=True, help_text="What families read of it, by language.")
    despite = models.CharField(
        max_length=200, blank=True, help_text="Why it cannot wait, if some of it is hard to read."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event"], name="release_waits_once")]

    def __str__(self) -> str:
        return "Taking back the last release" if self.undoes else "Releasing the schedule"

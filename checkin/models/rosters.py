"""Roster files on their way into the database."""

import uuid

from django.db import models
from django.utils import timezone

from eventsync.schedule.models import Event


class RosterImport(models.Model):
    """A roster file that somebody gave us, how far we are with it, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"  # in: uploaded; out: a worker takes it
        RUNNING = "running", "Running"  # in: a worker took it; out: done, or failed
        DONE = "done", "Done"  # all of it was written, in one transaction
        FAILED = "failed", "Failed"  # nothing of it was written; `report` says why

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    file = models.FileField(upload_to="rosters/")
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    step = models.CharField(max_length=16, blank=True, help_text="While it runs: reading, checking, writing.")
    rows = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

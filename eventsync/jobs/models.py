"""Work that is owed, and who does it. What happens to a job is decided by its row, never by the queue library."""

import uuid

from django.db import models
from django.utils import timezone


class Job(models.Model):
    """One piece of work. Its attempt and lease are committed before it runs, so a killed worker is noticed."""

    class State(models.TextChoices):
        AVAILABLE = "available", "Waiting"  # in: enqueued, or its lease ran out; out: a worker claims it
        RUNNING = "running", "Running"  # in: claimed until `lease`; out: done, dead, or available when the lease ends
        DONE = "done", "Done"  # in: its function returned
        DEAD = "dead", "Failed"  # in: its function raised, or its attempts are used up; `error` says why

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.CharField(max_length=100)
    subject = models.UUIDField(help_text="The row that the task works on.")
    state = models.CharField(max_length=16, choices=State, default=State.AVAILABLE)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease"], name="job_state_lease")]

    def __str__(self) -> str:
        return f"{self.task} {self.subject}"


class Worker(models.Model):
    """A running `manage.py worker`, as it was last heard from."""

    name = models.CharField(max_length=200, primary_key=True)
    started_at = models.DateTimeField()
    heard_at = models.DateTimeField()

    class Meta:
        ordering = ["-heard_at"]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """Something that a person must look at. The same thing again is counted, not listed twice."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200, blank=True, help_text="What it is about: a stream, a device, a batch.")
    message = models.TextField()
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(handled_at=None), name="alert_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.message

"""Work that is owed, and who does it. What happens to a job is decided by its row, never by the queue library."""

import uuid

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from eventsync.jobs.approvals.models import Approval, ApprovalState
from eventsync.jobs.corrections.models import Correction
from eventsync.jobs.processes import shown
from eventsync.jobs.rules import Priority
from eventsync.jobs.webhooks.models import Sending, Webhook

__all__ = [
    "Alert", "Approval", "ApprovalState", "Attempt", "Correction", "Job", "Sending", "TurnedAway", "Webhook", "Worker",
]  # fmt: skip

_NONE = uuid.UUID(int=0)  # in the place of a venue and an event, where a row belongs to none
UNCLAIMED = ("available", "retry_wait")  # states
UNBEGUN = ("waiting_approval", *UNCLAIMED)
UNFINISHED = (*UNBEGUN, "running")
FINISHED = ("done", "dead", "cancelled", "expired")


class Job(models.Model):
    """One piece of work. Its attempt and lease are committed before it runs, so a killed worker is noticed."""

    class State(models.TextChoices):
        """Each with its way in and its ways out."""

        # in: owed, and a person must agree; or it changed after that. out: available, cancelled, expired, as they say
        WAITING_APPROVAL = "waiting_approval", "Waits for approval"
        # in: owed, replayed, or its worker died; out: running when it is claimed, cancelled, expired
        AVAILABLE = "available", "Waiting"
        # in: claimed until `lease`. out: done, retry_wait, dead; available when its worker died or its lease ran out;
        # waiting_approval when it changed meanwhile; cancelled when the same is owed by a newer job
        RUNNING = "running", "Running"
        # in: it failed, and may succeed later; out: running when it is claimed after `due_at`, cancelled, expired
        RETRY_WAIT = "retry_wait", "Waiting to try again"
        DONE = "done", "Done"  # in: its task returned
        DEAD = "dead", "Failed"  # in: it failed for good; out: available when it is replayed or corrected, cancelled
        CANCELLED = "cancelled", "Cancelled"  # in: a person said so, with a reason; or it is owed by a newer job
        EXPIRED = "expired", "Expired"  # in: it was not done before `expires_at`

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.CharField(max_length=100)
    subject = models.UUIDField(help_text="The row that the task works on.")
    partition = models.CharField(
        max_length=60, blank=True, help_text="Whose work it is: a venue or an event. None waits for another's."
    )
    event_id = models.UUIDField(
        null=True, help_text="Who may see it: those who have a role there. Empty: the server's."
    )
    venue_id = models.UUIDField(null=True, help_text="Empty: the whole event's.")
    correlation = models.UUIDField(null=True, help_text="What it all began with: an operation, or the job itself.")
    dedupe = models.CharField(max_length=200, blank=True, help_text="While it waits, the same is not owed twice.")
    state = models.CharField(max_length=16, choices=State, default=State.AVAILABLE)
    priority = models.PositiveSmallIntegerField(default=1, choices=[(each, each.name.lower()) for each in Priority])
    attempts = models.PositiveSmallIntegerField(default=0)
    forgiven = models.PositiveSmallIntegerField(default=0, help_text="Attempts before somebody had it tried again.")
    due_at = models.DateTimeField(default=timezone.now, help_text="Not before.")
    expires_at = models.DateTimeField(null=True)
    lease = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "lease"], name="job_state_lease"),
            models.Index(fields=["correlation"], name="job_correlation"),
            models.Index(fields=["task"], name="job_dead", condition=models.Q(state="dead")),
            models.Index(fields=["finished_at"], name="job_finished", condition=models.Q(finished_at__isnull=False)),
            # What is finished, be it a million, is not in it; queries must say so, too, for SQLite to take it.
            models.Index(
                fields=["state", "priority", "partition", "due_at"],
                name="job_next",
                condition=models.Q(finished_at=None),
            ),
            models.Index(
                fields=["task", "partition", "created_at"], name="job_turn", condition=models.Q(finished_at=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "dedupe"],
                condition=models.Q(state__in=UNBEGUN) & ~models.Q(dedupe=""),
                name="job_owed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=UNFINISHED, finished_at=None)
                | models.Q(state__in=FINISHED, finished_at__isnull=False),
                name="job_finished_by_its_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.subject}"

    @property
    def failures(self) -> int:
        """How often it has failed, when its present attempt fails too."""
        return self.attempts - self.forgiven


class Attempt(models.Model):
    """One try of a job, written before it began. Without an end: its worker died, or works on it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, help_text="Empty: it went well.")

    class Meta:
        ordering = ["job", "number"]
        indexes = [models.Index(fields=["ended_at"], name="attempt_ended")]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.job} ({self.number})"


class DomainEvent(models.Model):
    """A fact in the past tense, written with what it tells of. What it says is read by `publishing.fact_of`."""

    id = models.UUIDField(primary_key=True, editable=False, help_text="Sorts by time.")
    name = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    event_id = models.UUIDField(null=True, help_text="The organisers' event.")
    partition = models.CharField(max_length=60, blank=True, help_text="Whose work it makes: a venue or an event.")
    correlation = models.UUIDField(help_text="What it all began with: an operation, a job, or the domain event itself.")
    occurred_at = models.DateTimeField()
    body = models.TextField(help_text="JSON, as it goes out.")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["correlation"], name="domain_event_correlation")]

    def __str__(self) -> str:
        return self.name


class Handling(models.Model):
    """A subscriber has acted on a domain event: written in the same transaction, so that it acts once."""

    domain_event = models.ForeignKey(DomainEvent, on_delete=models.CASCADE, related_name="handlings")
    subscriber = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["domain_event", "subscriber"], name="handled_once")]

    def __str__(self) -> str:
        return f"{self.domain_event}: {self.subscriber}"


class Worker(models.Model):
    """A running `manage.py worker`, as it was last heard from."""

    name = models.CharField(max_length=200, primary_key=True)
    started_at = models.DateTimeField()
    heard_at = models.DateTimeField()

    class Meta:
        ordering = ["-heard_at"]

    def __str__(self) -> str:
        return shown(self.name)


class TurnedAway(models.Model):
    """What was not taken as it came within one minute, because too much waits."""

    class How(models.TextChoices):
        MERGED = "merged", "One job for several that are alike"
        REFUSED = "refused", "Refused"
        DELAYED = "delayed", "Asked to come later"

    minute = models.DateTimeField()
    what = models.CharField(max_length=100, help_text="A task, or a request.")
    how = models.CharField(max_length=10, choices=How)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-minute"]
        constraints = [models.UniqueConstraint(fields=["minute", "what", "how"], name="turned_away_once_a_minute")]

    def __str__(self) -> str:
        return f"{self.what}: {self.how} {self.count}"


class Alert(models.Model):
    """Something that a person must look at. The same thing again is counted, not listed twice.

    The same of two events or venues is two alerts, for others see them.

    Open: raised. Acknowledged: somebody looks after it; it may still be so. Cleared: somebody said that it is dealt
    with, what it watches has been well for a while, or nothing of it is left to decide; the next one like it is a new
    row. Silenced, open or not: nobody is to be bothered by it until then.
    """

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200, blank=True, help_text="What it is about: a stream, a device, a batch.")
    event_id = models.UUIDField(null=True, help_text="Whose leads see it. Empty: it is about the server.")
    venue_id = models.UUIDField(null=True, help_text="Empty: the whole event's.")
    message = models.TextField()
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    silenced_until = models.DateTimeField(null=True, blank=True)
    silenced_by = models.CharField(max_length=150, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.CharField(max_length=150, blank=True, help_text="Empty: it was well again by itself.")

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(
                "kind",
                "subject",
                Coalesce("venue_id", "event_id", models.Value(_NONE, output_field=models.UUIDField())),
                condition=models.Q(cleared_at=None),
                name="alert_open_once_at_a_place",
            )
        ]

    def __str__(self) -> str:
        return self.message

"""What the control room remembers: of measures, of dead letters that are replayed together, of whom it writes to."""

import uuid

from django.conf import settings
from django.db import models

from eventsync.jobs.models import Alert


class Sample(models.Model):
    """What a measure was, over all its subjects, in one minute. Kept for a day."""

    measure = models.CharField(max_length=60)
    at = models.DateTimeField()
    value = models.FloatField()

    class Meta:
        ordering = ["measure", "at"]
        constraints = [models.UniqueConstraint(fields=["measure", "at"], name="sample_once_a_minute")]
        permissions = [("view_health", "Can see the health page, of the whole server")]

    def __str__(self) -> str:
        return f"{self.measure} {self.at:%H:%M}: {self.value:g}"


class Standing(models.Model):
    """A limit's memory of one subject that is not well, shared by all workers: see eventsync/jobs/seeing/rules.py."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200, blank=True)
    alerting = models.BooleanField(default=False)
    since = models.DateTimeField(null=True)
    seen = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "subject"]
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="standing_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()


class Replay(models.Model):
    """Dead letters that somebody replays together, a few at a time, until too many of them fail again."""

    class State(models.TextChoices):
        """Each with its way in and its ways out."""

        DRAFT = (
            "draft",
            "Not begun",
        )  # in: somebody chose them; out: running, once they have seen what it is; cleared away
        RUNNING = "running", "Running"  # in: begun; out: done, stopped
        STOPPED = "stopped", "Stopped"  # in: somebody said so, or too many failed again; the rest waits for another
        DONE = "done", "Done"  # in: none is left

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=500, blank=True, help_text="Why it stopped.")

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"Replay of {self.made_at:%Y-%m-%d %H:%M} UTC"


class ReplayItem(models.Model):
    """One of its letters. `released_at`: when it was replayed, which is done once; `told`: what was said then."""

    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    place = models.CharField(max_length=60, blank=True, help_text="Whose it is: no more than a few of one at once.")
    released_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["replay", "kind", "key"], name="replayed_once_together")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class AlertMails(models.Model):
    """Somebody of the staff gets alerts by e-mail, at the address of their account, and was told of these."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, help_text="When an e-mail went out last, or should have.")
    told_of = models.ManyToManyField(Alert, related_name="+")

    class Meta:
        ordering = ["since"]

    def __str__(self) -> str:
        return f"{self.user}, since {self.since:%Y-%m-%d %H:%M} UTC"

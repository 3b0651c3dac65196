"""What the control room remembers of measures: how they were, and how each stands to its limit."""

from django.db import models


class Sample(models.Model):
    """What a measure was, over all its subjects, in one minute. Kept for a day."""

    measure = models.CharField(max_length=60)
    at = models.DateTimeField()
    value = models.FloatField()

    class Meta:
        ordering = ["measure", "at"]
        constraints = [models.UniqueConstraint(fields=["measure", "at"], name="sample_once_a_minute")]

    def __str__(self) -> str:
        return f"{self.measure} {self.at:%H:%M}: {self.value:g}"


class Standing(models.Model):
    """A limit's memory of one subject, shared by all workers: see eventsync/jobs/seeing/rules.py."""

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

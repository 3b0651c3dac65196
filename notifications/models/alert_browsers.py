"""Which browsers of the staff show that an alert came."""

import uuid

from django.conf import settings
from django.db import models

from eventsync.jobs.models import Alert


class AlertBrowser(models.Model):
    """A browser of somebody of the staff, which was told of these alerts.

    `digest`: SHA-256 of its address, by which the same browser is never there twice; null until it has said where it
    is. `endpoint`: "" until then, and once nothing goes there any more. `failures`: tries in a row that failed; it is
    not tried again before `not_before`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    loud = models.BooleanField(default=False, help_text="With a sound, and in quiet hours, too.")
    endpoint = models.URLField(max_length=1000, blank=True)
    digest = models.CharField(max_length=64, null=True)  # noqa: DJ001 - many have said nothing yet
    p256dh = models.CharField(max_length=120, blank=True)
    auth = models.CharField(max_length=60, blank=True)
    told_of = models.ManyToManyField(Alert, related_name="+")
    made_at = models.DateTimeField()
    not_before = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["made_at"]
        constraints = [models.UniqueConstraint(fields=["digest"], name="alert_browser_once")]

    def __str__(self) -> str:
        return f"{self.user}, since {self.made_at:%Y-%m-%d %H:%M} UTC"

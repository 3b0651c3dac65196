"""Files of activities on their way into the draft."""

import uuid

from django.db import models
from django.utils import timezone

from eventsync.schedule.models.happening import Event, Venue


class IncomingFile(models.Model):
    """A file that somebody brought, kept until they have seen what it would do to the draft: then it is gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    venue = models.ForeignKey(Venue, null=True, on_delete=models.CASCADE, help_text="Of places that it adds.")
    name = models.CharField(max_length=255)
    content = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

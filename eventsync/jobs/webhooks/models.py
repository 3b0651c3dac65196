"""Who hears of domain events by HTTP, and what each was sent."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from eventsync.jobs.webhooks.addresses import objection
from eventsync.jobs.webhooks.signing import new_secret

UNTAKEN = models.Q(taken_at=None, discarded_at=None)  # of sendings: they are still to be sent


class Webhook(models.Model):
    """An address of another system. `off_at`: nothing is sent there, and what happens meanwhile waits."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, help_text="Whose it is, for people.")
    url = models.URLField("address", max_length=500, help_text="Where each domain event is posted to.")
    event_id = models.UUIDField("event", null=True, blank=True, help_text="Only what one event tells; empty: all.")
    names = models.JSONField("domain events", default=list, blank=True, help_text="Which it hears of; none: all.")
    secret = models.CharField(max_length=80, default=new_secret, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    off_at = models.DateTimeField("switched off", null=True, editable=False)
    off_why = models.CharField("why", max_length=500, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "name"],
                name="webhook_named_once_at_event",
                violation_error_message="This event has a webhook of this name already.",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(event_id=None),
                name="webhook_named_once_for_all_events",
                violation_error_message="There is a webhook of this name for all events already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValidationError({"url": "The address must begin with https:// or http://."})
        if refusal := objection(self.url, private=settings.WEBHOOKS_PRIVATE):
            raise ValidationError({"url": refusal})

    @property
    def partition(self) -> str:
        """What is sent there goes one after the other."""
        return f"webhook:{self.id}"


class Sending(models.Model):
    """One domain event on its way to one webhook. Its id goes along, the same at each try."""

    id = models.UUIDField(primary_key=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="sendings")
    domain_event = models.ForeignKey("jobs.DomainEvent", null=True, on_delete=models.CASCADE, related_name="+")
    correlation = models.UUIDField()
    body = models.TextField(help_text="The CloudEvents envelope, as it goes out.")
    created_at = models.DateTimeField()
    owed_at = models.DateTimeField("owed", null=True, help_text="When a job was made for it; a few have one at a time.")
    taken_at = models.DateTimeField("taken", null=True, help_text="When the other side said that it has it.")
    discarded_at = models.DateTimeField("discarded", null=True, help_text="When somebody said: not to be sent.")
    status = models.PositiveSmallIntegerField("last answer", null=True, help_text="HTTP status.")
    answer = models.TextField("what it said", blank=True, help_text="The beginning of its last answer.")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["webhook", "domain_event"], name="sent_as_one")]
        indexes = [
            models.Index(fields=["webhook", "id"], condition=models.Q(taken_at=None), name="sending_untaken"),
            models.Index(fields=["webhook", "id"], condition=models.Q(owed_at=None), name="sending_unowed"),
        ]

    def __str__(self) -> str:
        return f"{self.webhook} {self.id}"

    @property
    def outcome(self) -> str:
        """What became of it, for a person: “Taken (200).”"""
        if self.taken_at is not None:
            return f"Taken ({self.status})."
        if self.discarded_at is not None:
            return "Discarded."
        said = f"{self.status} {self.answer}" if self.status else self.answer
        if said:
            return f"Not taken: {said[:200].strip()}"
        return "Waits: its webhook is off." if self.webhook.off_at else "On its way."

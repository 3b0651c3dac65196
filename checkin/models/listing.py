"""What phones and organisers said of the list itself: who came without being on it, and who is whom."""

from django.db import models
from django.db.models import Q

from eventsync.schedule.models import Event
from eventsync.sync.models import Device


class ListVerb(models.TextChoices):
    REGISTER = "register", "Registered"
    MERGE = "merge", "Merged"
    CONFIRM = "confirm", "Confirmed"


class ListRecord(models.Model):
    """One registration, merge or confirmation. Nothing is ever removed; people and codes follow from all of them.

    `person_id` and `into_id` may be nobody that we know yet; merged into themselves is a merge taken back. The
    organisers' own have no device.
    """

    operation_id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    verb = models.CharField(max_length=8, choices=ListVerb)
    person_id = models.UUIDField(db_index=True)
    into_id = models.UUIDField(null=True)
    name = models.CharField(max_length=200, blank=True)
    delegation = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=100, blank=True)
    credential = models.CharField(max_length=22, blank=True, help_text="The digest of the wristband that they got.")
    code = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField("happened", help_text="Corrected time.")
    seq = models.BigIntegerField()
    by = models.CharField(max_length=200)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, db_index=False)
    received_at = models.DateTimeField("received")

    class Meta:
        verbose_name = "change of the list"
        verbose_name_plural = "changes of the list"
        ordering = ["-at", "-operation_id"]
        indexes = [
            models.Index(fields=["event", "verb"], name="listing_event_verb"),
            models.Index(fields=["credential"], name="listing_credential", condition=~Q(credential="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(verb="merge", into_id__isnull=False) | (~Q(verb="merge") & Q(into_id__isnull=True)),
                name="listing_merge_says_into_whom",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.at:%Y-%m-%d %H:%M}"

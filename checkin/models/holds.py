"""Who must be sent to a desk before anything else, and the ledger of who said so."""

from django.db import models
from django.db.models import Q

from eventsync.schedule.models import Event
from eventsync.sync.models import Device


class HoldDesk(models.TextChoices):
    MEDICAL = "medical", "Medical desk"
    INFORMATION = "information", "Information desk"
    LEAD = "lead", "Check-in lead"


class HoldRecord(models.Model):
    """One hold or release. Nothing is ever removed; what is in force is the latest in order, in `Person.hold_desk`.

    `desk` is empty when the hold was lifted. `person_id` may be nobody that we know yet. The organisers' own have no
    device.
    """

    operation_id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    person_id = models.UUIDField(db_index=True)
    desk = models.CharField(max_length=16, choices=HoldDesk, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField("happened", help_text="Corrected time.")
    seq = models.BigIntegerField()
    by = models.CharField(max_length=200)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, db_index=False)
    received_at = models.DateTimeField("received")

    class Meta:
        ordering = ["-at", "-operation_id"]
        indexes = [models.Index(fields=["event", "at"], name="hold_event_at")]
        constraints = [
            models.CheckConstraint(condition=Q(desk="") | Q(desk__in=HoldDesk.values), name="hold_at_a_known_desk")
        ]

    def __str__(self) -> str:
        return f"On hold: {self.get_desk_display()}" if self.desk else "Hold lifted"

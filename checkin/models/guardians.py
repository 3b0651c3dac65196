"""Who leaves with a guardian only: the release code, as far as it is kept, and the ledger of who was asked for it."""

from django.db import models

from eventsync.schedule.models import Event
from eventsync.sync.models import Device


class Guardian(models.Model):
    """The release code of a person: a slow, salted hash of it. The code itself is shown once and kept nowhere.

    In: an organiser makes it. Out: it is withdrawn, or the person leaves the roster. A new code takes its place.
    """

    person = models.OneToOneField("checkin.Person", primary_key=True, on_delete=models.PROTECT, related_name="guardian")
    salt = models.CharField(max_length=22)
    iterations = models.PositiveIntegerField()
    hash = models.CharField(max_length=43)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Release code of {self.person}"


class ReleaseTry(models.Model):
    """One release code that somebody said, and whether it was right. Never removed; what was said is not kept."""

    operation_id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    person_id = models.UUIDField(db_index=True, help_text="As recorded; may be nobody that we know.")
    checkpoint = models.ForeignKey("checkin.Checkpoint", on_delete=models.PROTECT, related_name="tries")
    right = models.BooleanField()
    at = models.DateTimeField("happened", help_text="Corrected time.")
    seq = models.BigIntegerField()
    by = models.CharField(max_length=200)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, db_index=False)
    received_at = models.DateTimeField("received")

    class Meta:
        verbose_name_plural = "release tries"
        ordering = ["-at", "-operation_id"]
        indexes = [models.Index(fields=["event", "at"], name="try_event_at")]

    def __str__(self) -> str:
        return "Right release code" if self.right else "Wrong release code"

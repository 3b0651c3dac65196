"""Safety data: what must be right or not be there at all. Never in a stream, never in a file of the roster."""

from django.db import models
from django.db.models import Q

from eventsync.schedule.models import Event
from eventsync.sync.models import Device

TEXT_LENGTH = 2000


class SafetyKind(models.TextChoices):
    DIETARY = "dietary", "Dietary needs"
    MEDICATION = "medication", "Medication"
    CONTACTS = "contacts", "Emergency contacts"


class SafetyEntry(models.Model):
    """What is confirmed of one person. Without a row nothing is known, which is version 0.

    Its row is locked before anything about it is decided, its proposals included.
    """

    person = models.ForeignKey("checkin.Person", on_delete=models.PROTECT, related_name="safety")
    kind = models.CharField(max_length=12, choices=SafetyKind)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    version = models.PositiveIntegerField(default=0, help_text="Counts the changes.")
    changed_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="safety_one_of_each_kind"),
            models.CheckConstraint(
                condition=Q(version=0, changed_at=None, text="") | Q(version__gt=0, changed_at__isnull=False),
                name="safety_changed_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"


class ProposalState(models.TextChoices):
    WAITING = "waiting", "Waits for a person"  # in: proposed; out: any of the others
    APPLIED = "applied", "Accepted"  # in: somebody else accepted it, or broke the glass
    REJECTED = "rejected", "Rejected"  # in: somebody said no, with a reason
    OVER = "over", "Expired"  # in: nobody said anything in time


class SafetyProposal(models.Model):
    """Another text for an entry, which counts for nothing until another person accepts it. Its text never changes.

    Its id is that of the operation, where a phone recorded it.
    """

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey("checkin.Person", on_delete=models.PROTECT, related_name="safety_proposals")
    kind = models.CharField(max_length=12, choices=SafetyKind)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    expected = models.PositiveIntegerField(null=True, help_text="The version that whoever proposes knew; null: none.")
    state = models.CharField(max_length=8, choices=ProposalState, default=ProposalState.WAITING)
    by = models.CharField(max_length=60)
    by_name = models.CharField(max_length=200)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField(help_text="Corrected time.")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, proposed by {self.by_name}"


class SafetyAct(models.TextChoices):
    READ = "read", "Read"
    CHANGED = "changed", "Changed"
    PROPOSED = "proposed", "Proposed"
    ACCEPTED = "accepted", "Accepted a proposal"
    REJECTED = "rejected", "Rejected a proposal"
    ERASED = "erased", "Erased"


class SafetyAccess(models.Model):
    """Who read or changed whose safety data, and when. Never what it said; never removed."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    person_id = models.UUIDField(
        null=True, help_text="May be nobody on the roster any more. Empty: what was read does not say whose it is."
    )
    act = models.CharField("what was done", max_length=8, choices=SafetyAct)
    kind = models.CharField("of what", max_length=12, choices=SafetyKind, blank=True, help_text="Empty: all of it.")
    version = models.PositiveIntegerField(null=True, help_text="After a change.")
    by = models.CharField("account or phone", max_length=60)
    by_name = models.CharField("by", max_length=200)
    at = models.DateTimeField("when")

    class Meta:
        verbose_name = "access to safety data"
        verbose_name_plural = "accesses to safety data"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["person_id", "at"], name="safety_access_person_at"),
            models.Index(fields=["event", "at"], name="safety_access_event_at"),
        ]

    def __str__(self) -> str:
        return self.get_act_display()

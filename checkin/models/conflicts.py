"""What a lead must look at: facts of the ledger that contradict each other, and what leads did about them."""

from django.db import models
from django.db.models import Q

from checkin.rules import SLOT_LENGTH
from eventsync.schedule.models import Event
from eventsync.sync.models import Device


class ConflictKind(models.TextChoices):
    SECOND_ADMISSION = "second_admission", "Admitted more than once"
    UNKNOWN_PERSON = "unknown_person", "Nobody on the list"
    SWAPPED_WRISTBAND = "swapped_wristband", "At two distant places within minutes"
    SLOT_TAKEN = "slot_taken", "One place, given to several people"


class ConflictState(models.TextChoices):
    OPEN = "open", "Open"  # in: the ledger holds a contradiction; out: owned, resolved, or the void that ends it
    OWNED = "owned", "Owned"  # in: somebody looks after it; out: the same
    RESOLVED = "resolved", "Resolved"  # in: somebody decided; out: more came in than they saw, or they reopened it


class Resolution(models.TextChoices):
    SAME_PERSON = "same_person", "Same person: nothing to do"
    WRISTBAND_SWAPPED = "wristband_swapped", "Wristband swapped: its code is withdrawn"
    SHARED = "shared", "They share the place: nothing to do"
    REOPENED = "reopened", "Reopened"


class Conflict(models.Model):
    """One contradiction, for as long as it is in the ledger. Derived: `audit` recomputes it, in any order the same.

    Its id is made of the event, what it is and whom it is about, so that every server and every order agree.
    """

    id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    what = models.CharField(max_length=20, choices=ConflictKind)
    subject = models.CharField(max_length=33, db_index=True, blank=True, help_text="Empty for one of a place.")
    checkpoint = models.ForeignKey("checkin.Checkpoint", on_delete=models.PROTECT, help_text="Where it began.")
    window = models.CharField(max_length=50, blank=True)
    slot = models.CharField("place", max_length=SLOT_LENGTH, blank=True, help_text="Which several people have.")
    since = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ConflictState)
    owner = models.CharField(max_length=200, blank=True)
    resolution = models.CharField(max_length=20, choices=Resolution, blank=True)
    body = models.TextField(help_text="As the phones of leads read it.")

    class Meta:
        ordering = ["-since", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(subject="") ^ Q(slot=""), name="conflict_of_a_subject_or_a_slot"),
        ]

    def __str__(self) -> str:
        return self.get_what_display()


class ConflictAct(models.Model):
    """What somebody did about a conflict: took it on, or resolved it. It may come before the conflict itself does."""

    class Verb(models.TextChoices):
        OWN = "own", "Took it on"
        RESOLVE = "resolve", "Resolved it"

    operation_id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    conflict_id = models.UUIDField(db_index=True)
    verb = models.CharField(max_length=8, choices=Verb)
    resolution = models.CharField(max_length=20, choices=Resolution, blank=True)
    note = models.CharField(max_length=500, blank=True)
    seen = models.TextField(null=True, help_text="The records that whoever decided had seen; none said: all of them.")  # noqa: DJ001 - nothing seen is not nothing said
    at = models.DateTimeField("happened", help_text="Corrected time.")
    seq = models.BigIntegerField()
    by = models.CharField(max_length=200)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, db_index=False)
    received_at = models.DateTimeField("received")

    class Meta:
        ordering = ["at", "seq", "operation_id"]

    def __str__(self) -> str:
        return self.get_resolution_display() or self.get_verb_display()

"""People, what they carry, where they are admitted, and the ledger of who was."""

import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from checkin import rules
from eventsync.schedule.models import Event, Venue, validate_zone
from eventsync.sync.models import Device


class Person(models.Model):
    """Somebody who is expected. `external_id` is the organisers' own number: a roster file finds them again by it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="people")
    external_id = models.CharField("number", max_length=100, help_text="The organisers' own number or reference.")
    name = models.CharField(max_length=200)
    search = models.CharField(max_length=400, editable=False)
    delegation = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "people"
        ordering = ["search", "id"]
        indexes = [
            models.Index(fields=["event", "search"], name="person_event_search"),
            models.Index(fields=["event", "delegation"], name="person_event_delegation"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "external_id"], name="person_number_in_event"),
            models.CheckConstraint(condition=~Q(external_id=""), name="person_has_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.delegation})" if self.delegation else self.name


def new_number() -> str:
    """A number for somebody who came without one."""
    return f"E-{secrets.token_hex(5)}"


class CredentialState(models.TextChoices):
    ACTIVE = "active", "Active"
    REVOKED = "revoked", "Revoked"  # in: lost or withdrawn; admits with a flag
    REPLACED = "replaced", "Replaced"  # in: the person has a newer one; admits with a flag


class Credential(models.Model):
    """A code that a person carries: our own on a wristband, or somebody else's on a ticket.

    `code` is empty when only its digest is known: somebody said whose an unidentified code is.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="credentials")
    code = models.CharField(max_length=200)
    digest = models.CharField(max_length=22, editable=False)
    state = models.CharField(max_length=16, choices=CredentialState, default=CredentialState.ACTIVE)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["event", "digest"], name="credential_code_in_event")]

    def __str__(self) -> str:
        return rules.printed_code(self.code) if self.code else f"Unknown code {self.digest[:6]}…"


def new_code() -> str:
    """A code for a wristband: 68 random bits, no look-alike letters."""
    return "".join(secrets.choice(rules.CODE_ALPHABET) for _ in range(rules.CODE_LENGTH))


class Policy(models.TextChoices):
    ONCE = "once", "Once"
    DAILY = "daily", "Once a day"
    PER_WINDOW = "per_window", "Once in each time window"
    IN_OUT = "in_out", "In and out"


class Checkpoint(models.Model):
    """Where people are admitted: a door, a meal, a bus, a bunk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="checkpoints")
    name = models.CharField(max_length=200)
    policy = models.CharField(max_length=16, choices=Policy, default=Policy.ONCE)
    tz = models.CharField(
        "time zone", max_length=64, blank=True, validators=[validate_zone], help_text="Empty: the event's."
    )

    class Meta:
        ordering = ["venue", "name"]
        constraints = [models.UniqueConstraint(fields=["venue", "name"], name="checkpoint_name_in_venue")]

    def __str__(self) -> str:
        return f"{self.venue.name}: {self.name}"

    @property
    def zone(self) -> str:
        return self.tz or self.venue.event.tz


class CheckpointWindow(models.Model):
    """One half-open stretch of time of a `per_window` checkpoint, such as a lunch."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="windows")
    name = models.SlugField(help_text="Such as lunch-saturday. Do not rename it once people were admitted.")
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        ordering = ["start"]
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "name"], name="window_name_in_checkpoint"),
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="window_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(name=rules.OUTSIDE_WINDOWS), name="window_is_not_called_none"),
        ]

    def __str__(self) -> str:
        return self.name


class Verb(models.TextChoices):
    ARRIVE = "arrive", "Arrived"
    LEAVE = "leave", "Left"
    VOID = "void", "Undone"
    REFUSE = "refuse", "Refused"


class AttendanceRecord(models.Model):
    """One entry of the ledger. Nothing is ever removed from it; presence is what it folds to.

    `subject` is who the record counts for now: "p" and a person's id, or "c" and a digest that nobody has.
    A transaction that moves a credential moves the subject of the records that carry it. Each index costs every
    check-in a page, so there are few: foreign keys that a longer index starts with have none of their own.
    """

    operation_id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="records", db_index=False)
    verb = models.CharField(max_length=8, choices=Verb)
    person_id = models.UUIDField(null=True, help_text="As recorded; may be nobody that we know.")
    credential = models.CharField(max_length=22, blank=True, help_text="The digest, as recorded.")
    subject = models.CharField(max_length=33, blank=True)
    window = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField("happened", help_text="Corrected time.")
    seq = models.BigIntegerField()
    by = models.CharField(max_length=200)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, db_index=False)
    received_at = models.DateTimeField("received")
    method = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    roster_version = models.BigIntegerField(null=True)
    group = models.UUIDField(null=True)
    refers_to = models.UUIDField(null=True)
    voided = models.BooleanField(default=False)
    flags = models.CharField(max_length=300, blank=True, help_text="Separated by spaces.")

    class Meta:
        verbose_name_plural = "attendance ledger"
        ordering = ["-at", "-operation_id"]
        indexes = [
            models.Index(fields=["subject"], name="record_subject"),
            models.Index(fields=["refers_to"], name="record_refers_to"),
            models.Index(fields=["event", "at"], name="record_event_at"),
            models.Index(fields=["checkpoint", "at"], name="record_checkpoint_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.at:%Y-%m-%d %H:%M}"


class Presence(models.Model):
    """What the ledger folds to for one subject at one checkpoint and window. Derived: `audit` recomputes it."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, db_index=False)
    window = models.CharField(max_length=50, blank=True)
    subject = models.CharField(max_length=33)
    identified = models.BooleanField(help_text="Whether the subject is a person on the roster.")
    state = models.CharField(max_length=8)
    since = models.DateTimeField()
    by = models.CharField(max_length=200)
    operation_id = models.UUIDField()
    duplicates = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "checkpoint", "window"], name="presence_one_for_each_subject")
        ]


class Headcount(models.Model):
    """How many are present at one checkpoint and window. Derived, kept up with the ledger in one transaction."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT)
    window = models.CharField(max_length=50, blank=True)
    present = models.IntegerField(default=0)
    unidentified = models.IntegerField(default=0)
    voided = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "window"], name="headcount_one_for_each_window"),
            models.CheckConstraint(
                condition=Q(present__gte=0, unidentified__gte=0, voided__gte=0), name="headcount_not_negative"
            ),
        ]


class RosterImport(models.Model):
    """A roster file that somebody gave us, how far we are with it, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"  # in: uploaded; out: a worker takes it
        RUNNING = "running", "Running"  # in: a worker took it; out: done, or failed
        DONE = "done", "Done"  # all of it was written, in one transaction
        FAILED = "failed", "Failed"  # nothing of it was written; `report` says why

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    file = models.FileField(upload_to="rosters/")
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    step = models.CharField(max_length=16, blank=True, help_text="While it runs: reading, checking, writing.")
    rows = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

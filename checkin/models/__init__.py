"""People, what they carry, where they are admitted, and the ledger of who was."""

import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from checkin import rules
from checkin.models.codes import ErasedCode
from checkin.models.conflicts import Conflict, ConflictAct, ConflictKind, ConflictState, Resolution
from checkin.models.guardians import Guardian, ReleaseTry
from checkin.models.holds import HoldDesk, HoldRecord
from checkin.models.listing import ListRecord, ListVerb
from checkin.models.rosters import RosterImport
from checkin.models.safety import ProposalState, SafetyAccess, SafetyAct, SafetyEntry, SafetyKind, SafetyProposal
from eventsync.schedule.models import Event, Venue, validate_zone
from eventsync.sync.models import Device

__all__ = [
    "AttendanceRecord", "Checkpoint", "CheckpointWindow", "Conflict", "ConflictAct", "ConflictKind", "ConflictState",
    "Credential", "CredentialState", "ErasedCode", "Guardian", "Headcount", "HoldDesk", "HoldRecord", "Kind",
    "ListRecord", "ListVerb", "Person", "Policy", "Presence", "ProposalState", "ReleaseTry", "Resolution",
    "RosterImport", "SafetyAccess", "SafetyAct", "SafetyEntry", "SafetyKind", "SafetyProposal", "Standing", "Verb",
    "new_code", "new_number",
]  # fmt: skip


class Standing(models.TextChoices):
    EXPECTED = "expected", "Expected"
    CANCELLED = "cancelled", "Cancelled"  # in: an import or admin; who comes all the same is counted, with a flag
    UNPAID = "unpaid", "Not paid"  # in: an import or admin; counted with a flag, too


class Person(models.Model):
    """Somebody who is expected, or came. `external_id` is the organisers' own number: roster files find them by it.

    `family`: who belong together, such as a booking's number; whoever shares it may come by one code.
    `walk_in`: registered at a door, and no lead has confirmed it. `merged_into`: who they really are; a row that is
    merged is on no phone. Both follow from ListRecord. `erased_at`: the bare id is left of them (checkin/privacy).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="people")
    external_id = models.CharField("number", max_length=100, help_text="The organisers' own number or reference.")
    name = models.CharField(max_length=200)
    search = models.CharField(max_length=400, editable=False)
    delegation = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=100, blank=True)
    given = models.CharField(
        "given name", max_length=100, blank=True, db_default="",
        help_text="What to call them. Empty: the first word of the name.",
    )  # fmt: skip
    family = models.CharField(
        max_length=100, blank=True, db_default="", help_text="Such as a booking number: who has the same came together."
    )
    hold_desk = models.CharField("on hold", max_length=16, choices=HoldDesk, blank=True, editable=False, db_default="")
    standing = models.CharField(
        max_length=16, choices=Standing, default=Standing.EXPECTED, db_default=Standing.EXPECTED
    )
    walk_in = models.BooleanField(editable=False, default=False, db_default=False)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )  # always somebody who is not merged
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name_plural = "people"
        ordering = ["search", "id"]
        indexes = [
            models.Index(fields=["event", "search"], name="person_event_search"),
            models.Index(fields=["event", "delegation"], name="person_event_delegation"),
            models.Index(fields=["event"], name="person_erased", condition=Q(erased_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "external_id"], name="person_number_in_event"),
            models.CheckConstraint(condition=~Q(external_id=""), name="person_has_a_number"),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="person_is_not_merged_into_self"),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(name="", given="", search="", delegation="", role="", family=""),
                name="person_erased_has_no_texts",
            ),
        ]
        permissions = [
            ("export_person", "Can export all that is held of a person"),
            ("erase_person", "Can erase all that is held of a person"),
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return "Erased person"
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

    `code` is empty when only its digest is known: somebody said whose an unidentified code is. `registered`: a phone
    gave it to somebody who came without being on the list; of several who say so, it is the first one's.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="credentials")
    code = models.CharField(max_length=200)
    digest = models.CharField(max_length=22, editable=False)
    state = models.CharField(max_length=16, choices=CredentialState, default=CredentialState.ACTIVE)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    registered = models.BooleanField(editable=False, default=False, db_default=False)

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


class Kind(models.TextChoices):
    DOOR = "door", "Door"
    MEAL = "meal", "Meal"
    BUS = "bus", "Bus"
    BUNK = "bunk", "Bunks"
    EQUIPMENT = "equipment", "Equipment"


class Checkpoint(models.Model):
    """Where people are admitted: a door, a meal, a bus, a bunk.

    `kind` decides what phones show, never what counts. `slots`: places for one person each, such as beds, in the order
    of the list. `admits`: {"roles": [text], "delegations": [text]}, each only where it narrows who may enter.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="checkpoints")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.DOOR)
    policy = models.CharField(max_length=16, choices=Policy, default=Policy.ONCE)
    slots = models.JSONField(default=list, blank=True)
    admits = models.JSONField(default=dict, blank=True)
    tz = models.CharField(
        "time zone", max_length=64, blank=True, validators=[validate_zone], help_text="Empty: the event's."
    )
    guarded = models.BooleanField(default=False, help_text="Who has a release code leaves with a guardian only.")
    distant = models.BooleanField(
        default=False, help_text="Far from the venue's other checkpoints: nobody is at both within minutes."
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
    slot = models.CharField(max_length=rules.SLOT_LENGTH, blank=True)
    at = models.DateTimeField("happened", help_text="Corrected time.")
    seq = models.BigIntegerField()
    by = models.CharField(max_length=200)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, db_index=False)
    phone = models.CharField(max_length=100, blank=True, help_text="What the device was called then.")
    received_at = models.DateTimeField("received")
    method = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True, help_text="What was said beside the code of a refusal.")
    roster_version = models.BigIntegerField(null=True)
    group = models.UUIDField(null=True)
    refers_to = models.UUIDField(null=True)
    voided = models.BooleanField(default=False)
    flags = models.CharField(max_length=300, blank=True, help_text="Separated by spaces.")

    class Meta:
        verbose_name_plural = "attendance ledger"
        ordering = ["-at", "-operation_id"]
        indexes = [
            # What a door writes lies together, however much was written at others before: so it stays as cheap.
            models.Index(fields=["checkpoint", "subject"], name="record_checkpoint_subject"),
            # Of voids alone. With all the empty ones in it, SQLite thinks that it tells nothing apart and scans.
            models.Index(fields=["refers_to"], name="record_refers_to", condition=Q(refers_to__isnull=False)),
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
    phone = models.CharField(max_length=100, blank=True)
    slot = models.CharField(max_length=rules.SLOT_LENGTH, null=True)  # noqa: DJ001 - so that few rows are in its index

    class Meta:
        indexes = [
            models.Index(fields=["checkpoint", "slot"], name="presence_slot", condition=Q(slot__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "window", "subject"], name="presence_one_for_each_subject")
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

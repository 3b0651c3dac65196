"""Tables of the engine. Events, venues and people are bare UUIDs here: the engine knows none of them."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Server(models.Model):
    """One row: which life of the database this is. `new_epoch` changes it after a restore."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="server_is_one_row")]


class Profile(models.TextChoices):
    DOOR = "door", "Door volunteer"
    LEAD = "lead", "Check-in lead"
    KIOSK = "kiosk", "Self-service kiosk"
    CONTROL = "control", "Control room"
    AGENT = "agent", "Venue agent"
    FAMILY = "family", "Family"


class Device(models.Model):
    """A phone, agent or hub. Its id is made by the device itself and outlives every token."""

    id = models.UUIDField(primary_key=True)
    event_id = models.UUIDField(db_index=True)
    venue_id = models.UUIDField(null=True, blank=True, help_text="Empty: all venues of the event.")
    profile = models.CharField(max_length=16, choices=Profile)
    name = models.CharField(max_length=100, blank=True)
    app_version = models.CharField(max_length=40, blank=True)
    enrolled_at = models.DateTimeField(null=True, blank=True, help_text="Empty: known from an imported outbox only.")
    heard_at = models.DateTimeField(
        "last heard", null=True, blank=True, help_text="By itself; an import is no contact."
    )
    pending = models.PositiveIntegerField(null=True, help_text="Unsettled operations on the device, as it last said.")
    oldest_unsent = models.DateTimeField(
        null=True, blank=True, help_text="When the oldest unsettled operation was recorded, as it last said."
    )
    roster_version = models.BigIntegerField(null=True, blank=True, help_text="How far its roster has been pulled.")
    storage_persisted = models.BooleanField(null=True, blank=True, help_text="Whether the browser promised to keep it.")
    battery = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Per cent, where the browser tells.")
    holder = models.CharField(max_length=100, blank=True, help_text="The volunteer who has it, as it last said.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "phone"  # as people call it, whatever it is
        ordering = [F("heard_at").desc(nulls_last=True)]

    def __str__(self) -> str:
        return f"{self.holder} ({self.label})" if self.holder else self.label

    @property
    def label(self) -> str:
        """Which phone it is, whoever has it."""
        return self.name or f"Phone {str(self.id)[-4:]}"


class EnrolmentCode(models.Model):
    """A counted, expiring invitation. Only its hash is kept, so it is shown once."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    event_id = models.UUIDField()
    venue_id = models.UUIDField(null=True)
    profile = models.CharField(max_length=16, choices=Profile)
    device = models.ForeignKey(
        Device, null=True, blank=True, on_delete=models.PROTECT, help_text="Only this device may use it."
    )
    uses = models.PositiveIntegerField(default=1)
    used = models.PositiveIntegerField(default=0, editable=False)
    expires = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(condition=Q(used__lte=F("uses")), name="code_used_at_most_uses")]

    def __str__(self) -> str:
        return f"{self.get_profile_display()}, until {self.expires:%Y-%m-%d %H:%M} UTC"

    def open(self, *, now: datetime) -> bool:
        return self.used < self.uses and now < self.expires


class DeviceToken(models.Model):
    """What a device proves itself with: 256 random bits, stored hashed."""

    digest = models.CharField(max_length=64, primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="tokens")
    code = models.ForeignKey(EnrolmentCode, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class Verdict(models.TextChoices):
    """Out of a verdict there is no way but a re-run of a quarantined operation.

    `retry` is not among them: such an operation is not stored.
    """

    ACCEPTED = "accepted"  # in: the handler recorded it and had nothing to remark
    FLAGGED = "flagged"  # in: recorded, with something that a person should know
    REFUSED = "refused"  # in: an intent that competed, and lost
    QUARANTINED = "quarantined"  # in: cannot be applied; its bytes are kept in Quarantined


class Operation(models.Model):
    """The first body that arrived under an id, and the verdict now in force. Never deleted, never re-applied."""

    id = models.UUIDField(primary_key=True)
    event_id = models.UUIDField()
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="operations", db_index=False)
    carrier = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="carried", db_index=False)
    kind = models.CharField(max_length=64)
    seq = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField(null=True, help_text="The device's clock when the person acted.")
    offset_ms = models.BigIntegerField(null=True)
    corrected_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    actor = models.CharField(max_length=200, blank=True)
    refers_to = models.UUIDField(null=True)
    body = models.TextField(help_text="Canonical JSON; empty when quarantined (see there).")
    body_hash = models.CharField(max_length=64)
    verdict = models.CharField(max_length=16, choices=Verdict)
    flags = models.TextField(default="[]", help_text="JSON list")
    code = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    at = models.TextField(default="{}", help_text="JSON: stream → seq")

    class Meta:
        indexes = [
            models.Index(fields=["device", "seq"], name="operation_device_seq"),
            models.Index(fields=["event_id", "received_at"], name="operation_event_received"),
        ]


class Resolution(models.TextChoices):
    """What a person did about a quarantined body. The body itself is kept, whatever is done."""

    OPEN = "open"  # in: quarantined; out: any of the others
    APPLIED = "applied", "Applied"  # in: a re-run after a fix gave another verdict
    DISCARDED = "discarded"  # in: somebody said, with a reason, that nothing is to be done


class Quarantined(models.Model):
    """The exact bytes of what could not be applied. Unique by body, so a repeat is stored once."""

    operation_id = models.UUIDField()
    device = models.ForeignKey(Device, on_delete=models.PROTECT)
    carrier = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    skew_ms = models.BigIntegerField(
        null=True, help_text="Our clock minus the bringer's when it came; empty when it did not say."
    )
    code = models.CharField(max_length=40)
    message = models.TextField()
    body = models.BinaryField()
    body_hash = models.CharField(max_length=64)
    resolution = models.CharField(max_length=16, choices=Resolution, db_default=Resolution.OPEN)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=150, blank=True, db_default="")
    reason = models.CharField("why", max_length=500, blank=True, db_default="")

    class Meta:
        verbose_name_plural = "quarantined"
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["operation_id", "body_hash"], name="quarantined_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.operation_id}"


class StreamHead(models.Model):
    """The head of a stream. Whoever writes to the stream locks this row first and holds it to commit."""

    stream = models.CharField(max_length=100, primary_key=True)
    head = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)
    checksum = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(db_default=0, help_text="No tombstone above it has been removed.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(head__gte=0, count__gte=0), name="stream_head_not_negative")]


class Change(models.Model):
    """The newest version of one record in one stream. `body` is finished JSON, empty when deleted."""

    stream = models.CharField(max_length=100)
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=200)
    seq = models.BigIntegerField()
    deleted = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, help_text="When it became a tombstone; these live seven days.")
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "kind", "key"], name="change_newest_only")]
        indexes = [models.Index(fields=["stream", "seq"], name="change_stream_seq")]


class Backup(models.Model):
    """A copy of the database. `durable` (protocol 6) is the newest `started_at` of the verified ones that are apart."""

    started_at = models.DateTimeField(help_text="The server's time before copying began.")
    finished_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When the copy was opened and found whole.")
    path = models.CharField(max_length=500)
    size = models.BigIntegerField(null=True, blank=True, help_text="Bytes.")
    apart = models.BooleanField(default=True, help_text="It outlives the disk of the database; or somebody said so.")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} UTC"


class OutboxImport(models.Model):
    """A file that was taken from a phone. In: uploaded; out: brought in (`done_at`, `report`), or thrown away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("file", max_length=255)
    event_id = models.UUIDField()
    device = models.UUIDField("made by", help_text="The phone that made the file; it need not be known here.")
    file = models.FileField(upload_to="outboxes", blank=True, help_text="Kept until it was brought in.")
    by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict)

    class Meta:
        verbose_name = "imported outbox"
        verbose_name_plural = "imported outboxes"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

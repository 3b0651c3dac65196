"""Who was asked to agree to what, and what they said. Never removed."""

from django.db import models
from django.db.models import F, Q


class ApprovalState(models.TextChoices):
    """Each with its way in and its ways out."""

    REQUESTED = "requested", "Waits for a person"  # in: asked for; out: all that follow but `reviewed`
    GRANTED = "granted", "Approved"  # in: another person agreed; out: invalidated, when it changed before it was done
    REJECTED = "rejected", "Rejected"  # in: somebody said no, with a reason
    EXPIRED = "expired", "Expired"  # in: nobody said anything before `expires_at`
    INVALIDATED = "invalidated", "Changed meanwhile"  # in: what it is about changed; a new one is asked for, if need be
    FORCED = "forced", "Done without approval"  # in: somebody broke the glass, with a reason; out: reviewed
    REVIEWED = "reviewed", "Done without approval, reviewed"  # in: another person looked at it afterwards


NEEDS_A_PERSON = (ApprovalState.REQUESTED, ApprovalState.FORCED)
AGREED = (ApprovalState.GRANTED, ApprovalState.FORCED, ApprovalState.REVIEWED)


class Approval(models.Model):
    """One request to agree to one exact content. `digest` is that of the content; another content is another request.

    Those who ask, decide and review are kept as the key of an account or a device, and as the name that people know.
    """

    kind = models.CharField(max_length=40, help_text="What sort of thing waits: a job, a change of safety data.")
    subject = models.UUIDField(help_text="The row that it is about.")
    event_id = models.UUIDField(null=True, help_text="Whose managers decide. Empty: it is about the server.")
    venue_id = models.UUIDField(null=True, help_text="Empty: the whole event's.")
    correlation = models.UUIDField(null=True, help_text="What it all began with, as of a job.")
    sentence = models.CharField("what would be done", max_length=500)
    content = models.TextField("exact content", help_text="Canonical JSON.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content, as hexadecimal digits.")
    state = models.CharField(max_length=12, choices=ApprovalState, default=ApprovalState.REQUESTED)
    asked_by = models.CharField(max_length=60)
    asked_name = models.CharField("asked by", max_length=200)
    asked_at = models.DateTimeField("asked")
    expires_at = models.DateTimeField("expires")
    decided_by = models.CharField(max_length=60, blank=True)
    decided_name = models.CharField("decided by", max_length=200, blank=True)
    decided_at = models.DateTimeField("decided", null=True)
    reason = models.CharField(max_length=500, blank=True)
    reviewed_by = models.CharField(max_length=60, blank=True)
    reviewed_name = models.CharField("reviewed by", max_length=200, blank=True)
    reviewed_at = models.DateTimeField("reviewed", null=True)
    review = models.CharField(max_length=500, blank=True, help_text="What the reviewer found.")

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("decide_approval", "Can approve, reject and review what waits for a person"),
            ("break_glass", "Can have done at once what waits for a person"),
        ]
        indexes = [
            models.Index(fields=["kind", "subject"], name="approval_about"),
            models.Index(fields=["state", "expires_at"], name="approval_state_expires"),
            models.Index(fields=["correlation"], name="approval_correlation"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(state="requested"), name="approval_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | ~Q(decided_by=F("asked_by")), name="approval_not_by_who_asked"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "rejected", "forced", "reviewed"])
                | (~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="approval_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["rejected", "forced", "reviewed"]) | ~Q(reason=""), name="approval_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="reviewed")
                | (~Q(reviewed_by="") & ~Q(reviewed_by=F("decided_by")) & ~Q(reviewed_by=F("asked_by"))),
                name="approval_reviewed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.sentence

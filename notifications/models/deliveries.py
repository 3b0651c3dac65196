"""What became of each notice on its way."""

import uuid
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q

from notifications.models.known import known, plain
from notifications.models.notices import Notice
from notifications.models.recipients import Recipient
from notifications.rules import WAITING, Channel, Importance, State, Why, is_quiet

_CHANNELS = {
    Channel.IN_APP.value: "List of messages",
    Channel.PUSH.value: "Push",
    Channel.SMS.value: "Text message",
    Channel.EMAIL.value: "E-mail",
}

_STATES = {
    State.QUEUED.value: "Goes out now",
    State.HELD.value: "Waits for its time",
    State.SENDING.value: "Is being sent",
    State.ACCEPTED.value: "Handed over",
    State.UNCERTAIN.value: "Sent, but no answer came",
    State.DISPLAYED.value: "Shown on the phone",
    State.OPENED.value: "Opened",
    State.ACKNOWLEDGED.value: "Read, they say",
    State.FAILED_TEMP.value: "Failed, is tried again",
    State.FAILED_PERM.value: "Failed for good",
    State.EXPIRED.value: "Of no use any more",
    State.SUPERSEDED.value: "A newer one says it",
    State.OVER_BUDGET.value: "One too many, or no money left",
}
_WHY = {
    Why.NOTHING.value: "",
    Why.CRITICAL.value: "It is about safety: it does not wait for the morning or for anything else.",
    Why.QUIET.value: "Quiet hours, 20:00 to 7:00.",
    Why.SET_TIME.value: "They want it at set times.",
    Why.CAP.value: "They were sent four on that day.",
    Why.CANCELLED.value: "Or they come or wait for nothing, so neither night nor four on a day stop it.",
    Why.AGAIN.value: "It is about safety, and no answer came the first time: it may have arrived twice.",
    Why.EARLIER.value: "It was said before they came, so it is in their list alone.",
}


class Delivery(models.Model):
    """One notice on one way to one recipient. Its states are explained where they are: notifications/rules.py.

    `endpoint`: a digest, of a push's subscription, or of the number or address that was typed in. `claim`: which run
    of a worker has it, while it is being sent. `units`: how many messages it counts for, of text messages segments.
    `tried`: what was answered at each try that failed, [{"at": …, "said": …}]. `closed_at`: since when nobody need look
    at one that failed for good any more, and why; `closed_by`: who said so, "" when it is so by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.CharField(max_length=10, choices=[*_CHANNELS.items()])
    endpoint = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=15, choices=[*_STATES.items()])
    why = models.CharField(max_length=15, blank=True, choices=[*_WHY.items()])
    due_at = models.DateTimeField(help_text="Not before.")
    units = models.PositiveSmallIntegerField("segments", default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField("handed over", null=True)
    changed_at = models.DateTimeField("last change")
    status = models.PositiveSmallIntegerField("last answer", null=True, help_text="HTTP status.")
    error = models.CharField(max_length=200, blank=True)
    tried = models.JSONField(null=True)
    closed_at = models.DateTimeField("dealt with", null=True)
    closed_by = models.CharField("dealt with by", max_length=150, blank=True, default="", db_default="")
    closed_why = models.CharField("why", max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-changed_at"]
        indexes = [
            models.Index(fields=["recipient", "accepted_at"], name="delivery_of_day"),
            models.Index(
                fields=["state", "due_at"],
                name="delivery_due",
                condition=Q(state__in=plain([*WAITING, State.SENDING, State.UNCERTAIN])),
            ),
            models.Index(
                fields=["changed_at"],
                name="delivery_failed",
                condition=Q(state=State.FAILED_PERM.value, closed_at=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "recipient", "channel", "endpoint"], name="delivered_once_on_each_way"
            ),
            known("state", State, "delivery_state_known"),
            known("channel", Channel, "delivery_channel_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENDING.value, claim__isnull=False, claimed_at__isnull=False)
                | (~Q(state=State.SENDING.value) & Q(claim=None, claimed_at=None)),
                name="delivery_claimed_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by="", closed_why="")
                | (Q(closed_at__isnull=False, state=State.FAILED_PERM.value) & ~Q(closed_why="")),
                name="delivery_closed_once_it_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_state_display()}"

    @property
    def breaks_quiet(self) -> bool:
        """Whether it goes, or went, out in quiet hours because it is about somebody's safety. People are told why."""
        at = self.accepted_at or self.claimed_at or self.due_at
        return self.notice.importance == Importance.CRITICAL and is_quiet(at, ZoneInfo(self.notice.event.tz))

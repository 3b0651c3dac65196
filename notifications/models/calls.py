"""Whom somebody is to call, as nothing else reached them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from notifications.ladder.rules import Call, Outcome
from notifications.models.known import known
from notifications.models.notices import Notice
from notifications.models.recipients import Recipient

_STATES = {
    Call.OPEN.value: "To be called",
    Call.REACHED.value: "Reached",
    Call.WRONG_NUMBER.value: "Wrong number",
    Call.READ.value: "They read it by themselves",
    Call.OVER.value: "Of no use any more",
}
OUTCOMES = {
    Outcome.REACHED.value: "They know now",
    Outcome.NO_ANSWER.value: "No answer",
    Outcome.CALL_AGAIN.value: "Call again later",
    Outcome.WRONG_NUMBER.value: "Wrong number",
}


class CallTask(models.Model):
    """One recipient who is to be called about one notice. The number is theirs, and nowhere else.

    `owner`: who is to call; None: whoever sees it first. `tries`: how often somebody did, by which two who say the
    same of one try are told apart from two tries.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="calls")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="calls", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=15, default=Call.OPEN.value, choices=[*_STATES.items()])
    due_at = models.DateTimeField(help_text="Not before.")
    tries = models.PositiveSmallIntegerField(default=0)
    last = models.CharField("last try", max_length=15, blank=True, choices=[*OUTCOMES.items()])
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField("last change")

    class Meta:
        verbose_name = "call"
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["recipient"], name="call_of_recipient")]
        constraints = [
            models.UniqueConstraint(fields=["notice", "recipient"], name="called_once_about_a_notice"),
            known("state", Call, "call_state_known"),
            models.CheckConstraint(
                condition=Q(last="", tries=0) | (~Q(last="") & Q(tries__gt=0)), name="call_tries_have_an_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"Call about “{self.notice}”"

"""Numbers and addresses that somebody typed in, until they have shown that these are theirs."""

import uuid

from django.db import models
from django.db.models import Q

from notifications.confirming.rules import OPEN, State
from notifications.models.budgets import PAID
from notifications.models.known import known, plain
from notifications.models.recipients import Recipient
from notifications.rules import Channel


class Confirmation(models.Model):
    """A code that was asked for. Its states are explained where they are: notifications/confirming/rules.py.

    `address`: a number or an address, only while it waits, and never logged or shown. `digest`: of it, by which it is
    counted how many codes went there. `tries`: how many wrong codes were typed in. Deleted after a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="confirmations")
    channel = models.CharField(max_length=10, choices=[*PAID.items()])
    address = models.CharField(max_length=254, blank=True)
    digest = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=10, choices=[(each.value, each.value.capitalize()) for each in State])
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            known("state", State, "confirmation_state_known"),
            known("channel", (Channel.SMS, Channel.EMAIL), "confirmation_of_typed_channel"),
            models.UniqueConstraint(
                fields=["recipient", "channel"],
                condition=Q(state__in=plain(OPEN)),
                name="one_code_waits_for_each_way",
            ),
            models.CheckConstraint(
                condition=Q(state__in=plain(OPEN)) & ~Q(address="") | ~Q(state__in=plain(OPEN)) & Q(address=""),
                name="confirmation_keeps_address_only_while_it_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_state_display()}"

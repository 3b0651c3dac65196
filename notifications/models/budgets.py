"""How much may go out on channels that cost money."""

from django.core.validators import MinValueValidator
from django.db import models

from eventsync.schedule.models import Event
from notifications.models.known import known
from notifications.rules import Channel

PAID = {Channel.SMS.value: "Text messages, in segments", Channel.EMAIL.value: "E-mails"}


class ChannelBudget(models.Model):
    """How much may go out at an event on a channel, and how much did. `used`: also what nobody knows of."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10, choices=[*PAID.items()])
    limit = models.PositiveIntegerField(
        validators=[MinValueValidator(1)],
        help_text="How many may go out. 30 % of it are kept for what is critical.",
    )
    used = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "budget"
        ordering = ["event", "-channel"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "channel"],
                name="budget_once_of_channel",
                violation_error_message="There is one already. Change that.",
            ),
            known("channel", (Channel.SMS, Channel.EMAIL), "budget_of_paid_channel"),
            models.CheckConstraint(condition=models.Q(limit__gt=0), name="budget_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.used} of {self.limit}"

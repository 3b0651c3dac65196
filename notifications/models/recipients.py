"""Who hears of an event, in which browsers, and by which number or address."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from eventsync.schedule.models import Event, FamilyLink
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.sync.models import Device
from notifications.models.known import known
from notifications.rules import How, News, Timing

NUMBER = r"^\+[1-9][0-9]{6,14}\Z"  # E.164
WRONG_NUMBER = "Write the number with its country, such as +358401234567."


class Recipient(models.Model):
    """Somebody who wants to hear of an event, and of what, when and how. Nobody asks who they are.

    `phone` and `email`: typed in by themselves, which is their consent. Never logged, shown or copied to another table.
    `device`: the phone on which they said so, which proves itself by its token. `groups`: null for everything; else
    what is for these, for those of the family links in `links`, or for everybody.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="recipients")
    language = models.CharField(max_length=5, choices=[*LANGUAGES.items()])
    device = models.OneToOneField(Device, null=True, on_delete=models.CASCADE, related_name="recipient")
    groups = models.JSONField(null=True, blank=True, help_text="Of which groups they want to hear; nothing: of all.")
    links = models.ManyToManyField(FamilyLink, blank=True, related_name="recipients")
    news = models.CharField(
        "which news",
        max_length=10,
        default=News.ALL.value,
        choices=[(News.ALL.value, "All changes"), (News.BIG.value, "Big ones"), (News.SAFETY.value, "Only safety")],
    )
    timing = models.CharField(
        "when",
        max_length=15,
        default=Timing.AT_ONCE.value,
        choices=[
            (Timing.AT_ONCE.value, "Straight away"),
            (Timing.AT_SET_TIMES.value, "At 7:30, 12:30 and 17:30"),
            (Timing.IN_THE_APP.value, "Only in the list of messages"),
        ],
    )
    how = models.CharField(
        max_length=10,
        default=How.SILENT.value,
        choices=[(How.SILENT.value, "Silent"), (How.SOUND.value, "With a sound")],
    )
    phone = models.CharField(max_length=16, blank=True, validators=[RegexValidator(NUMBER, WRONG_NUMBER)])
    email = models.EmailField(blank=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                # No regex: whoever opens a copy of the database has none.
                condition=Q(phone="") | (Q(phone__startswith="+") & ~Q(phone__contains="\n")),
                name="recipient_phone_as_the_world_writes_it",
                violation_error_message=WRONG_NUMBER,
            ),
            known("news", News, "recipient_news_known"),
            known("timing", Timing, "recipient_timing_known"),
            known("how", How, "recipient_how_known"),
        ]

    def __str__(self) -> str:
        return f"Somebody since {self.since:%Y-%m-%d %H:%M} UTC"

    @property
    def hears_of(self) -> frozenset[str] | None:
        """For which groups; None: of everything. A link that was taken back counts for none. Reads `links`."""
        if self.groups is None:
            return None
        linked = (group for link in self._open_links for group in link.groups)
        return frozenset((*self.groups, *linked))

    @property
    def leads(self) -> frozenset[str]:
        """The groups of which they are a leader, by a card for one. Reads `links`."""
        return frozenset(group for link in self._open_links if link.leads for group in link.groups)

    @property
    def _open_links(self) -> list[FamilyLink]:
        return [link for link in self.links.all() if link.revoked_at is None]


class Subscription(models.Model):
    """One browser of a recipient. `digest`: SHA-256 of its address, by which the same browser is never there twice.

    Gone when its push service says so, or when somebody does not want notices any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="subscriptions")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    endpoint = models.URLField(max_length=1000)
    digest = models.CharField(max_length=64)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["made_at"]
        constraints = [models.UniqueConstraint(fields=["event", "digest"], name="browser_once_at_event")]

    def __str__(self) -> str:
        return f"Browser {self.digest[:8]}"

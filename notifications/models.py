"""Notices, who hears of them, and what became of each on its way."""

import uuid
from collections.abc import Iterable
from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.utils import timezone

from eventsync.schedule.models import Event
from eventsync.schedule.plan.rules import LANGUAGES, language_of
from notifications.rules import WAITING, How, Importance, News, State, Timing, Why

_STATES = {
    State.QUEUED.value: "Goes out now",
    State.HELD.value: "Waits for its time",
    State.SENDING.value: "Is being sent",
    State.ACCEPTED.value: "Handed over",
    State.DISPLAYED.value: "Shown on the phone",
    State.OPENED.value: "Opened",
    State.ACKNOWLEDGED.value: "Read, they say",
    State.FAILED_TEMP.value: "Failed, is tried again",
    State.FAILED_PERM.value: "Failed for good",
    State.EXPIRED.value: "Of no use any more",
    State.SUPERSEDED.value: "A newer one says it",
    State.OVER_BUDGET.value: "One too many for that day",
}
_WHY = {
    Why.NOTHING.value: "",
    Why.CRITICAL.value: "It is about safety: it does not wait for the morning or for anything else.",
    Why.QUIET.value: "Quiet hours, 20:00 to 7:00.",
    Why.SET_TIME.value: "They want it at set times.",
    Why.CAP.value: "They were sent four on that day.",
    Why.CANCELLED.value: "They were sent four on that day, but something is cancelled.",
}


def _known(field: str, values: Iterable[StrEnum], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": _plain(values)}), name=name)


def _plain(values: Iterable[StrEnum]) -> list[str]:
    return [each.value for each in values]


class Channel(models.TextChoices):
    IN_APP = "in_app", "List of messages"
    PUSH = "push", "Push"


class Kind(models.TextChoices):
    PLAN = "plan", "The plan changed"


class Settling(models.Model):
    """Up to which release of an event notices were made, and when the first and the last of those after it went out."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="+")
    told = models.PositiveIntegerField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_at=None, last_at=None) | Q(first_at__lte=models.F("last_at")),
                name="settling_from_first_to_last",
            )
        ]


class Notice(models.Model):
    """What is said to some people, once. Never changed; a newer one may say it better.

    `texts`: {"fi": {"title": …, "body": …}}, each whole by itself. `activities`: the ids of those it is about. It tells
    what is different since release `since`, as it was at release `until`. `key`: of what it is made, so that nobody
    makes it twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind)
    importance = models.CharField(max_length=10, choices=[(each.value, each.value.capitalize()) for each in Importance])
    cancels = models.BooleanField(default=False, help_text="Whoever does not hear of it comes for nothing.")
    texts = models.JSONField()
    activities = models.JSONField(default=list)
    since = models.PositiveIntegerField()
    until = models.PositiveIntegerField()
    key = models.CharField(max_length=64)
    supersedes = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="newer", help_text="The last one about the same."
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="After this it is of no use to anybody.")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="notice_made_once"),
            _known("importance", Importance, "notice_importance_known"),
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="notice_tells_of_a_release"),
        ]

    def __str__(self) -> str:
        return self.said(self.event.language)["title"]

    def said(self, language: str) -> dict[str, str]:
        """Its title and body in a language, or else in the event's."""
        said: dict[str, str] = self.texts[language_of(self.texts, wanted=language, otherwise=self.event.language)]
        return said


class Recipient(models.Model):
    """Somebody who wants to hear of an event, and of what, when and how. Nobody asks who they are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="recipients")
    language = models.CharField(max_length=5, choices=[*LANGUAGES.items()])
    groups = models.JSONField(default=list, blank=True, help_text="Of which groups they want to hear; empty: of all.")
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
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-since"]
        constraints = [
            _known("news", News, "recipient_news_known"),
            _known("timing", Timing, "recipient_timing_known"),
            _known("how", How, "recipient_how_known"),
        ]

    def __str__(self) -> str:
        return f"Somebody since {self.since:%Y-%m-%d %H:%M} UTC"


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


class Delivery(models.Model):
    """One notice on one way to one recipient. Its states are explained where they are: notifications/rules.py.

    `endpoint`: of a push, the subscription's digest. `claim`: which run of a worker has it, while it is being sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.CharField(max_length=10, choices=Channel)
    endpoint = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=15, choices=[*_STATES.items()])
    why = models.CharField(max_length=15, blank=True, choices=[*_WHY.items()])
    due_at = models.DateTimeField(help_text="Not before.")
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField("handed over", null=True)
    changed_at = models.DateTimeField("last change")
    status = models.PositiveSmallIntegerField("last answer", null=True, help_text="HTTP status.")
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-changed_at"]
        indexes = [
            models.Index(fields=["recipient", "accepted_at"], name="delivery_of_day"),
            models.Index(
                fields=["state", "due_at"],
                name="delivery_due",
                condition=Q(state__in=_plain([*WAITING, State.SENDING])),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "recipient", "channel", "endpoint"], name="delivered_once_on_each_way"
            ),
            _known("state", State, "delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENDING.value, claim__isnull=False, claimed_at__isnull=False)
                | (~Q(state=State.SENDING.value) & Q(claim=None, claimed_at=None)),
                name="delivery_claimed_while_sending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_state_display()}"

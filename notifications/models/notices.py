"""What is said, and up to which release it was."""

import uuid

from django.db import models
from django.db.models import Q

from eventsync.schedule.models import Event
from eventsync.schedule.plan.rules import language_of
from notifications.models.known import known
from notifications.rules import Importance


class Kind(models.TextChoices):
    PLAN = "plan", "The plan changed"
    HAND = "hand", "An organiser wrote it"


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

    `texts`: {"fi": {"title": …, "body": …}}, each whole by itself; `discreet`: what others may read of it on a lock
    screen, where that would tell them of somebody. `activities`: the ids of those it is about. It tells
    what is different since release `since`, as it was at release `until`; what somebody wrote is of no release: both 0.
    `key`: of what it is made, so that nobody makes it twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind)
    importance = models.CharField(max_length=10, choices=[(each.value, each.value.capitalize()) for each in Importance])
    must_hear = models.BooleanField(default=False, help_text="Whoever does not hear of it comes or waits for nothing.")
    texts = models.JSONField()
    discreet = models.JSONField(null=True)
    activities = models.JSONField(default=list)
    since = models.PositiveIntegerField(default=0)
    until = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=64)
    supersedes = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="newer", help_text="The last one about the same."
    )
    must_acknowledge = models.BooleanField(default=False, db_default=False, help_text="Each is to say they read it.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="After this it is of no use to anybody.")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="notice_made_once"),
            known("importance", Importance, "notice_importance_known"),
            models.CheckConstraint(
                condition=Q(kind="plan", until__gt=models.F("since")) | Q(kind="hand", since=0, until=0),
                name="notice_tells_of_a_release",
            ),
        ]

    def __str__(self) -> str:
        return self.said(self.event.language)["title"]

    def said(self, language: str) -> dict[str, str]:
        """Its title and body in a language, or else in the event's: for whoever opens it."""
        return self._in(language, self.texts)

    @property
    def shown(self) -> dict[str, dict[str, str]]:
        """What goes to phones, which lie about: its texts, or what stands for them there."""
        texts: dict[str, dict[str, str]] = self.discreet or self.texts
        return texts

    def shown_in(self, language: str) -> dict[str, str]:
        return self._in(language, self.shown)

    def _in(self, language: str, texts: dict[str, dict[str, str]]) -> dict[str, str]:
        return texts[language_of(texts, wanted=language, otherwise=self.event.language)]

    def says_anew(self, older: "Notice") -> bool:
        """Whether it says of the plan all that `older` says, or says it anew: nobody need hear that any more."""
        if not self.kind == older.kind == Kind.PLAN or not older.activities:
            return False
        later = self.since <= older.since and older.until < self.until
        return later and set(older.activities) <= set(self.activities)

"""What organisers write themselves, and what they keep to write it from."""

import uuid

from django.db import models
from django.db.models import Q

from eventsync.schedule.models import Event, Venue
from eventsync.schedule.plan.rules import LANGUAGES
from notifications.hand.rules import Stage, To
from notifications.models.known import known
from notifications.models.notices import Notice
from notifications.rules import Importance


class HandNotice(models.Model):
    """What somebody writes to people. Its id is made with the page, so that what is sent twice is sent once.

    `texts`: {"fi": {"title": …, "body": …}}, as those of its notice; `reviewed`: the languages in which somebody who
    speaks them has read it. `version` counts edits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    to = models.CharField(
        max_length=10,
        default=To.EVERYBODY.value,
        choices=[
            (To.EVERYBODY.value, "Everybody at the event"),
            (To.GROUPS.value, "Groups"),
            (To.VENUE.value, "Whoever has something at a venue"),
            (To.LEADERS.value, "Leaders of groups"),
        ],
    )
    groups = models.JSONField(default=list, blank=True)
    venue = models.ForeignKey(Venue, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    importance = models.CharField(
        max_length=10,
        default=Importance.NORMAL.value,
        choices=[(each.value, each.value.capitalize()) for each in reversed(Importance)],
    )
    texts = models.JSONField()
    reviewed = models.JSONField(default=list, blank=True)
    must_acknowledge = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    stage = models.CharField(
        max_length=10,
        default=Stage.WRITTEN.value,
        choices=[
            (Stage.WRITTEN.value, "Written, not sent"),
            (Stage.WAITING.value, "Waits for another person"),
            (Stage.HELD.value, "Goes out within a minute"),
            (Stage.SENT.value, "Sent"),
        ],
    )
    due_at = models.DateTimeField(null=True)
    notice = models.OneToOneField(Notice, null=True, on_delete=models.SET_NULL, related_name="by_hand")
    version = models.PositiveIntegerField(default=1)
    by = models.CharField(max_length=60)
    by_name = models.CharField("written by", max_length=200)
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = "notice by hand"
        verbose_name_plural = "notices by hand"
        ordering = ["-written_at"]
        constraints = [
            known("to", To, "hand_audience_known"),
            known("importance", Importance, "hand_importance_known"),
            known("stage", Stage, "hand_stage_known"),
            models.CheckConstraint(
                condition=Q(to=To.VENUE.value, venue__isnull=False) | (~Q(to=To.VENUE.value) & Q(venue=None)),
                name="hand_venue_of_venue",
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.HELD.value, due_at__isnull=False)
                | (~Q(stage=Stage.HELD.value) & Q(due_at=None)),
                name="hand_due_while_held",
            ),
            models.CheckConstraint(condition=Q(stage=Stage.SENT.value) | Q(notice=None), name="hand_notice_once_sent"),
        ]

    def __str__(self) -> str:
        said: str = self.texts.get(self.event.language, {}).get("title", "")
        return said


class Template(models.Model):
    """What organisers write again and again, in one language. Those of one name are the same in several.

    `reviewed`: somebody who speaks the language has read it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80, help_text="By which you find it. The same in all languages.")
    language = models.CharField(max_length=5, choices=[*LANGUAGES.items()])
    title = models.CharField(max_length=80)
    body = models.CharField(max_length=240)
    reviewed = models.BooleanField(
        "read by somebody who speaks it", default=False, help_text="Whoever chooses it sees whether that is so."
    )

    class Meta:
        ordering = ["event", "name", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name", "language"],
                name="template_once_in_language",
                violation_error_message="There is one of this name in this language already. Change that one.",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(title="") & ~Q(body=""), name="template_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({LANGUAGES.get(self.language, self.language)})"

"""The event's own words: what families read of them, and what is plain language there because of them."""

import uuid

from django.db import models
from django.db.models.functions import Lower

from eventsync.schedule.models.happening import Event


class Term(models.Model):
    """A word that not everybody knows, and what it means. Families read it at once, without a release.

    Texts stand in columns in the event's language, and in `texts` in the others, as those of drafts do.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="terms")
    word = models.CharField(max_length=80, help_text="A word or a few, such as the name of a sport.")
    meaning = models.CharField(max_length=200, help_text="In one or two short sentences of common words.")
    texts = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "word"
        ordering = ["event", "word"]
        constraints = [
            models.UniqueConstraint(
                "event",
                Lower("word"),
                name="term_once_in_event",
                violation_error_message="This event explains the word already. Change that one.",
            ),
            models.CheckConstraint(condition=~models.Q(word="") & ~models.Q(meaning=""), name="term_says_something"),
        ]

    def __str__(self) -> str:
        return self.word

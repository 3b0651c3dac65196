"""Symbols of an event's own, beside those that everybody has."""

import uuid

from django.core.validators import URLValidator
from django.db import models
from django.db.models.functions import Lower

from eventsync.schedule.drawings import SVG
from eventsync.schedule.models.happening import Event
from eventsync.schedule.rasters import PNG


class OwnSymbol(models.Model):
    """A drawing with its word. Families see it at once, wherever a told activity has its key.

    The word stands in the event's language, and in `texts` in the others, as those of drafts do. `digest` names the
    drawing in its address, which so can be kept for ever.
    """

    class Kind(models.TextChoices):
        SVG = SVG, "SVG"
        PNG = PNG, "PNG"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="symbols")
    key = models.SlugField(help_text="How activities and spreadsheets name it, such as “boccia”. It keeps its meaning.")
    word = models.CharField(max_length=40, help_text="What it means, in one word or two. It is always beside it.")
    texts = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=3, choices=Kind, editable=False)
    drawing = models.BinaryField(editable=False)
    digest = models.CharField(max_length=32, db_index=True, editable=False)
    credit = models.CharField(
        max_length=200, help_text="Who drew it, and its licence. Families read it under Pictures."
    )
    source = models.CharField(
        "where it comes from", max_length=300, blank=True, validators=[URLValidator(["https", "http"])]
    )
    changed_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "symbol"
        ordering = ["event", "word"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "key"],
                name="symbol_key_once_in_event",
                violation_error_message="Another symbol of this event is named so.",
            ),
            models.UniqueConstraint(
                "event",
                Lower("word"),
                name="symbol_word_once_in_event",
                violation_error_message="Another symbol of this event means this. One word has one symbol.",
            ),
            models.UniqueConstraint(
                fields=["event", "digest"],
                name="symbol_drawing_once_in_event",
                violation_error_message="Another symbol of this event has this drawing. One symbol has one meaning.",
            ),
            models.CheckConstraint(
                condition=~models.Q(word="") & ~models.Q(credit="") & ~models.Q(digest=""), name="symbol_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.word

    @property
    def words(self) -> dict[str, str]:
        """By language."""
        others = {language: said["word"] for language, said in self.texts.items() if said.get("word")}
        return {**others, self.event.language: self.word}

"""Family links: whoever opens one on a phone reads their own part of the plan there, without an account."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Q

from eventsync.schedule.models.happening import Event
from eventsync.sync.models import Device


class Symbol(models.TextChoices):
    """What a family knows its card by beside the nickname."""

    SUN = "sun", "Sun"
    MOON = "moon", "Moon"
    STAR = "star", "Star"
    TREE = "tree", "Tree"
    HOUSE = "house", "House"
    BOAT = "boat", "Boat"
    FISH = "fish", "Fish"
    CUP = "cup", "Cup"


class FamilyLink(models.Model):
    """A nickname, a symbol and groups: all that a family's card says of whom it is about.

    Only hashes of its two secrets are kept. `groups`: what is for these is shown beside what is for everybody.
    `leads`: whoever has the card leads these groups, and is told of other places so that they say they read it.
    `person_id`: whose erasure takes the link with it, where it was made for one of the list.
    In: made at the desk. Out: revoked by somebody, or over when its day has passed; then it is deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="family_links")
    person_id = models.UUIDField(null=True, editable=False, db_index=True)
    nickname = models.CharField(max_length=40, help_text="What the family calls whom it is about. No surname.")
    symbol = models.CharField(max_length=10, choices=Symbol)
    groups = models.JSONField(default=list, blank=True)
    leads = models.BooleanField(
        "for a leader of these groups",
        default=False,
        db_default=False,
        help_text="Whoever hears of the event by this card is asked to say that they read it when a place changes.",
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    calendar_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.CharField("made by", max_length=200, editable=False)
    created_at = models.DateTimeField("made", editable=False)
    opened_at = models.DateTimeField("last opened", null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    keep_until = models.DateField(
        null=True, blank=True, help_text="The last day. Empty: as long as the event keeps personal data."
    )

    class Meta:
        ordering = ["event", "nickname", "created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(nickname=""), name="family_link_has_a_nickname"),
            models.CheckConstraint(
                condition=Q(leads=False) | ~Q(groups=[]),
                name="family_link_leads_some_group",
                violation_error_message="Say which groups they lead.",
            ),
            models.CheckConstraint(condition=Q(symbol__in=Symbol.values), name="family_link_symbol_known"),
        ]

    def __str__(self) -> str:
        """Without the nickname: the desk's history is kept longer than that."""
        return f"Family link {str(self.pk)[:8]}"

    @property
    def kept_until(self) -> date:
        """The last day on which it opens."""
        ends = self.event.kept_until
        return min(self.keep_until, ends) if self.keep_until else ends

    def is_open(self, *, on: date) -> bool:
        return self.revoked_at is None and on <= self.kept_until


class FamilyPhone(models.Model):
    """A browser in which a family link was opened: a device of the engine, and which link it is for."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="family")
    link = models.ForeignKey(FamilyLink, on_delete=models.CASCADE, related_name="phones")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["opened_at", "device"]

"""Another payload for a job that failed for good."""

from django.db import models
from django.db.models import Q


class Correction(models.Model):
    """What somebody proposed, and why. Who that was, who decided and when, is in its approval, which is about its id.

    `applied_at`: when another person agreed; from then on the job is done with `corrected`. Without it, it counts for
    nothing. Of several that were applied, the last one counts.
    """

    id = models.UUIDField(primary_key=True, editable=False, help_text="Sorts by time.")
    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, related_name="corrections")
    original = models.TextField(help_text="What the job was done with before, exactly.")
    corrected = models.TextField(help_text="JSON: what it is to be done with.")
    reason = models.CharField(max_length=300)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="correction_has_a_reason")]

    def __str__(self) -> str:
        return f"Correction of {self.job}"

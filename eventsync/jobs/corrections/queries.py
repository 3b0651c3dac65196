"""What corrections have become."""

from collections.abc import Iterable
from uuid import UUID

from eventsync.jobs.corrections.models import Correction
from eventsync.jobs.models import Approval
from eventsync.privacy.words import GONE

CORRECTION = "correction"  # the kind of approvals that are about corrections


def in_place_of(stored: str, *, task: str, subject: UUID) -> str:
    """What jobs of this task with this subject are done with: what somebody put in its place, and another agreed to.

    What was taken away because the data of its event was has no place any more.
    """
    applied = Correction.objects.filter(job__task=task, job__subject=subject, applied_at__isnull=False)
    corrected = applied.exclude(corrected=GONE).order_by("-applied_at").values_list("corrected", flat=True).first()
    return stored if corrected is None else corrected


def approvals_of(corrections: Iterable[Correction]) -> dict[UUID, Approval]:
    """The newest of each, by the id of the correction."""
    keys = [each.pk for each in corrections]
    return {each.subject: each for each in Approval.objects.filter(kind=CORRECTION, subject__in=keys).order_by("pk")}

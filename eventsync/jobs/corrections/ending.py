"""What takes a job out of the dead, or takes it back, leaves no correction to decide about."""

from uuid import UUID

from eventsync.jobs.approvals import deciding
from eventsync.jobs.corrections.models import Correction
from eventsync.jobs.corrections.queries import CORRECTION


def let_go(job_id: UUID) -> None:
    """No correction of it waits for a person any more. In the transaction that has locked the job."""
    deciding.end_for(CORRECTION, *Correction.objects.filter(job=job_id).values_list("pk", flat=True))

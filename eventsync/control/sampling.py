"""What measures were, minute by minute: for the plots, and for what is unusual."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from eventsync.control.models import Sample
from eventsync.jobs.seeing.registry import total

SAMPLED = ("jobs_waiting", "jobs_dead", "records_undelivered", "phones_heard")
KEPT = timedelta(days=1)


def sample(*, now: datetime) -> None:
    """Once a minute, whoever comes first; and lets go of what is older than a day."""
    minute = now.replace(second=0, microsecond=0)
    have = set(Sample.objects.filter(at=minute, measure__in=SAMPLED).values_list("measure", flat=True))
    rows = [Sample(measure=name, at=minute, value=total(name, now)) for name in SAMPLED if name not in have]
    if rows:
        Sample.objects.bulk_create(rows, ignore_conflicts=True)
        Sample.objects.filter(measure__in=SAMPLED, at__lt=minute - KEPT).delete()


def history(*, now: datetime, span: timedelta) -> Mapping[str, Sequence[tuple[datetime, float]]]:
    """The samples of each measure within this time, the oldest first."""
    found: dict[str, list[tuple[datetime, float]]] = {name: [] for name in SAMPLED}
    rows = Sample.objects.filter(measure__in=SAMPLED, at__gt=now - span, at__lte=now)
    for name, at, value in rows.values_list("measure", "at", "value"):
        found[name].append((at, value))
    return found

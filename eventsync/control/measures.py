"""What can be measured of the machine, and of how measures change."""

import platform
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from eventsync.control.models import Sample
from eventsync.jobs.seeing.registry import Numbers, limit, measure
from eventsync.jobs.seeing.rules import Limit, unusual_growth

_GROWTH_OVER = 5  # minutes
_USUAL_OVER = timedelta(hours=2)


@measure(
    "disk_used_ratio", "How full the disks are that we write to, of this machine.", of=("host", "folder"), here=True
)
def disk_used(now: datetime) -> Numbers:
    return {(platform.node(), name): _used(folder) for name, folder in _folders().items()}


def _folders() -> dict[str, Path]:
    """A database on another machine must be watched there."""
    folders = {"var": Path(settings.VAR_DIR)}
    if connection.vendor == "sqlite":
        folders["database"] = Path(str(connection.settings_dict["NAME"])).parent
    return folders


def _used(folder: Path) -> float:
    disk = shutil.disk_usage(folder)
    return 1 - disk.free / disk.total


@measure("jobs_growth", "How much more jobs wait than five minutes ago, if that is not usual; else 0.")
def growth(now: datetime) -> Numbers:
    earlier = Sample.objects.filter(measure="jobs_waiting", at__gt=now - _USUAL_OVER, at__lte=now)
    return {(): unusual_growth(list(earlier.values_list("value", flat=True)), steps=_GROWTH_OVER)}


limit(
    Limit(
        kind="disk_nearly_full",
        measure="disk_used_ratio",
        above=0.9,
        lasting=timedelta(minutes=1),
        below=0.85,
        calm=timedelta(minutes=1),
        sentence="The disk of {subject} is {value:.0%} full.",
    )
)
limit(
    Limit(
        kind="depth_grows",
        measure="jobs_growth",
        above=0,
        lasting=timedelta(0),
        below=1,
        calm=timedelta(minutes=2),
        sentence="{value:.0f} more jobs wait than five minutes ago, which is not usual.",
    )
)

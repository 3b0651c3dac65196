"""/control/health/: at a glance, for anybody of the staff, whether all is well."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eventsync.control import rules
from eventsync.control.pages import draw
from eventsync.control.plots import plot
from eventsync.control.rules import Reading
from eventsync.control.sampling import history
from eventsync.jobs.alerts import page_of, unsilenced
from eventsync.jobs.models import Alert
from eventsync.jobs.seeing.letters import sources
from eventsync.jobs.seeing.registry import measures, total
from eventsync.sync.models import Device
from eventsync.sync.queries import silent_holders
from eventsync.sync.reliability import TARGET

SPAN = timedelta(hours=2)
_PLOTTED = {
    "phones": "phones_heard",
    "undelivered": "records_undelivered",
    "queue": "jobs_waiting",
    "dead": "jobs_dead",
}
# Where each leads, and who may see that: whoever has any of these rights.
_LINKS: dict[str, tuple[str, list[str]]] = {
    "phones": ("admin:sync_device_changelist", ["sync.view_device"]),
    "undelivered": ("admin:sync_device_changelist", ["sync.view_device"]),
    "queue": ("admin:jobs_job_changelist", ["jobs.view_job"]),
    "workers": ("admin:jobs_worker_changelist", ["jobs.view_worker"]),
    "dead": ("inbox", [each.sees for each in sources.values()]),
}


@never_cache
@staff_member_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = readings(now=now)
    groups = alert_groups(now=now)
    past = history(now=now, span=SPAN)
    cards = [_card(request, each, past, now) for each in found]
    whole = rules.headline(found, alerts=sum(each["count"] for each in groups))
    silenced = Alert.objects.filter(cleared_at=None, silenced_until__gt=now).count()
    shown = {"title": "Health", "whole": whole, "cards": cards, "groups": groups, "silenced": silenced, "now": now}
    return draw(request, "control/health.html", shown)


def readings(*, now: datetime) -> list[Reading]:
    """What is measured, in words; what asks for somebody first."""
    ages, used = measures["jobs_oldest_seconds"].read(now), measures["disk_used_ratio"].read(now)
    found = [
        rules.undelivered(
            records=_count("records_undelivered", now),
            holders=_count("phones_holding", now),
            silent=silent_holders(Device.objects.all(), now=now).count(),
        ),
        rules.phones(heard=_count("phones_heard", now), enrolled=_count("phones", now)),
        rules.queue(
            waiting=_count("jobs_waiting", now),
            oldest=max(ages.values(), default=0),
            running=_count("jobs_running", now),
            turned_away=_count("jobs_turned_away", now),
        ),
        rules.workers(heard=_count("workers", now)),
        rules.dead_letters(jobs=_count("jobs_dead", now), quarantined=_count("records_quarantined", now)),
        rules.disk(used=max(used.values())),
        rules.success(ratio=min(measures["records_success_ratio"].read(now).values(), default=None), target=TARGET),
    ]
    return sorted(found, key=lambda each: -each.level)


def alert_groups(*, now: datetime) -> list[dict[str, Any]]:
    """What is open, by kind, the newest first: how many, about how many things, and what to do."""
    groups: dict[str, dict[str, Any]] = {}
    for row in unsilenced(now=now).order_by("-last_at"):
        group = groups.setdefault(row.kind, {"kind": row.kind, "page": page_of(row.kind), "newest": row, "count": 0})
        group["count"] += 1
    return list(groups.values())


def _count(name: str, now: datetime) -> int:
    return int(total(name, now))


def _card(request: HttpRequest, reading: Reading, past: Any, now: datetime) -> dict[str, Any]:
    name, rights = _LINKS.get(reading.key, ("", []))
    link = reverse(name) if any(request.user.has_perm(right) for right in rights) else ""
    drawn = plot(past.get(_PLOTTED.get(reading.key, ""), ()), now=now, span=SPAN)
    return {"reading": reading, "link": link, "plot": drawn}

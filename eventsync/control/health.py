"""/control/health/: at a glance, whether all is well: of the server, or of the events that somebody has a role at."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from eventsync.access.admin import ago
from eventsync.access.scope import Scope, limit, scope
from eventsync.control import mailing, rules
from eventsync.control.drills.running import is_running
from eventsync.control.models import AlertMails
from eventsync.control.pages import draw
from eventsync.control.plots import plot
from eventsync.control.rights import SEE, reads_alerts
from eventsync.control.rules import Reading
from eventsync.control.sampling import history
from eventsync.jobs.alerts import page_of, unsilenced
from eventsync.jobs.models import Alert
from eventsync.jobs.rights import OF_PLACE, SEE_ALERT
from eventsync.jobs.seeing.letters import sources
from eventsync.jobs.seeing.registry import counted_rows, measures, total, total_for
from eventsync.sync.models import Device
from eventsync.sync.queries import silent_holders
from eventsync.sync.reliability import TARGET
from eventsync.sync.rights import OF_DEVICE

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
    if not request.user.has_perm(SEE):
        raise PermissionDenied
    now, user = timezone.now(), request.user
    where = scope(user, SEE)
    found = readings(user, now=now) + (servers(now=now) if where.everywhere else [])
    alerts = limit(unsilenced(now=now), user, SEE, OF_PLACE).count()
    groups = alert_groups(user, now=now)
    past = history(now=now, span=SPAN) if where.everywhere else {}
    silenced = limit(Alert.objects.filter(cleared_at=None, silenced_until__gt=now), user, SEE, OF_PLACE)
    shown = {
        "title": "Health",
        "whole": rules.headline(found, alerts=alerts),
        "cards": [_card(request, each, past, now) for each in sorted(found, key=lambda each: -each.level)],
        "groups": groups,
        "untold": max(alerts - sum(each["count"] for each in groups), 0),
        "silenced": silenced.count(),
        "everywhere": where.everywhere,
        "drill": is_running(user, SEE, now=now),
        "mails": _mails(request),
        "now": now,
    }
    return draw(request, "control/health.html", shown)


@staff_member_required
@require_POST
def alert_mails(request: HttpRequest) -> HttpResponse:
    """Begins or ends sending alerts by e-mail to whoever asks."""
    if not reads_alerts(request.user):
        raise PermissionDenied
    now = timezone.now()
    if "end" in request.POST:
        mailing.end(request.user, now=now)
        messages.success(request, "You are not written to any more.")
    elif settings.MAIL.on and request.user.email:  # type: ignore[union-attr] # nobody else is a member of the staff
        mailing.begin(request.user, now=now)
        messages.success(request, "You are written to when an alert comes.")
    else:
        messages.warning(request, "You cannot be written to. Below it says why.")
    return redirect("health")


def _mails(request: HttpRequest) -> dict[str, bool] | None:
    """What there is to say and to press about alerts by e-mail; None for whoever may read no alerts."""
    if not reads_alerts(request.user):
        return None
    return {"sent": settings.MAIL.on, "wanted": AlertMails.objects.filter(user=request.user.pk).exists()}


def readings(user: Any, *, now: datetime) -> list[Reading]:
    """What is measured of all that somebody may see, in words."""

    def count(name: str) -> int:
        return int(total_for(name, now, user, SEE))

    first = counted_rows("jobs_waiting", now, user, SEE).aggregate(at=Min("due_at"))["at"]
    return [
        rules.undelivered(
            records=count("records_undelivered"),
            holders=count("phones_holding"),
            silent=silent_holders(limit(Device.objects.all(), user, SEE, OF_DEVICE), now=now).count(),
        ),
        rules.phones(heard=count("phones_heard"), enrolled=count("phones")),
        rules.queue(
            waiting=count("jobs_waiting"),
            oldest=(now - first).total_seconds() if first else 0,
            running=count("jobs_running"),
            turned_away=int(total("jobs_turned_away", now)) if scope(user, SEE).everywhere else 0,
        ),
        rules.dead_letters(jobs=count("jobs_dead"), quarantined=count("records_quarantined")),
        *_success(scope(user, SEE), now=now),
    ]


def _success(where: Scope, *, now: datetime) -> Iterator[Reading]:
    """Of whole events: it is not known of venues."""
    by_event = measures["records_success_ratio"].read(now)
    seen = {event: ratio for (event,), ratio in by_event.items() if where.everywhere or UUID(event) in where.events}
    if where.everywhere or where.events:
        yield rules.success(ratio=min(seen.values(), default=None), target=TARGET)


def servers(*, now: datetime) -> list[Reading]:
    """What is of no event."""
    used = measures["disk_used_ratio"].read(now)
    return [rules.workers(heard=int(total("workers", now))), rules.disk(used=max(used.values()))]


def alert_groups(user: Any, *, now: datetime) -> list[dict[str, Any]]:
    """What is open and may be read, by kind, the newest first: how many, about how many things, and what to do."""
    kinds: dict[str, list[Alert]] = {}
    for row in limit(unsilenced(now=now), user, SEE_ALERT, OF_PLACE).order_by("-last_at"):
        kinds.setdefault(row.kind, []).append(row)
    return [
        {
            "kind": kind,
            "page": page_of(kind),
            "newest": rows[0],
            "count": len(rows),
            "times": sum(row.count for row in rows),
            "first": ago(min(row.first_at for row in rows)),
            "last": ago(rows[0].last_at),
        }
        for kind, rows in kinds.items()
    ]


def _card(request: HttpRequest, reading: Reading, past: Any, now: datetime) -> dict[str, Any]:
    name, rights = _LINKS.get(reading.key, ("", []))
    link = reverse(name) if any(request.user.has_perm(right) for right in rights) else ""
    drawn = plot(past.get(_PLOTTED.get(reading.key, ""), ()), now=now, span=SPAN)
    return {"reading": reading, "link": link, "plot": drawn}

"""The headcount page: how many people are where, now or as of a time."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from checkin import headcounts
from checkin.models import Headcount
from eventsync.access.admin import ReadOnlyAdmin
from eventsync.access.scope import limit
from eventsync.schedule.models import Event
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import OF_VENUE, events_seen
from eventsync.sync.models import Device, Profile
from eventsync.sync.queries import SILENT, silent_holders
from eventsync.sync.rights import OF_DEVICE

VIEW = "checkin.view_headcount"


@admin.register(Headcount)
class HeadcountAdmin(ReadOnlyAdmin):
    """A page in place of the list of rows."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        events = events_seen(request.user, VIEW)
        event = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Headcount",
            "events": events,
            **_headcount(request.user, event, request.GET.get("at", "")),
        }
        return TemplateResponse(request, "admin/checkin/headcount.html", context)


def _headcount(user: Any, event: Event | None, asked: str) -> dict[str, Any]:
    if event is None:
        return {"event": None}
    now = timezone.now()
    zone = ZoneInfo(event.tz)
    context = {"event": event, "asked": asked, "now": now.astimezone(zone), "live": not asked}
    venues = limit(event.venues.all(), user, VIEW, OF_VENUE)
    if not asked:
        count = headcounts.headcount_now(event, now=now, venues=venues)
        return context | {"count": count, "phones": _phones(user, event, now=now)}
    try:
        at = headcounts.moment(asked, event).astimezone(zone)
    except ValueError as error:
        return context | {"problem": str(error)}
    return context | {"count": headcounts.headcount_as_of(event, at=at, venues=venues), "at": at}


def _phones(user: Any, event: Event, *, now: datetime) -> dict[str, Any]:
    """What phones hold that the server does not have yet, as they last said, and which of them have gone silent."""
    held = Device.objects.filter(event_id=event.id, pending__gt=0).exclude(profile=Profile.FAMILY)
    devices = limit(held, user, VIEW, OF_DEVICE)
    return {
        **devices.aggregate(records=Sum("pending", default=0), holders=Count("id")),
        "silent": silent_holders(devices, now=now).order_by("heard_at"),
        "minutes": SILENT // timedelta(minutes=1),
    }

"""The headcount page: how many people are where, now or as of a time."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from checkin import queries
from checkin.models import Headcount
from eventsync.access.admin import ReadOnlyAdmin
from eventsync.access.scope import may
from eventsync.schedule.models import Event
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import OF_VENUE, events_seen

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
            **_headcount(event, request.GET.get("at", "")),
        }
        counts = context.get("venues", [])
        context["venues"] = [each for each in counts if may(request.user, VIEW, each.venue, OF_VENUE)]
        return TemplateResponse(request, "admin/checkin/headcount.html", context)


def _headcount(event: Event | None, asked: str) -> dict[str, Any]:
    if event is None:
        return {"event": None}
    now = timezone.now()
    zone = ZoneInfo(event.tz)
    context = {"event": event, "asked": asked, "now": now.astimezone(zone), "live": not asked}
    if not asked:
        return context | {"venues": queries.headcount_now(event, now=now)}
    try:
        at = queries.moment(asked, event).astimezone(zone)
    except ValueError as error:
        return context | {"problem": str(error)}
    return context | {"venues": queries.headcount_as_of(event, at=at), "at": at}

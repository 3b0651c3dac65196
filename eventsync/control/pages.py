"""How a page of the control room is drawn: as the organisers' desk is, without its long list of tables."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from eventsync.control.rights import SEE
from eventsync.schedule.staff import events_seen


def draw(request: HttpRequest, template: str, shown: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Times are those of the events that its reader may see, where these agree."""
    zone = zone_of(request.user)
    desk = admin.site.each_context(request) | {"is_nav_sidebar_enabled": False, "zone": zone.key}
    with timezone.override(zone):
        return render(request, template, desk | shown, status=status)


def zone_of(user: Any) -> ZoneInfo:
    """By whose clock somebody reads: of what takes place now, or else of all; UTC of several or none."""
    mine, today, day = events_seen(user, SEE), timezone.now().date(), timedelta(days=1)
    found = list(mine.values_list("tz", "first_day", "last_day"))
    present = {tz for tz, first, last in found if first <= today + day and today - day <= last}
    zones = present or {tz for tz, _, _ in found}
    return ZoneInfo(zones.pop() if len(zones) == 1 else "UTC")

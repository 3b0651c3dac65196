"""Where calendars, conference apps and other programs read the plan: addresses to hand on."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from eventsync.access.admin import ModelAdmin
from eventsync.schedule.models import Event
from eventsync.schedule.pages.visits import LANGUAGE, languages_of
from eventsync.schedule.plan.queries import last_release
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import events_seen

VIEW = "schedule.view_release"


class Address(NamedTuple):
    what: str
    whom: str
    links: list[tuple[str, str]]
    """The name of the language, if it is in one, and the address."""


def addresses_page(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    if not page.has_view_permission(request):
        raise PermissionDenied
    events = events_seen(request.user, VIEW)
    event = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
    shown: dict[str, Any] = {**page.admin_site.each_context(request), "opts": page.opts}
    shown |= {"title": "Calendars and other programs", "events": events, "event": event}
    if event is not None:
        shown |= {"addresses": _addresses(event), "released": last_release(event)}
    return TemplateResponse(request, "admin/schedule/addresses.html", shown)


def _addresses(event: Event) -> list[Address]:
    return [
        Address("Calendar", "Apple, Outlook, Thunderbird: subscribe to this address", _each(event, "calendar")),
        Address("Calendar for Google", "Google Calendar: Other calendars, From URL", _each(event, "google")),
        Address("schedule.xml", "conference apps, such as Giggity or EventFahrplan", _each(event, "frab")),
        Address("schedule.json", "conference software of c3voc’s kind", _each(event, "voc")),
        Address("plan.json", "your own programs: all languages, and what changed", [("", _whole(event, "ours"))]),
    ]


def _each(event: Event, name: str) -> list[tuple[str, str]]:
    address = _whole(event, name)
    return [(LANGUAGES[code], f"{address}?{urlencode({LANGUAGE: code})}") for code in languages_of(event)]


def _whole(event: Event, name: str) -> str:
    return settings.BASE_URL + reverse(f"schedule-{name}", kwargs={"slug": event.slug})

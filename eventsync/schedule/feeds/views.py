"""The addresses that calendars, conference apps and other programs read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from eventsync.schedule.feeds.calendar import For, calendar
from eventsync.schedule.feeds.frab import schedule_xml
from eventsync.schedule.feeds.ours import plan_json, since
from eventsync.schedule.feeds.plain import Reader
from eventsync.schedule.feeds.voc import schedule_json
from eventsync.schedule.pages.answers import document
from eventsync.schedule.pages.releases import plan_of
from eventsync.schedule.pages.visits import visit

View = Callable[..., HttpResponseBase]


def feed(name: str, kind: str, make: Callable[[Reader], str]) -> View:
    """The view of a document `name` of this MIME type."""

    @require_safe
    @gzip_page
    def view(request: HttpRequest, slug: str) -> HttpResponseBase:
        who = visit(request, slug)
        reader = Reader(who, plan_of(who))
        return document(request, who, name, kind, lambda: make(reader))

    return view


CALENDAR, XML, JSON = "text/calendar", "application/xml", "application/json"
calendars = feed("calendar.ics", CALENDAR, lambda reader: calendar(reader, For.CALENDARS))
google = feed("google.ics", CALENDAR, lambda reader: calendar(reader, For.GOOGLE))
frab = feed("schedule.xml", XML, schedule_xml)
voc = feed("schedule.json", JSON, schedule_json)


@require_safe
@gzip_page
def ours(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What changed since the release that the address names."""
    who = visit(request, slug)
    reader = Reader(who, plan_of(who))
    return document(request, who, "plan.json", JSON, lambda: plan_json(reader), about=since(who))

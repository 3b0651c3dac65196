"""The addresses that calendars, conference apps and other programs read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from eventsync.schedule.feeds.calendar import For, calendar
from eventsync.schedule.feeds.plain import Reader
from eventsync.schedule.pages.answers import document
from eventsync.schedule.pages.releases import plan_of
from eventsync.schedule.pages.visits import visit

View = Callable[..., HttpResponseBase]


def feed(name: str, kind: str, make: Callable[[Reader], str]) -> View:
    """The view of a document `name` of this MIME type."""

    @require_safe
    @gzip_page
    def view(request: HttpRequest, slug: str) -> HttpResponseBase:
        reader = visit(request, slug)
        return document(request, reader, name, kind, lambda: make(Reader(reader, plan_of(reader))))

    return view


CALENDAR = "text/calendar"
calendars = feed("calendar.ics", CALENDAR, lambda reader: calendar(reader, For.CALENDARS))
google = feed("google.ics", CALENDAR, lambda reader: calendar(reader, For.GOOGLE))

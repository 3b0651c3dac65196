"""The pages of an event, and all of them in one answer, for phones to keep."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from eventsync.schedule.pages import contents, copies
from eventsync.schedule.pages.answers import answer
from eventsync.schedule.pages.visits import visit


@require_safe
@gzip_page
def now(request: HttpRequest, slug: str) -> HttpResponseBase:
    reader = visit(request, slug)
    return answer(request, reader, contents.now(reader))


@require_safe
@gzip_page
def day(request: HttpRequest, slug: str, day: date) -> HttpResponseBase:
    reader = visit(request, slug)
    return answer(request, reader, contents.day(reader, day))


@require_safe
@gzip_page
def days(request: HttpRequest, slug: str) -> HttpResponseBase:
    reader = visit(request, slug)
    return answer(request, reader, contents.days(reader))


@require_safe
@gzip_page
def places(request: HttpRequest, slug: str) -> HttpResponseBase:
    reader = visit(request, slug)
    return answer(request, reader, contents.places(reader))


@require_safe
@gzip_page
def place(request: HttpRequest, slug: str, place: UUID) -> HttpResponseBase:
    reader = visit(request, slug)
    return answer(request, reader, contents.place(reader, str(place)))


@require_safe
@gzip_page
def help_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    reader = visit(request, slug)
    return answer(request, reader, contents.help_page(reader))


@require_safe
@gzip_page
def terms(request: HttpRequest, slug: str) -> HttpResponseBase:
    reader = visit(request, slug)
    return answer(request, reader, contents.terms(reader))


@require_safe
@gzip_page
def copy(request: HttpRequest, slug: str) -> HttpResponseBase:
    """For the service worker (frontend/src/sw/plans.ts)."""
    return copies.answer(request, visit(request, slug))

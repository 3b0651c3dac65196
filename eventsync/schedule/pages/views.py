"""The pages of an event, and all of them in one answer, for phones to keep."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from eventsync import installing
from eventsync.schedule import maps
from eventsync.schedule.drawings import TYPES
from eventsync.schedule.models import OwnSymbol, PlaceMap
from eventsync.schedule.pages import contents, copies
from eventsync.schedule.pages.answers import answer
from eventsync.schedule.pages.choosing import YEAR, before_of, choose
from eventsync.schedule.pages.contents import Page
from eventsync.schedule.pages.visits import visit

SHORT = 12  # characters that fit below an icon
View = Callable[..., HttpResponseBase]


def page(make: Callable[..., Page]) -> View:
    """The view of what is made for a visit, and of what the address says beside the event."""

    @require_safe
    @gzip_page
    def view(request: HttpRequest, slug: str, **where: object) -> HttpResponseBase:
        reader = visit(request, slug)
        return answer(request, reader, make(reader, **where))

    return view


now, day, days = page(contents.now), page(contents.day), page(contents.days)
places, place = page(contents.places), page(contents.place)
help_page, terms, pictures = page(contents.help_page), page(contents.terms), page(contents.pictures)


@csrf_exempt  # its token would be a cookie on every page; `choose` asks the browser instead who sends the form
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
def settings(request: HttpRequest, slug: str) -> HttpResponseBase:
    reader = visit(request, slug)
    if request.method == "POST":
        return choose(request, reader)
    return answer(request, reader, contents.settings(reader, before_of(request.GET)))


@require_safe
def symbol(request: HttpRequest, digest: str, kind: str) -> HttpResponse:
    found = OwnSymbol.objects.filter(digest=digest, kind=kind).values_list("drawing", flat=True).first()
    if found is None:
        raise Http404
    return _drawing(bytes(found), TYPES[kind])


@require_safe
def place_map(request: HttpRequest, digest: str, kind: str) -> HttpResponse:
    found = PlaceMap.objects.filter(digest=digest, kind=kind).values_list("drawing", flat=True).first()
    if found is None:
        raise Http404
    return _drawing(bytes(found), maps.TYPES[kind])


def _drawing(content: bytes, content_type: str) -> HttpResponse:
    """Its address names its content, so whoever has it never asks again."""
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def manifest(request: HttpRequest, slug: str) -> HttpResponseBase:
    """For the home screen: the plan of this event, in this language."""
    reader = visit(request, slug)
    start, name = reader.bare("now"), reader.event.name
    words = {"lang": reader.words.code, "dir": reader.words.dir}
    scope = start.partition("?")[0]
    return installing.manifest(start=start, scope=scope, name=name, short_name=name[:SHORT], **words)


@require_safe
@gzip_page
def copy(request: HttpRequest, slug: str) -> HttpResponseBase:
    """For the service worker (frontend/src/sw/plans.ts)."""
    return copies.answer(request, visit(request, slug))

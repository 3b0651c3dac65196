"""A card's link, My day and its calendar. Who may read is asked before whether there is such a thing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from eventsync.schedule.feeds.calendar import For, calendar
from eventsync.schedule.feeds.plain import Reader
from eventsync.schedule.links import contents, opening
from eventsync.schedule.links.cookies import cookie_of, forget, id_of, keep, links_here, secret_of
from eventsync.schedule.links.visits import Mine
from eventsync.schedule.models import FamilyLink
from eventsync.schedule.pages.answers import answer_privately, etag_of, send_privately
from eventsync.schedule.pages.contents import Day, Page, gone, not_here
from eventsync.schedule.pages.copies import packed
from eventsync.schedule.pages.days import days_of
from eventsync.schedule.pages.forms import is_sent_by_others
from eventsync.schedule.pages.releases import plan_of
from eventsync.schedule.pages.visits import Visit, visit
from eventsync.sync.authentication import WAIT, Guesses

View = Callable[..., HttpResponseBase]

guesses = Guesses("link")


@require_safe
@gzip_page
def card(request: HttpRequest, slug: str, token: str) -> HttpResponseBase:
    reader = visit(request, slug)
    link = opening.link_of(reader.event, token, now=reader.now)
    if link is None:
        return _closed(request, reader)
    return answer_privately(request, reader, contents.card(reader, link, token=token, phone=uuid4()))


# The pages send no Referer, so that browsers say “Origin: null”, which Django's own check would refuse.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, slug: str) -> HttpResponseBase:
    """POST opens a link on this phone; GET leads to the day that is open on it."""
    reader = visit(request, slug)
    if request.method == "POST":
        return _open(request, reader)
    there = sorted(_days(request, reader), key=lambda day: day.nickname.casefold())
    if len(there) == 1:
        return _privately(HttpResponseRedirect(there[0].address))
    return answer_privately(request, reader, not_here(reader, there))


def _open(request: HttpRequest, reader: Visit) -> HttpResponseBase:
    link = opening.link_of(reader.event, request.POST.get("token", ""), now=reader.now)
    if link is None or is_sent_by_others(request):
        return _closed(request, reader)
    there = _privately(HttpResponseRedirect(Mine.of(reader, link).link("mine")))
    if opening.link_of_phone(reader.event, link.pk, secret_of(request, link.pk), now=reader.now):
        return there
    secret = opening.open_link(link, phone=id_of(request.POST.get("phone", "")), now=reader.now)
    if secret is None:
        return _closed(request, reader)
    keep(there, reader, cookie_of(link.pk), secret, until=link.kept_until)
    return there


def _days(request: HttpRequest, reader: Visit) -> Iterator[Day]:
    for link in links_here(request, reader):
        yield Day(Mine.of(reader, link).link("mine"), link.nickname, link.symbol)


def own(make: Callable[..., HttpResponseBase]) -> View:
    """The view of what is made for a phone of the link that the address names."""

    @gzip_page
    def view(request: HttpRequest, slug: str, key: UUID, **where: object) -> HttpResponseBase:
        reader = visit(request, slug)
        link = opening.link_of_phone(reader.event, key, secret_of(request, key), now=reader.now)
        if link is None:
            return _not_here(request, reader, key)
        return make(request, Mine.of(reader, link), **where)

    return view


def page(make: Callable[..., Page]) -> View:
    def answer(request: HttpRequest, me: Mine, **where: object) -> HttpResponseBase:
        return answer_privately(request, me, make(me, **where))

    return require_safe(own(answer))


now, day = page(contents.now), page(contents.day)


@require_safe
@own
def copy(request: HttpRequest, me: Mine) -> HttpResponseBase:
    """For the phone to keep (frontend/src/features/schedule/own.ts)."""
    kept = replace(me, kept=True, chosen=True, seen=None, path=me.own("now"))
    start = contents.now(kept)
    made_of = ("own copy", kept.stamp, start.about)
    blank = HttpResponse(content_type="application/json")
    return send_privately(request, kept, etag_of(made_of), blank, lambda: _packed(kept))


def _packed(kept: Mine) -> str:
    days: list[date] = days_of(kept, plan_of(kept))
    return packed(kept, days, contents.all_of(kept), missing=gone(kept), name=kept.owner.nickname)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@own
def leave(request: HttpRequest, me: Mine) -> HttpResponseBase:
    """GET asks, POST takes the day off this phone."""
    if request.method != "POST" or is_sent_by_others(request):
        return answer_privately(request, me, contents.leave(me))
    opening.leave(me.event, me.owner.pk, secret_of(request, me.owner.pk), now=me.now)
    return _forget(_privately(HttpResponseRedirect(me.link("mine"))), me, me.owner.pk)


def _feed(request: HttpRequest, slug: str, token: str, *, whom: For) -> HttpResponseBase:
    reader = visit(request, slug)
    link: FamilyLink | None = opening.calendar_of(reader.event, token, now=reader.now)
    if link is None:
        return _closed(request, reader)
    me = Mine.of(reader, link)
    blank = HttpResponse(content_type="text/calendar; charset=utf-8")
    blank["Content-Disposition"] = 'inline; filename="my-day.ics"'
    made_of = ("own calendar", whom, me.stamp, me.owner_stamp)
    answer = send_privately(request, me, etag_of(made_of), blank, lambda: calendar(Reader(me, plan_of(me)), whom))
    answer["Cache-Control"] = "private, no-cache"
    return answer


calendars: View = require_safe(gzip_page(partial(_feed, whom=For.CALENDARS)))
google: View = require_safe(gzip_page(partial(_feed, whom=For.GOOGLE)))


def _closed(request: HttpRequest, reader: Visit) -> HttpResponseBase:
    """In the same words for each reason. Right links open however many wrong ones come from the same address."""
    status = 404 if guesses.left(request) else 429
    guesses.count(request)
    response = answer_privately(request, reader, contents.closed(reader, status=status))
    if status == 429:
        response["Retry-After"] = str(WAIT)
    return response


def _not_here(request: HttpRequest, reader: Visit, key: UUID) -> HttpResponseBase:
    return _forget(answer_privately(request, reader, not_here(reader, status=404)), reader, key)


def _forget(response: HttpResponseBase, reader: Visit, key: UUID) -> HttpResponseBase:
    forget(response, reader, cookie_of(key))
    return response


def _privately(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response

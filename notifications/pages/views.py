"""The page of messages. A phone is known by its cookie; who may read is asked before whether there is such a thing."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eventsync.schedule.links.cookies import forget, id_of, keep, links_here
from eventsync.schedule.pages.answers import answer_privately, etag_of, send_privately
from eventsync.schedule.pages.contents import gone
from eventsync.schedule.pages.copies import packed
from eventsync.schedule.pages.forms import is_sent_by_others
from eventsync.schedule.pages.visits import Visit, visit
from notifications import deliveries
from notifications.joining import recipients
from notifications.models import Delivery, Recipient
from notifications.pages import contents
from notifications.pages.asking import wishes_of
from notifications.pages.ways import Refused
from notifications.rules import State

View = Callable[..., HttpResponseBase]
Known = Callable[[HttpRequest, Visit, Recipient], HttpResponseBase]

COOKIE = "messages"
SAVED, TESTED = "saved", "tested"


def recipient_here(request: HttpRequest, reader: Visit) -> Recipient | None:
    return recipients.recipient_of(reader.event, str(request.COOKIES.get(COOKIE, "")))


def known_only(view: Known) -> View:
    """The view for a phone that hears of the event; any other is shown how to."""

    def known(request: HttpRequest, slug: str) -> HttpResponseBase:
        reader = visit(request, slug)
        recipient = recipient_here(request, reader)
        if recipient is None or (request.method == "POST" and is_sent_by_others(request)):
            return back(reader)
        return view(request, reader, recipient)

    return known


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
def messages(request: HttpRequest, slug: str) -> HttpResponseBase:
    """POST joins, or changes what a phone hears."""
    reader = visit(request, slug)
    recipient = recipient_here(request, reader)
    if request.method == "POST" and not is_sent_by_others(request):
        return _join(request, reader) if recipient is None else _wish(request, reader, recipient)
    if recipient is None:
        links = list(links_here(request, reader))
        return answer_privately(request, reader, contents.unknown(reader, links, phone=uuid4()))
    return show(request, reader, recipient)


def show(
    request: HttpRequest, reader: Visit, recipient: Recipient, *, refused: Refused | None = None
) -> HttpResponseBase:
    """Their page. `refused`: what they typed in just now, and why it is not taken."""
    there, said = reader.at("messages"), {"saved": SAVED in request.GET, "tested": TESTED in request.GET}
    page = contents.known(there, list(links_here(request, reader)), recipient, refused=refused, **said)
    return answer_privately(request, there, page)


def _join(request: HttpRequest, reader: Visit) -> HttpResponseBase:
    links = list(links_here(request, reader))
    wishes = wishes_of(request.POST, reader, links)
    secret = recipients.join(reader.event, wishes, phone=id_of(request.POST.get("phone", "")), now=reader.now)
    if secret is None:
        return answer_privately(request, reader, contents.unknown(reader, links, phone=uuid4(), full=True))
    response = back(reader)
    keep(response, reader, COOKIE, secret, until=reader.event.kept_until)
    return response


def _wish(request: HttpRequest, reader: Visit, recipient: Recipient) -> HttpResponseBase:
    recipients.wish(recipient, wishes_of(request.POST, reader, links_here(request, reader)), now=reader.now)
    return back(reader, SAVED)


@csrf_exempt
@require_POST
@known_only
def read(request: HttpRequest, reader: Visit, recipient: Recipient) -> HttpResponseBase:
    """Somebody has read it, says a page without scripts; with them, phones say it by an operation."""
    delivery = Delivery.objects.filter(recipient=recipient, pk=id_of(request.POST.get("delivery", ""))).first()
    if delivery is not None:
        deliveries.heard(delivery, State.ACKNOWLEDGED, now=reader.now)
    return back(reader)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
@known_only
def stop(request: HttpRequest, reader: Visit, recipient: Recipient) -> HttpResponseBase:
    """GET asks, POST stops."""
    if request.method != "POST":
        return answer_privately(request, reader, contents.stop(reader))
    recipients.stop(recipient, now=reader.now)
    response = back(reader)
    forget(response, reader, COOKIE)
    return response


@require_safe
@gzip_page
def copy(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The page, for the phone to keep (frontend/src/features/schedule/own.ts); 404 takes away what it kept."""
    kept = replace(visit(request, slug).at("messages"), kept=True, chosen=True, seen=None)
    recipient = recipient_here(request, kept)
    if recipient is None:
        return answer_privately(request, kept, gone(kept))
    page = contents.known(kept, list(links_here(request, kept)), recipient)
    blank = HttpResponse(content_type="application/json")
    etag = etag_of(("messages copy", kept.stamp, page.about))
    return send_privately(request, kept, etag, blank, lambda: packed(kept, [], [(kept, page)], missing=page))


def back(reader: Visit, said: str = "", *, at: str = "") -> HttpResponseRedirect:
    """To the page, in the same language. `at`: to which part of it."""
    address = reader.link("messages")
    more = f"{'&' if '?' in address else '?'}{said}=1" if said else ""
    response = HttpResponseRedirect(f"{address}{more}{at and f'#{at}'}", status=303)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response

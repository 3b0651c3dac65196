"""A notice by itself, for whoever came by the address in a text message or an e-mail: to read, answer, or hear no more.

Whoever looks at addresses for a mail program presses no button, so nothing happens before one is pressed.
"""

from collections.abc import Callable
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from eventsync.schedule.pages.answers import answer_privately
from eventsync.schedule.pages.forms import is_sent_by_others
from eventsync.schedule.pages.visits import Visit, visit
from eventsync.schedule.pages.words import WORDS
from notifications import deliveries
from notifications.confirming import codes
from notifications.links import delivery_of
from notifications.models import Channel, Delivery
from notifications.pages import contents
from notifications.rules import State

Told = Callable[[HttpRequest, Visit, Delivery], HttpResponseBase]


def for_whoever_has(view: Told) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """The view with the delivery of this address, in its reader's language."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    def known(request: HttpRequest, key: str) -> HttpResponseBase:
        delivery = delivery_of(key)
        if delivery is None or delivery.channel not in codes.FIELDS:
            raise Http404
        reader = visit(request, delivery.notice.event.slug)
        if not reader.chosen:
            reader = replace(reader, words=WORDS[delivery.recipient.language])
        return view(request, reader, delivery)

    return known


@for_whoever_has
def told(request: HttpRequest, reader: Visit, delivery: Delivery) -> HttpResponseBase:
    """POST: they have read it."""
    if request.method != "POST" or is_sent_by_others(request):
        return answer_privately(request, reader, contents.told(reader, delivery))
    deliveries.heard(delivery, State.ACKNOWLEDGED, now=reader.now)
    response = HttpResponseRedirect(request.get_full_path(), status=303)
    response["Cache-Control"] = "private, no-store"
    return response


@for_whoever_has
def stop(request: HttpRequest, reader: Visit, delivery: Delivery) -> HttpResponseBase:
    """POST, also by a mail program itself (RFC 8058): nobody writes to that number or address any more."""
    stopped = request.method == "POST"
    if stopped:
        codes.take_away(delivery.recipient, Channel(delivery.channel))
    return answer_privately(request, reader, contents.stop_way(reader, delivery, stopped=stopped))

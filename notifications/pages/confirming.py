"""Forms by which somebody is reached by text message or e-mail, too: a code there, the code back, and no more."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from eventsync.schedule.pages.visits import Visit
from notifications.confirming import codes
from notifications.confirming.rules import Refusal
from notifications.models import Channel, Recipient
from notifications.pages.views import back, known_only, show
from notifications.pages.ways import Refused, channels

LONGEST = 254  # characters


class Act(Protocol):
    """What is done with what somebody typed in, and why it is not, if so."""

    def __call__(self, recipient: Recipient, channel: Channel, typed: str, *, now: datetime) -> Refusal | None: ...


def _form(field: str, act: Act) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """Takes what was typed into a field; refused, it is put right on the same page."""

    @csrf_exempt
    @require_POST
    @known_only
    def view(request: HttpRequest, reader: Visit, recipient: Recipient) -> HttpResponseBase:
        channel, typed = _said(request, field)
        if channel is None:
            return back(reader)
        refusal = act(recipient, channel, typed, now=reader.now)
        if refusal:
            return show(request, reader, recipient, refused=Refused(channel, typed, refusal))
        return back(reader, at="ways")

    return view


ask, confirm = _form("to", codes.ask), _form("code", codes.confirm)


@csrf_exempt
@require_POST
@known_only
def take_away(request: HttpRequest, reader: Visit, recipient: Recipient) -> HttpResponseBase:
    channel, _ = _said(request, "")
    if channel is not None:
        codes.take_away(recipient, channel)
    return back(reader, at="ways")


def _said(request: HttpRequest, field: str) -> tuple[Channel | None, str]:
    """Which way a form is about, if there is such a one, and what was typed in."""
    name = request.POST.get("way", "")
    return next((each for each in channels() if each == name), None), request.POST.get(field, "")[:LONGEST]

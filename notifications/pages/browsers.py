"""What a page's script and the service worker tell of their browser (frontend/src/sw/notices)."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from eventsync.jobs.queue import enqueue
from eventsync.jobs.rules import Partition
from eventsync.schedule.pages.visits import Visit
from eventsync.sync import epoch
from eventsync.sync.api import describe
from notifications.joining import recipients
from notifications.joining.rules import browser_of
from notifications.models import Recipient
from notifications.pages.views import COOKIE, TESTED, back, known_only
from notifications.push.trying import TRY

MOST = 10_000  # bytes


@csrf_exempt
@require_POST
@known_only
def browser(request: HttpRequest, reader: Visit, recipient: Recipient) -> HttpResponseBase:
    """Pushes go to this one from now on; null: there is none. Answers what its outbox needs, as an enrolment does."""
    said = said_in(request)
    if said is not None:
        found = browser_of(said)
        if found is None:
            return JsonResponse({"error": "This is no browser."}, status=400)
        recipients.take_browser(recipient, found, now=reader.now)
    assert recipient.device is not None
    token = {"token": request.COOKIES[COOKIE]}
    return JsonResponse(token | describe(recipient.device, epoch=str(epoch.current())))


@csrf_exempt
@require_POST
@known_only
def test(request: HttpRequest, reader: Visit, recipient: Recipient) -> HttpResponseBase:
    """One a minute, however often the button is pressed."""
    once = f"{recipient.pk} {reader.now:%Y%m%d%H%M}"
    enqueue(TRY, recipient.pk, partition=Partition(reader.event.pk), dedupe=once)
    return back(reader, TESTED)


def said_in(request: HttpRequest) -> Any:
    """What a page's script says of its browser; "" where it is no JSON."""
    try:
        return json.loads(request.read(MOST))
    except (ValueError, RecursionError):
        return ""  # no browser either

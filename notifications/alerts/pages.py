"""/control/phone/: somebody of the staff has alerts shown on the browser that they sit at, and stops it again."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from eventsync.control.pages import draw, zone_of
from eventsync.control.rights import reads_alerts
from eventsync.jobs.queue import enqueue
from eventsync.schedule.pages.answers import FILES
from eventsync.schedule.pages.forms import is_sent_by_others
from eventsync.sync.admin import as_id
from notifications.alerts import telling
from notifications.alerts.trying import TRY
from notifications.joining.rules import browser_of, digest_of
from notifications.models import AlertBrowser
from notifications.pages.browsers import said_in
from notifications.push.keys import public_key

_TESTED = (
    "A test is on its way. If none comes within a minute, see whether the settings of this phone or computer let the "
    "browser show messages."
)
HERE = "alert_browser"  # in the session: which of theirs this one is


@never_cache
@staff_member_required
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponseBase:
    """POST `begin`, `test`, or `end` on all of their browsers."""
    if not reads_alerts(request.user):
        raise PermissionDenied
    if request.method == "POST":
        return next((do(request) for name, do in _ACTS.items() if name in request.POST), redirect("alert_browsers"))
    here = _here(request)
    others = AlertBrowser.objects.filter(user=request.user.pk).exclude(endpoint="")
    shown: dict[str, Any] = {
        "title": "Alerts on this phone",
        "here": here,
        "others": others.exclude(pk=here.pk) if here else others,
        "key": public_key(),
        "script": FILES["messages"],
        "clock": zone_of(request.user).key,
    }
    return draw(request, "control/alerts.html", shown)


def _begin(request: HttpRequest) -> HttpResponse:
    if _here(request) is None:
        row = telling.begin(request.user, loud="loud" in request.POST, now=timezone.now())
        request.session[HERE] = str(row.pk)
    return redirect("alert_browsers")


def _end(request: HttpRequest) -> HttpResponse:
    telling.end(request.user)
    messages.success(request, "No phone or computer of yours is told of alerts any more.")
    return redirect("alert_browsers")


def _test(request: HttpRequest) -> HttpResponse:
    """One a minute, however often the button is pressed."""
    if (here := _here(request)) is not None:
        enqueue(TRY, here.pk, dedupe=f"{here.pk} {timezone.now():%Y%m%d%H%M}")
        messages.success(request, _TESTED)
    return redirect("alert_browsers")


_ACTS = {"begin": _begin, "test": _test, "end": _end}


@csrf_exempt
@staff_member_required
@require_POST
def browser(request: HttpRequest) -> HttpResponseBase:
    """What the page's script says of its browser (frontend/src/features/messages), or the service worker of one that
    moved (frontend/src/sw/notices/joined.ts), which says where it was; null: it takes no pushes."""
    said = said_in(request)
    here = _here(request) or _moved(request, said)
    if here is None or is_sent_by_others(request) or not reads_alerts(request.user):
        raise PermissionDenied
    if said is not None:
        found = browser_of(said)
        if found is None:
            return JsonResponse({"error": "This is no browser."}, status=400)
        telling.take(here, found)
    return HttpResponse(status=204)


def _here(request: HttpRequest) -> AlertBrowser | None:
    key = as_id(request.session.get(HERE, ""))
    return AlertBrowser.objects.filter(pk=key, user=request.user.pk).first() if key else None


def _moved(request: HttpRequest, said: Any) -> AlertBrowser | None:
    """By its address before, which only it knows: somebody who signed in again is in another session."""
    was = said.get("was") if isinstance(said, dict) else None
    mine = AlertBrowser.objects.filter(user=request.user.pk)
    return mine.filter(digest=digest_of(was)).first() if isinstance(was, str) else None

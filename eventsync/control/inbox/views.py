"""/control/inbox/: the list of dead letters, and the page of each one, where it is replayed or discarded."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from eventsync.control.inbox import acting, finding, together
from eventsync.control.inbox.correcting import told_of
from eventsync.control.inbox.finding import Asked
from eventsync.control.pages import draw
from eventsync.jobs.corrections.proposing import payload_of
from eventsync.jobs.models import ApprovalState, Job
from eventsync.jobs.seeing.letters import Source


class DiscardForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        label="Why nothing is to be done",
        help_text="It is kept, and so is what failed.",
        error_messages={"required": "Say why nothing is to be done."},
    )


@never_cache
@staff_member_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    readable = finding.readable(request.user)
    if not readable:
        raise PermissionDenied
    asked = read_asked(request.GET)
    page = _number(request.GET.get("page", ""))
    found = finding.find(request.user, asked, page=page)
    shown = {
        "title": "Inbox",
        "asked": asked,
        "found": found,
        "page": page,
        "letters": [(each, told, (each.kind, told.key) in found.mine) for each, told in found.letters],
        "running": [each for each in together.running() if together.may_see(request.user, each)],
        "stopped": [each for each in together.stopped(request.user) if together.may_see(request.user, each)],
        "kinds": [_choice("", "All", sum(found.counts.values()), asked)]
        + [_choice(each.kind, each.many.capitalize(), found.counts[each.kind], asked) for each in readable],
        "newer": _address(asked, page=page - 1) if page > 1 else "",
        "older": _address(asked, page=page + 1) if page < found.pages else "",
    }
    return draw(request, "control/inbox.html", shown)


def read_asked(said: Any) -> Asked:
    return Asked(kind=said.get("kind", "").strip(), text=said.get("q", "").strip()[:200])


def _number(text: str) -> int:
    return min(max(int(text), 1), 1000) if text.isdecimal() and text.isascii() else 1


def _choice(kind: str, words: str, count: int, asked: Asked) -> dict[str, Any]:
    address = _address(Asked(kind, asked.text))
    return {"words": words, "count": count, "address": address, "current": kind == asked.kind}


def _address(asked: Asked, **more: object) -> str:
    query = {name: value for name, value in (("kind", asked.kind), ("q", asked.text), *more.items()) if value}
    return "?" + urlencode(query)


@never_cache
@staff_member_required
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """POST: `replay`, or `discard` with a reason."""
    found = finding.one(request.user, kind, key)
    if found is None:
        raise Http404
    source, row = found
    form = DiscardForm(request.POST if "discard" in request.POST else None)
    if request.method == "POST":
        if not finding.may_act(request.user, source, row):
            raise PermissionDenied
        if "discard" not in request.POST or form.is_valid():
            _act(request, source, row, form)
            return HttpResponseRedirect(reverse("letter", args=[kind, key]))
    return draw(request, "control/letter.html", _shown(request, source, row) | {"form": form})


def _shown(request: HttpRequest, source: Source, row: Any) -> dict[str, Any]:
    [(_, told)] = finding.named([(source, source.tell(row))])
    waits = finding.waits(source, row)
    return {
        "title": told.what,
        "source": source,
        "letter": told,
        "contents": source.unfold(row),
        "waits": waits,
        "acts": waits and finding.may_act(request.user, source, row),
        "history": finding.history(row),
        **_corrections(row),
    }


def _corrections(row: Any) -> dict[str, Any]:
    """Of a job: what was proposed, and what it is done with now, if that is other than what it was."""
    if not isinstance(row, Job):
        return {}
    told = told_of(row)
    now = payload_of(row)
    return {
        "carries": now is not None,
        "corrections": told,
        "asked": [correction for correction, approval in told if approval.state == ApprovalState.REQUESTED],
        "now": now if any(correction.applied_at for correction, _ in told) else None,
    }


def _act(request: HttpRequest, source: Source, row: Any, form: DiscardForm) -> None:
    if "discard" in request.POST:
        reason = form.cleaned_data["reason"]
        answer = acting.discard(request.user, source, row, reason)
    else:
        answer = acting.replay(request.user, source, row)
    messages.add_message(request, messages.SUCCESS if answer.done else messages.WARNING, answer.told)

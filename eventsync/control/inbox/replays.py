"""/control/replays/: many dead letters together: first what it would be, then how far it is, and a way to stop it; or
all of them discarded."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from eventsync.control.inbox import finding, together
from eventsync.control.inbox.views import DiscardForm, read_asked
from eventsync.control.models import Replay
from eventsync.control.pages import draw
from eventsync.jobs.seeing.letters import Fate, Letter, Source, sources

_SHOWN = 25  # of those that failed again


@never_cache
@staff_member_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """`letter`: kind and key of each; or `all` that are asked for. Leads to what it would be."""
    return _preview_of(request, _chosen(request))


def _preview_of(request: HttpRequest, chosen: together.Chosen) -> HttpResponse:
    if not chosen:
        messages.warning(request, "Nothing was chosen that you can replay.")
        return HttpResponseRedirect(reverse("inbox"))
    if len(chosen) > together.MOST:
        words = f"These are the oldest {together.MOST}. Replay the others after them."
        messages.warning(request, words)
    replay = together.draft(request.user, chosen, now=timezone.now())
    return HttpResponseRedirect(reverse("replay", args=[replay.pk]))


def _chosen(request: HttpRequest) -> together.Chosen:
    if "all" in request.POST:
        return together.matching(request.user, read_asked(request.POST))
    keys: dict[str, list[str]] = {}
    for each in request.POST.getlist("letter"):
        kind, _, key = each.partition(":")
        keys.setdefault(kind, []).append(key)
    return together.picked(request.user, keys)


@never_cache
@staff_member_required
@require_http_methods(["GET", "HEAD", "POST"])
def replay(request: HttpRequest, key: UUID) -> HttpResponse:
    """POST: `begin`, by whoever chose them; `stop`, by whoever may see it; `rest` leads to what that would be."""
    found = Replay.objects.select_related("by").filter(pk=key).first()
    if found is None or not together.may_see(request.user, found):
        raise Http404
    if "rest" in request.POST:
        return _preview_of(request, together.rest_of(found, request.user))
    if "discard" in request.POST:
        return _discard(request, found)
    if request.method == "POST":
        _decide(request, found)
        return HttpResponseRedirect(reverse("replay", args=[key]))
    if found.state == Replay.State.DRAFT:
        return draw(request, "control/replay_preview.html", _preview(request, found))
    return draw(request, "control/replay.html", _progress(found))


def _discard(request: HttpRequest, found: Replay) -> HttpResponse:
    """All of a draft, with one reason."""
    if found.by_id != request.user.pk:
        raise PermissionDenied
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return draw(request, "control/replay_preview.html", _preview(request, found) | {"form": form})
    done = together.discard(found, form.cleaned_data["reason"])
    words = f"{done[True]} discarded, with your reason."
    messages.success(request, f"{words} {done[False]} had been dealt with before." if done[False] else words)
    if not Replay.objects.filter(pk=found.pk).exists():
        return HttpResponseRedirect(reverse("inbox"))
    messages.warning(request, "Nothing more was discarded: it has begun already.")
    return HttpResponseRedirect(reverse("replay", args=[found.pk]))


def _decide(request: HttpRequest, found: Replay) -> None:
    now = timezone.now()
    if "stop" in request.POST:
        done, words = (
            together.stop(found, request.user, now=now),
            "It stops. What was not replayed yet waits as before.",
        )
    elif found.by_id != request.user.pk:
        raise PermissionDenied
    else:
        done, words = together.begin(found, now=now), "It has begun."
    if done:
        messages.success(request, words)
    else:
        found = get_object_or_404(Replay, pk=found.pk)  # somebody may have discarded all of it
        messages.warning(request, f"Nothing was done. It is now: {found.get_state_display()}.")


def _preview(request: HttpRequest, found: Replay) -> dict[str, Any]:
    letters = finding.named(list(_letters(found)))
    return {
        "title": "Replay many",
        "replay": found,
        "total": len(letters),
        "gone": found.items.count() - len(letters),
        "oldest": min((letter.at for _, letter in letters), default=None),
        "kinds": [(n, each.one if n == 1 else each.many) for each, n in Counter(each for each, _ in letters).items()],
        "what": Counter(letter.what for _, letter in letters).most_common(),
        "places": Counter(letter.place or "The server" for _, letter in letters).most_common(),
        "own": found.by_id == request.user.pk,
        "at_once": together.AT_ONCE,
        "failures": together.FAILURES,
        "form": DiscardForm(),
    }


def _letters(found: Replay) -> Iterator[tuple[Source, Letter]]:
    """Those of its items that are letters still."""
    for source in sources.values():
        keys = list(found.items.filter(kind=source.kind).values_list("key", flat=True))
        for row in source.rows().filter(source.waits, pk__in=keys) if keys else ():
            yield source, source.tell(row)


def _progress(found: Replay) -> dict[str, Any]:
    known = together.fates(found)
    again = [item for item, fate in known.items() if fate == Fate.FAILED]
    return {
        "title": "Replay many",
        "replay": found,
        "progress": together.progress(found, known),
        "again": again[:_SHOWN],
        "runs": found.state == Replay.State.RUNNING,
        "stopped": found.state == Replay.State.STOPPED,
    }

"""/control/trace/: one id, and every step that it began, in order; of these, what its reader may see."""

import re
from typing import Any
from uuid import UUID

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eventsync.access.scope import Belongs, may
from eventsync.control.pages import draw
from eventsync.jobs.seeing.registry import Step, traces
from eventsync.jobs.seeing.traces import MOST

_WHOSE = Belongs(event="partition__event", venue="partition__venue", shared=False)  # of a step
_LISTED = re.compile(r"admin:([a-z]+)_([a-z]+)_change")
_ROUNDS = 4  # from an operation to its batch, to its jobs; and one more to be sure


@never_cache
@staff_member_required
@permission_required(["jobs.view_job", "sync.view_operation"], raise_exception=True)
@require_safe
def trace(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("id", "").strip()
    wanted = _read(asked)
    told = [each for each in story(wanted) if _tells(request.user, each)] if wanted else []
    steps = [{"step": each, "link": _link(request.user, each)} for each in told]
    problem = "That is no id: it has 32 digits and letters from a to f." if asked and wanted is None else ""
    shown = {"title": "Trace", "asked": asked, "steps": steps, "most": MOST}
    shown |= {"problem": problem, "none": wanted and not steps}
    return draw(request, "control/trace.html", shown, status=400 if problem else 200)


def story(wanted: UUID) -> list[Step]:
    """Every step, the earliest first. What happened at the same moment is in the order of cause and effect."""
    ids, found = {wanted}, []
    for _ in range(_ROUNDS):
        parts = [find(ids) for find in reversed(traces)]
        found = [step for steps, _ in parts for step in steps]
        more = {each for _, also in parts for each in also} - ids
        if not more:
            break
        ids |= more
    return sorted(found, key=lambda step: step.at)


def _tells(user: Any, step: Step) -> bool:
    return may(user, step.sees, step, _WHOSE)


def _read(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _link(user: Any, step: Step) -> str:
    """Only to a page that this reader may open: who is told of a step may not read every list that its row is in."""
    if step.page is None:
        return ""
    name, key = step.page
    listed = _LISTED.fullmatch(name)
    if listed and not user.has_perm("{}.view_{}".format(*listed.groups())):
        return ""
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:  # a row without a page of its own
        return ""

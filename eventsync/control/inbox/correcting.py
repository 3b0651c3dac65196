"""Edited replay: somebody proposes another payload for a dead job, and sees first what is other; another decides."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from eventsync.access import audit
from eventsync.control.inbox import finding
from eventsync.control.pages import draw
from eventsync.jobs.approvals.admin import ReasonForm, choices, decide
from eventsync.jobs.approvals.rights import may_break_glass, may_decide, somebody
from eventsync.jobs.corrections import rules
from eventsync.jobs.corrections.models import Correction
from eventsync.jobs.corrections.proposing import Change, Refused, check, payload_of, propose
from eventsync.jobs.corrections.queries import approvals_of
from eventsync.jobs.models import Approval, Job
from eventsync.jobs.seeing.letters import Source, too_late


class CorrectionForm(forms.Form):
    payload = forms.CharField(
        strip=False,
        label="What it should be",
        help_text="JSON. Spaces and lines between its parts do not matter.",
        error_messages={"required": "Write what it should be."},
    )
    reason = forms.CharField(
        max_length=300,
        label="Why it should be this",
        help_text="It is kept, for whoever decides and for whoever asks later.",
        error_messages={"required": "Say why it should be this."},
    )


@never_cache
@staff_member_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """POST: `look` shows what would be other, `edit` goes back from there, `propose` asks another person."""
    found = finding.one(request.user, kind, key)
    if found is None or not isinstance(found[1], Job) or (before := payload_of(found[1])) is None:
        raise Http404
    source, job = found
    if not finding.may_act(request.user, source, job):
        raise PermissionDenied
    if not finding.waits(source, job):
        return _left(request, source, job, too_late(source.tell(job).state).told)
    if request.method != "POST" or "edit" in request.POST:
        typed = request.POST if "edit" in request.POST else {"payload": rules.spread(before)}
        return _ask(request, source, job, before, CorrectionForm(initial=dict(typed.items())))
    return _read(request, source, job, before)


def _read(request: HttpRequest, source: Source, job: Job, before: str) -> HttpResponse:
    form = CorrectionForm(request.POST)
    change = _checked(form, job)
    if change is not None and "propose" in request.POST:
        answer = _propose(request, job, form)
        if isinstance(answer, Correction):
            return HttpResponseRedirect(reverse("correction", args=[answer.pk]))
        if answer.about == "job":
            return _left(request, source, job, answer.told)
        form.add_error(answer.about, answer.told)
    if change is None or form.errors:
        return _ask(request, source, job, before, form)
    shown = {"form": form, "lines": rules.differences(change.original, change.corrected), "letter": source.tell(job)}
    return draw(request, "control/correct_preview.html", _about(source, job, "What would be other") | shown)


def _checked(form: CorrectionForm, job: Job) -> Change | None:
    """None when something must be mended, which the form then says."""
    form.full_clean()
    if "payload" not in form.cleaned_data:
        return None
    found = check(job, form.cleaned_data["payload"])
    if isinstance(found, Refused):
        form.add_error("payload", found.told)
        return None
    return None if form.errors else found


def _propose(request: HttpRequest, job: Job, form: CorrectionForm) -> Correction | Refused:
    said, by = form.cleaned_data, somebody(request)
    answer = propose(job.pk, typed=said["payload"], reason=said["reason"], by=by, now=timezone.now())
    if isinstance(answer, Correction):
        audit.note(request.user, job, f"Proposed another payload: {answer.reason}")
        messages.success(request, "It waits for another person now. Nothing is done before.")
    return answer


def _ask(request: HttpRequest, source: Source, job: Job, before: str, form: CorrectionForm) -> HttpResponse:
    shown = {"form": form, "before": before, "most": rules.MOST, "letter": source.tell(job)}
    return draw(request, "control/correct.html", _about(source, job, "Propose a correction") | shown)


def _about(source: Source, job: Job, title: str) -> dict[str, Any]:
    return {"title": title, "source": source, "job": job}


def _left(request: HttpRequest, source: Source, job: Job, told: str) -> HttpResponse:
    messages.warning(request, told)
    return HttpResponseRedirect(reverse("letter", args=[source.kind, job.pk]))


@never_cache
@staff_member_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, key: UUID) -> HttpResponse:
    """POST: what approvals of any kind can be answered, by the same rights: `grant`, `reject`, `force`, `review`."""
    found = Correction.objects.select_related("job").filter(pk=key).first()
    source = _source_of(request.user, found.job) if found else None
    approval = approvals_of([found]).get(key) if found and source else None
    if found is None or source is None or approval is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _decide(request, found, approval, form.cleaned_data["reason"])
        return HttpResponseRedirect(reverse("correction", args=[key]))
    shown = {
        "correction": found,
        "approval": approval,
        "form": form,
        "lines": rules.differences(found.original, found.corrected),
        "letter": source.tell(found.job),
    }
    return draw(
        request, "control/correction.html", _about(source, found.job, "Correction") | choices(request, approval) | shown
    )


def _source_of(user: Any, job: Job) -> Source | None:
    """Where the letter of a job is, if this user may see it."""
    found = [finding.one(user, each.kind, str(job.pk)) for each in finding.readable(user) if each.rows().model is Job]
    return next((each[0] for each in found if each), None)


def _decide(request: HttpRequest, found: Correction, approval: Approval, reason: str) -> None:
    if not (may_decide(request, approval) or may_break_glass(request, approval)):
        raise PermissionDenied
    answer = decide(request, approval, reason)
    messages.add_message(request, messages.SUCCESS if answer.done else messages.WARNING, answer.told)
    if answer.done:
        audit.note(request.user, found.job, f"The correction that {approval.asked_name} proposed: {answer.told}")


def told_of(job: Job) -> list[tuple[Correction, Approval]]:
    """What was proposed for a job, and what became of it, in order."""
    rows = list(job.corrections.all())
    asked = approvals_of(rows)
    return [(row, asked[row.pk]) for row in rows if row.pk in asked]

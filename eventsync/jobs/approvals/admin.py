"""What waits for a person, at the desk: what it would do, exactly what it is, who asked; and what people said."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from eventsync.access.admin import NEVER, ReadOnlyAdmin, ago
from eventsync.jobs.approvals import deciding, rights
from eventsync.jobs.approvals.kinds import kind_of, names
from eventsync.jobs.approvals.models import NEEDS_A_PERSON, Approval, ApprovalState
from eventsync.jobs.rights import OF_PLACE


class ReasonForm(forms.Form):
    """Checked by what is decided: approving needs no reason, all else does."""

    reason = forms.CharField(max_length=500, required=False, help_text="Needed for all but approving. It is kept.")


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Needs a person"), *((str(value), str(label)) for value, label in ApprovalState.choices)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                return queryset
            case "open":
                return queryset.filter(state__in=NEEDS_A_PERSON)
            case state:
                return queryset.filter(state=state)


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    belongs = OF_PLACE
    list_display = ["sentence", "state", "asked_name", "asked", "expires", "decided_name"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["sentence", "asked_name", "decided_name"]
    search_help_text = "Words of what would be done, or who asked or decided."
    fields = [
        "sentence", "state", "decide", "exact", "asked_name", "asked_at", "expires_at", "decided_name", "decided_at",
        "reason", "reviewed_name", "reviewed_at", "review", "digest", "job",
    ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<int:key>/decide/", view, name="jobs_approval_decide"), *super().get_urls()]

    @admin.display(description="asked", ordering="asked_at")
    def asked(self, approval: Approval) -> str:
        return ago(approval.asked_at)

    @admin.display(description="expires", ordering="expires_at")
    def expires(self, approval: Approval) -> str:
        return f"{approval.expires_at:%Y-%m-%d %H:%M}" if approval.state == ApprovalState.REQUESTED else NEVER

    @admin.display(description="decision")
    def decide(self, approval: Approval) -> str:
        words = {ApprovalState.REQUESTED: "Approve or reject it", ApprovalState.FORCED: "Review it"}
        told = words.get(ApprovalState(approval.state))
        return (
            format_html('<a href="{}">{}</a>', reverse("admin:jobs_approval_decide", args=[approval.pk]), told)
            if told
            else "Nothing to decide."
        )

    @admin.display(description="exact content")
    def exact(self, approval: Approval) -> str:
        return format_html('<pre class="exact">{}</pre>', pretty(approval))

    @admin.display(description="job")
    def job(self, approval: Approval) -> str:
        if approval.kind != "job":
            return NEVER
        url = reverse("admin:jobs_job_change", args=[approval.subject])
        return format_html('<a href="{}">{}</a>', url, approval.subject)

    def decide_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """GET shows it and asks; POST says `grant`, `reject`, `force` or `review`."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        approval = get_object_or_404(self.get_queryset(request), pk=key)
        if not (rights.may_decide(request, approval) or rights.may_break_glass(request, approval)):
            raise PermissionDenied
        if approval.state == ApprovalState.REQUESTED and (own := _own_page(approval)):
            return HttpResponseRedirect(own)  # where the rights of its kind are asked, too
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            answer = decide(request, approval, form.cleaned_data["reason"])
            self.message_user(request, answer.told, messages.SUCCESS if answer.done else messages.WARNING)
            if answer.done:
                self.log_change(request, approval, answer.told)
            return HttpResponseRedirect(_newest(approval))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "What waits for a person"}
        context |= {"approval": approval, "exact": pretty(approval), "form": form, "whole": _own_page(approval)}
        context |= choices(request, approval)
        return TemplateResponse(request, "admin/jobs/approval/decide.html", context)


def choices(request: HttpRequest, approval: Approval) -> dict[str, bool]:
    """What whoever is signed in may say of it, for admin/jobs/approval/choices.html."""
    may_decide, may_force = rights.may_decide(request, approval), rights.may_break_glass(request, approval)
    own = approval.asked_by == rights.somebody(request).key
    return {"may_decide": may_decide, "may_force": may_force, "own": own}


def decide(request: HttpRequest, approval: Approval, reason: str) -> deciding.Answer:
    """What the pressed button says, by whoever is signed in and may say it."""
    by, now = rights.somebody(request), timezone.now()
    if "force" in request.POST:
        if not rights.may_break_glass(request, approval):
            raise PermissionDenied
        return deciding.force(approval.pk, by=by, reason=reason, now=now)
    if not rights.may_decide(request, approval):
        raise PermissionDenied
    if "grant" in request.POST:
        return deciding.grant(approval.pk, by=by, reason=reason, now=now)
    if "review" in request.POST:
        return deciding.review(approval.pk, by=by, found=reason, now=now)
    return deciding.reject(approval.pk, by=by, reason=reason, now=now)


def pretty(approval: Approval) -> str:
    return json.dumps(json.loads(approval.content), indent=2, ensure_ascii=False)


def _own_page(approval: Approval) -> str:
    """The page of its kind, if that has one."""
    return kind_of(approval.kind).page(approval.subject) if approval.kind in names() else ""


def _newest(approval: Approval) -> str:
    """The one that waits now where this one gave way to it; else this one."""
    last = Approval.objects.filter(kind=approval.kind, subject=approval.subject).first()
    return reverse("admin:jobs_approval_change", args=[last.pk if last else approval.pk])

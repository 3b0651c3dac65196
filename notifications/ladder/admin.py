"""Calls at the desk, most often on a phone: what to say to whom, the number behind a tap, and what came of it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language_info

from eventsync.access import audit
from eventsync.access.admin import NEVER, ReadOnlyAdmin, ago
from eventsync.access.scope import Belongs, limit
from eventsync.schedule.pages.words import direction
from notifications.ladder import calls
from notifications.ladder.rules import Call, Outcome
from notifications.models import CallTask
from notifications.models.calls import OUTCOMES

EACH_PAGE = 25
CHANGE = "notifications.change_calltask"
MEANWHILE = "Somebody said what came of it meanwhile, or nobody need call any more."


class OutcomeForm(forms.Form):
    """`tries`: how many there were when the page was made, so that a second tap counts nothing."""

    outcome = forms.ChoiceField(choices=[*OUTCOMES.items()])
    tries = forms.IntegerField(min_value=0)


class OwnerForm(forms.Form):
    owner = forms.TypedChoiceField(coerce=int)

    def __init__(self, task: CallTask, data: Any = None) -> None:
        super().__init__(data, initial={"owner": task.owner_id})
        people = [(each.pk, each.get_username()) for each in calls.callers(task.notice.event)]
        self.fields["owner"].choices = people  # type: ignore[attr-defined]


@admin.register(CallTask)
class CallTaskAdmin(ReadOnlyAdmin):
    belongs = Belongs(event="notice__event_id")
    list_display = ["__str__", "state", "owner", "due", "tries", "last", "to_call"]
    list_filter = ["notice__event", "state"]
    list_select_related = ["notice__event", "owner"]
    fields = ["notice", "state", "owner", "due_at", "tries", "last", "made_at", "changed_at", "to_call"]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        all_ = path("calls/", wrap(self.calls_view), name="notifications_calltask_calls")
        call = path("<uuid:key>/call/", wrap(self.call_view), name="notifications_calltask_call")
        return [all_, call, *super().get_urls()]

    @admin.display(description="due", ordering="due_at")
    def due(self, row: CallTask) -> str:
        return ago(row.due_at) if row.due_at <= timezone.now() else f"{row.due_at:%H:%M} UTC"

    @admin.display(description="call")
    def to_call(self, row: CallTask) -> str:
        if row.state != Call.OPEN:
            return NEVER
        return format_html('<a href="{}">Call</a>', reverse("admin:notifications_calltask_call", args=[row.pk]))

    def calls_view(self, request: HttpRequest) -> HttpResponseBase:
        """Those that whoever is signed in may make: their own first, then those that are nobody's."""
        if not self.may(request, "change", None):
            raise PermissionDenied
        mine = Case(When(owner=request.user.pk, then=Value(0)), When(owner=None, then=Value(1)), default=Value(2))
        open_ = CallTask.objects.filter(state=Call.OPEN).select_related("notice__event", "owner")
        rows = limit(open_, request.user, CHANGE, self.belongs).order_by(mine, "due_at", "pk")
        page = Paginator(rows, EACH_PAGE).get_page(request.GET.get("page"))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Calls to make"}
        context |= {"page": page, "now": timezone.now()}
        return TemplateResponse(request, "admin/notifications/calls.html", context)

    def call_view(self, request: HttpRequest, key: Any) -> HttpResponseBase:
        """GET says what to say; POST with `show` also the number, with `outcome` what came of it, with `owner` who is
        to call."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        task = get_object_or_404(self._whole(request), pk=key)
        if not self.may(request, "change", task):
            raise PermissionDenied
        if request.method == "POST" and (answer := self._said(request, task)):
            return answer
        return TemplateResponse(request, "admin/notifications/call.html", self._context(request, task))

    def _whole(self, request: HttpRequest) -> "QuerySet[CallTask]":
        rows: QuerySet[CallTask] = self.get_queryset(request).select_related("notice__event", "recipient", "owner")
        return rows

    def _said(self, request: HttpRequest, task: CallTask) -> HttpResponseBase | None:
        if "outcome" in request.POST:
            return self._note(request, task)
        if "owner" in request.POST:
            return self._assign(request, task)
        if "show" in request.POST:
            audit.note(request.user, task, "Looked at the number.")
        return None

    def _note(self, request: HttpRequest, task: CallTask) -> HttpResponseBase | None:
        form = OutcomeForm(request.POST)
        if not form.is_valid():
            return None
        outcome = Outcome(form.cleaned_data["outcome"])
        if calls.note(task.pk, outcome, tries=form.cleaned_data["tries"], now=timezone.now()):
            audit.note(request.user, task, f"Called: {OUTCOMES[outcome].lower()}.")
            self.message_user(request, f"Noted: {OUTCOMES[outcome].lower()}.", messages.SUCCESS)
        else:
            self.message_user(request, MEANWHILE, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:notifications_calltask_calls"))

    def _assign(self, request: HttpRequest, task: CallTask) -> HttpResponseBase | None:
        form = OwnerForm(task, request.POST)
        if not form.is_valid():
            return None
        if calls.assign(task.pk, owner=form.cleaned_data["owner"], now=timezone.now()):
            name = dict(form.fields["owner"].choices)[form.cleaned_data["owner"]]  # type: ignore[attr-defined]
            audit.note(request.user, task, f"To be called by {name}.")
            self.message_user(request, f"{name} is to call.", messages.SUCCESS)
        else:
            self.message_user(request, MEANWHILE, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:notifications_calltask_call", args=[task.pk]))

    def _context(self, request: HttpRequest, task: CallTask) -> dict[str, Any]:
        language, own = task.recipient.language, task.notice.event.language
        said = [(code, direction(code), task.notice.said(code)) for code in dict.fromkeys((language, own))]
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Call somebody"}
        context |= {"task": task, "said": said, "language": get_language_info(language)["name"]}
        context |= {"open": task.state == Call.OPEN, "outcomes": OUTCOMES, "owners": OwnerForm(task)}
        return context | {"shown": request.method == "POST" and "show" in request.POST}

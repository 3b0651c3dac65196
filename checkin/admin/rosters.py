"""Roster files: upload, look at what would change, confirm; then how far it is and what came of it."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from checkin.models import RosterImport
from checkin.rosters import LARGE, Plan, RosterError, plan_import, read_roster
from checkin.tasks import import_roster
from eventsync.jobs.admin import ReadOnlyAdmin, ago
from eventsync.jobs.models import Job
from eventsync.jobs.queue import enqueue
from eventsync.schedule.models import Event
from eventsync.schedule.queries import current_event

if TYPE_CHECKING:
    ChoiceField = forms.ModelChoiceField[Any]  # generic in their type stubs only
    Upload = UploadedFile[Any]
else:
    ChoiceField, Upload = forms.ModelChoiceField, UploadedFile

TASK = "checkin.import_roster"
MAX_BYTES = 50 * 1024 * 1024
SHOWN = 100  # of each list on the page
FORGOTTEN_AFTER = timedelta(days=1)

Owed = RosterImport
State = RosterImport.State


class UploadForm(forms.Form):
    event = ChoiceField(Event.objects.all())
    file = forms.FileField(
        help_text="CSV or XLSX: our own columns (number, name, delegation, role, codes) or pretix’s order positions."
    )

    def clean_file(self) -> Upload:
        file: Upload = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            raise forms.ValidationError(f"The file is larger than {MAX_BYTES // 1024**2} MB.")
        self.content = file.read()
        try:
            self.rows = len(read_roster(file.name or "", self.content).rows)
        except RosterError as error:
            raise forms.ValidationError(str(error)) from error
        return file


@admin.register(RosterImport)
class RosterImportAdmin(ReadOnlyAdmin):
    list_display = ["name", "event", "state_now", "total", "created"]
    list_filter = ["event", "state"]
    list_select_related = ["event"]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("checkin.add_rosterimport")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_add_permission(request) or super().has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With `owed`: somebody confirmed it, and a worker shall do it."""
        jobs = Job.objects.filter(task=TASK, subject=OuterRef("pk"))
        rows: QuerySet[Any] = super().get_queryset(request).annotate(owed=Exists(jobs))
        return rows

    @admin.display(description="state", ordering="state")
    def state_now(self, row: Any) -> str:
        return "Not confirmed" if unconfirmed(row) else str(row.get_state_display())

    @admin.display(description="uploaded", ordering="created_at")
    def created(self, row: Owed) -> str:
        return ago(row.created_at)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = Event.objects.filter(slug=request.GET.get("event", "")).first()
        chosen = {"event": asked or current_event(today=timezone.now().date())}
        form = UploadForm(request.POST or None, request.FILES or None, initial=chosen)
        if request.method == "POST" and form.is_valid():
            forget_abandoned()
            return self._to_page(keep(form))
        return self._page(request, "upload", {"title": "Import roster", "form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if request.method == "POST":
            return self._act(request, row)
        if unconfirmed(row):
            return self._preview(request, row)
        running = row.state in {State.WAITING, State.RUNNING}
        title = {State.DONE: "Roster imported", State.FAILED: "Nothing was imported"}.get(row.state, "Importing roster")
        return self._page(request, "imported", {"title": title, "row": row, "running": running})

    def _preview(self, request: HttpRequest, row: Owed) -> HttpResponse:
        context: dict[str, Any] = {"title": "Check before importing", "row": row, "large": row.total > LARGE}
        context["may_import"] = self.has_add_permission(request)
        try:
            plan = plan_of(row)
        except (RosterError, FileNotFoundError) as error:
            return self._page(request, "preview", context | {"unreadable": str(error)})
        names = ("new", "changed", "problems", "warnings", "skipped")
        parts = {name: _part(getattr(plan, name)) for name in names}
        return self._page(request, "preview", context | {"plan": plan, "parts": parts, "seen": fingerprint(plan)})

    def _act(self, request: HttpRequest, row: Owed) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if not unconfirmed(row):
            return self._to_page(row)
        if "discard" in request.POST:
            discard(row)
            self.message_user(request, f"{row.name} was thrown away; nothing was imported.")
            return HttpResponseRedirect(reverse("admin:checkin_rosterimport_changelist"))
        return self._confirm(request, row)

    def _confirm(self, request: HttpRequest, row: Owed) -> HttpResponse:
        """What is imported is what was looked at: another change of the roster in between shows the page again."""
        if row.total <= LARGE:
            try:
                plan = plan_of(row)
            except (RosterError, FileNotFoundError):
                return self._to_page(row)
            if plan.problems or fingerprint(plan) != request.POST.get("seen"):
                moved = "The roster has changed since you looked. This is what the file would change now."
                self.message_user(request, moved, messages.WARNING)
                return self._to_page(row)
            import_roster(row.pk)
        else:
            with transaction.atomic():
                locked = self.get_queryset(request).select_for_update(of=("self",)).get(pk=row.pk)
                if unconfirmed(locked):
                    enqueue(TASK, row.pk)
        self.log_change(request, row, "Imported.")
        return self._to_page(row)

    def _to_page(self, row: Owed) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:checkin_rosterimport_change", args=[row.pk]))

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/checkin/roster_{name}.html", shared | context)


def _part(rows: Sequence[Any]) -> dict[str, Any]:
    return {"rows": rows[:SHOWN], "count": len(rows), "more": len(rows) - SHOWN}


def unconfirmed(row: Any) -> bool:
    return row.state == State.WAITING and not row.owed


def keep(form: UploadForm) -> Owed:
    """Keeps the file until somebody confirms what it would change."""
    row = RosterImport(event=form.cleaned_data["event"], name=form.cleaned_data["file"].name[:255], total=form.rows)
    row.file.save(f"{row.pk}.roster", ContentFile(form.content), save=False)
    row.save()
    return row


def plan_of(row: Owed) -> Plan:
    """What the file would change now; RosterError when it cannot be read."""
    with row.file.open("rb") as file:
        return plan_import(row.event, read_roster(row.name, file.read()))


def fingerprint(plan: Plan) -> str:
    """The same for as long as the file would change the same."""
    said = [(entry.row, entry.number, entry.columns) for entry in [*plan.new, *plan.changed]]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def discard(row: Owed) -> None:
    row.file.delete(save=False)
    row.delete()


def forget_abandoned() -> None:
    """A roster is personal data: a file that nobody confirmed within a day goes."""
    jobs = Job.objects.filter(task=TASK, subject=OuterRef("pk"))
    old = RosterImport.objects.filter(state=State.WAITING, created_at__lt=timezone.now() - FORGOTTEN_AFTER)
    for row in old.exclude(Exists(jobs)):
        discard(row)

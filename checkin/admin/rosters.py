"""Roster files: upload, look at what would change, confirm; then how far it is and what came of it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from checkin.models import RosterImport
from checkin.rosters import COLUMNS, RosterError, read_roster, uploads
from eventsync.access.admin import ReadOnlyAdmin, ago
from eventsync.access.scope import Belongs
from eventsync.schedule.models import Event
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import events_for

if TYPE_CHECKING:
    ChoiceField = forms.ModelChoiceField[Any]  # generic in their type stubs only
    Upload = UploadedFile[Any]
else:
    ChoiceField, Upload = forms.ModelChoiceField, UploadedFile

ADD = "checkin.add_rosterimport"
MAX_BYTES = 50 * 1024 * 1024

State = RosterImport.State


class UploadForm(forms.Form):
    event = ChoiceField(Event.objects.none())
    file = forms.FileField(
        help_text=f"CSV or XLSX: our own columns ({' and '.join(COLUMNS[:2])}, which it must have; "
        f"{', '.join(COLUMNS[2:])}) or pretix’s order positions."
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = events_for(user, ADD)  # type: ignore[attr-defined]

    def clean_file(self) -> Upload:
        file: Upload = self.cleaned_data["file"]
        if file.size is None or file.size > MAX_BYTES:
            raise forms.ValidationError(f"The file is larger than {MAX_BYTES // 1024**2} MB.")
        self.content = file.read()
        try:
            self.table = read_roster(file.name or "", self.content)
        except RosterError as error:
            raise forms.ValidationError(str(error)) from error
        return file


@admin.register(RosterImport)
class RosterImportAdmin(ReadOnlyAdmin):
    belongs = Belongs(event="event_id", shared=False)
    sees = ("view", "add")
    list_display = ["name", "event", "state_now", "total", "created"]
    list_filter = ["event", "state"]
    list_select_related = ["event"]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, "add", obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return uploads.with_owed(super().get_queryset(request))

    @admin.display(description="state", ordering="state")
    def state_now(self, row: Any) -> str:
        return "Not confirmed" if uploads.unconfirmed(row) else str(row.get_state_display())

    @admin.display(description="uploaded", ordering="created_at")
    def created(self, row: RosterImport) -> str:
        return ago(row.created_at)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        event = chosen_event(request.GET.get("event", ""), events_for(request.user, ADD), today=timezone.now().date())
        form = UploadForm(request.user, request.POST or None, request.FILES or None, initial={"event": event})
        if request.method == "POST" and form.is_valid():
            event, now = form.cleaned_data["event"], timezone.now()
            return self._to_page(uploads.keep(event=event, table=form.table, content=form.content, now=now))
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
        if uploads.unconfirmed(row):
            return self._preview(request, row)
        running = row.state in {State.WAITING, State.RUNNING}
        title = {State.DONE: "Roster imported", State.FAILED: "Nothing was imported"}.get(row.state, "Importing roster")
        return self._page(request, "imported", {"title": title, "row": row, "running": running})

    def _preview(self, request: HttpRequest, row: RosterImport) -> HttpResponse:
        context: dict[str, Any] = {"title": "Check before importing", "row": row, "large": bool(row.report)}
        context["may_import"] = self.has_add_permission(request, row)
        try:
            preview = uploads.preview(row)
        except RosterError as error:
            return self._page(request, "preview", context | {"unreadable": str(error)})
        return self._page(request, "preview", context | {"preview": preview, "parts": preview["parts"]})

    def _act(self, request: HttpRequest, row: RosterImport) -> HttpResponse:
        """Too late, because somebody was quicker: the page shows what came of that."""
        if not self.has_add_permission(request, row):
            raise PermissionDenied
        if "discard" in request.POST:
            return self._discard(request, row)
        match uploads.confirm(row, seen=request.POST.get("seen", "")):
            case "taken":
                self.log_change(request, row, "Confirmed.")
            case "overtaken":
                moved = "The roster has changed since you looked. This is what the file would change now."
                self.message_user(request, moved, messages.WARNING)
        return self._to_page(row)

    def _discard(self, request: HttpRequest, row: RosterImport) -> HttpResponse:
        if not uploads.discard(row):
            return self._to_page(row)
        self.message_user(request, f"{row.name} was thrown away; nothing was imported.")
        return HttpResponseRedirect(reverse("admin:checkin_rosterimport_changelist"))

    def _to_page(self, row: RosterImport) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:checkin_rosterimport_change", args=[row.pk]))

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/checkin/roster_{name}.html", shared | context)

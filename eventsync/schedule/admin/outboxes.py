"""Exported outboxes: upload, look at what is in the file, bring it in; then what came of it, and who did it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from eventsync.access.admin import NEVER, ago
from eventsync.access.scope import Belongs
from eventsync.schedule.admin.names import ChoiceField, EventFilter, EventNameAdmin
from eventsync.schedule.models import Event
from eventsync.schedule.outboxes import event_of
from eventsync.schedule.staff import events_for
from eventsync.sync.errors import ApiError
from eventsync.sync.models import Device, OutboxImport, Profile
from eventsync.sync.outbox import keeping
from eventsync.sync.outbox.importing import survey
from eventsync.sync.outbox.reading import Outbox, OutboxError

if TYPE_CHECKING:
    Upload = UploadedFile[Any]  # generic in its type stubs only
else:
    Upload = UploadedFile

MAX_BYTES = 20 * 1024 * 1024  # brought in while somebody waits for the page

ADD = "sync.add_outboximport"


class UploadForm(forms.Form):
    event = ChoiceField(Event.objects.none(), required=False, empty_label="The one that the file names")
    file = forms.FileField(
        help_text="What a phone saved with “Keep a copy of what was recorded” on its screen “This phone”: "
        "a file with the ending .ndjson."
    )

    def __init__(self, user: Any, *args: Any) -> None:
        super().__init__(*args)
        self.own = events_for(user, ADD)
        self.fields["event"].queryset = self.own  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        file: Upload | None = said.get("file")
        if file is not None:
            self._read(file, said.get("event"))
        return said

    def _read(self, file: Upload, chosen: Event | None) -> None:
        if file.size is None or file.size > MAX_BYTES:
            most = MAX_BYTES // 1024**2
            self.add_error("file", f"The file is larger than {most} MB. Use: manage.py import_outbox.")
            return
        try:
            self.outbox = Outbox(file)
            self.event_of_file = event_of(self.outbox, chosen=chosen, among=self.own)
        except OutboxError as error:
            self.add_error("file", str(error))


class CreateForm(forms.Form):
    """Only asked when the file has records of phones that are unknown here."""

    create = forms.ChoiceField(
        label="Phones that are not known here",
        choices=[("", "Leave their records out"), *((key, f"Create as: {name}") for key, name in Profile.choices)],
        required=False,
        help_text="Phones that enrolled after the backup which was restored. They become revoked phones of this event: "
        "their records count, and they read again once they enrol with a code made for them.",
    )


@admin.register(OutboxImport)
class OutboxImportAdmin(EventNameAdmin):
    belongs = Belongs(event="event_id", shared=False)
    sees = ("view", "add")
    list_display = ["name", "event", "state", "by", "uploaded"]
    list_filter = [EventFilter]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, "add", obj)

    @admin.display(description="state", ordering="done_at")
    def state(self, row: OutboxImport) -> str:
        if row.done_at is None:
            return "Not confirmed"
        return "Brought in" if row.report["whole"] else "Brought in, not whole"

    @admin.display(description="uploaded", ordering="created_at")
    def uploaded(self, row: OutboxImport) -> str:
        return ago(row.created_at)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.user, request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file: Upload = form.cleaned_data["file"]
            row = keeping.keep(
                content=file,
                name=file.name or "outbox",
                outbox=form.outbox,
                event_id=form.event_of_file.id,
                by=request.user.get_username(),
                now=timezone.now(),
            )
            return self._to_page(row)
        return self._page(request, "upload", {"title": "Import outbox", "form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if row.done_at is not None:
            return self._report(request, row)
        try:
            return self._act(request, row) if request.method == "POST" else self._preview(request, row)
        except FileNotFoundError:
            self.message_user(request, f"{row.name} is not here any more. Upload it again.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:sync_outboximport_changelist"))

    def _preview(self, request: HttpRequest, row: Any) -> HttpResponse:
        with keeping.opened(row) as outbox:
            found = survey(outbox, event_id=row.event_id)
        context = {"title": "Check before importing", "row": row, "found": found, "form": CreateForm()}
        return self._page(request, "preview", context | {"may_import": self.has_add_permission(request, row)})

    def _act(self, request: HttpRequest, row: OutboxImport) -> HttpResponse:
        if not self.has_add_permission(request, row):
            raise PermissionDenied
        form = CreateForm(request.POST)
        if "discard" in request.POST:
            keeping.discard(row)
            self.message_user(request, f"{row.name} was thrown away; nothing was imported.")
            return HttpResponseRedirect(reverse("admin:sync_outboximport_changelist"))
        if form.is_valid():
            self._import(request, row, form.cleaned_data["create"] or None)
        return self._to_page(row)

    def _import(self, request: HttpRequest, row: OutboxImport, create: str | None) -> None:
        by = request.user.get_username()
        try:
            done = keeping.finish(row, create=create, by=by, now=timezone.now())
        except ApiError:
            busy = "The database is busy. What was taken so far is safe: import the file again in a moment."
            self.message_user(request, busy, messages.WARNING)
            return
        if done:
            self.log_addition(request, row, f"Imported: {row.report['operations']} records.")
            for device in Device.objects.filter(id__in=row.report["created"]):
                self.log_addition(request, device, f"Created as the author of records in {row.name}.")

    def _report(self, request: HttpRequest, row: Any) -> HttpResponse:
        report = row.report
        known = {str(key): str(device) for key, device in Device.objects.in_bulk(list(report["left_out"])).items()}
        context = {
            "title": "Outbox imported",
            "row": row,
            "report": report,
            "created": Device.objects.filter(id__in=report["created"]),
            "left_out": [(known.get(key, key), key in known, count) for key, count in report["left_out"].items()],
            "maker": Device.objects.filter(id=row.device).first() or NEVER,
        }
        return self._page(request, "report", context)

    def _to_page(self, row: OutboxImport) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:sync_outboximport_change", args=[row.pk]))

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/sync/outboximport/{name}.html", shared | context)

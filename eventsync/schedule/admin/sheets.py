"""The draft as a file: given out; and brought again, looked at, then written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from eventsync.access.admin import ModelAdmin
from eventsync.access.scope import limit
from eventsync.schedule import sheets
from eventsync.schedule.admin.late import CHANGE, CHANGED, OF_ACTIVITY, VIEW
from eventsync.schedule.admin.names import ChoiceField
from eventsync.schedule.models import Activity, Event, IncomingFile
from eventsync.schedule.plan import incoming
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.incoming import Applied, Preview
from eventsync.schedule.plan.words import stretch
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.sheets import Sheet, keeping
from eventsync.schedule.staff import events_for, events_seen
from eventsync.tables import MIMES, TableError

if TYPE_CHECKING:
    Upload = UploadedFile[Any]  # generic in its type stubs only
else:
    Upload = UploadedFile

NEEDED = ("schedule.add_activity", CHANGE, "schedule.add_place")
"""For a whole event: a file may name any of its places, and new ones."""
MAX_BYTES = 10 * 1024 * 1024
SHOWN = 100  # of each list
GONE = "That file is not there any more: it was taken in, thrown away, or older than a day."
FORMATS = [("xlsx", "Spreadsheet (XLSX)"), ("csv", "Text (CSV)")]


class SheetForm(forms.Form):
    """Where to, and the file: `sheet` is what it says, `content` what is in it."""

    event = ChoiceField(Event.objects.none(), to_field_name="slug")
    file = forms.FileField(help_text="CSV or XLSX, with columns as an export of the schedule has them.")

    def __init__(self, events: QuerySet[Event], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = events  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        file: Upload | None = said.get("file")
        if file is None or "event" not in said:
            return said
        if file.size is None or file.size > MAX_BYTES:
            self.add_error("file", f"The file is larger than {MAX_BYTES // 1024**2} MB.")
            return said
        self.content = file.read()
        try:
            sheets.read(said["event"], file.name or "", self.content)
        except TableError as error:
            self.add_error("file", str(error))
        return said


class ExportForm(forms.Form):
    event = ChoiceField(Event.objects.none(), to_field_name="slug")
    format = forms.ChoiceField(choices=FORMATS)

    def __init__(self, events: QuerySet[Event], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = events  # type: ignore[attr-defined]


def export_page(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """GET asks which event; with `format` it gives the file."""
    if not page.has_view_permission(request):
        raise PermissionDenied
    events = events_seen(request.user, VIEW)
    chosen = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
    start = {"event": chosen.slug if chosen else None}
    form = ExportForm(events, request.GET if "format" in request.GET else None, initial=start)
    if not form.is_valid():
        return _render(page, request, "export", title="Export schedule", form=form)
    event, kind = form.cleaned_data["event"], form.cleaned_data["format"]
    rows = limit(Activity.objects.filter(event=event), request.user, VIEW, OF_ACTIVITY).select_related("place__venue")
    response = HttpResponse(sheets.write(event, rows, kind), content_type=MIMES[kind])
    response["Content-Disposition"] = f'attachment; filename="{event.slug}-schedule.{kind}"'
    return response


def import_page(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """GET asks for a file; POST keeps it and leads to what it would do."""
    events = _events(page, request)
    event = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
    start = {"event": event.slug if event else None}
    form = SheetForm(events, request.POST or None, request.FILES or None, initial=start)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        row = keeping.keep(said["event"], said["file"].name or "", form.content, now=timezone.now())
        return HttpResponseRedirect(reverse("admin:schedule_activity_incoming", args=[row.pk]))
    return _render(page, request, "import", title="Import schedule", form=form)


def incoming_page(page: ModelAdmin, request: HttpRequest, key: UUID) -> HttpResponse:
    """GET shows what a file would do; POST does just that, or throws it away."""
    row = IncomingFile.objects.filter(pk=key, event__in=_events(page, request)).select_related("event").first()
    if row is None:
        page.message_user(request, GONE, messages.WARNING)
        return _to_list()
    if "discard" in request.POST:
        row.delete()
        page.message_user(request, f"Nothing was changed. The file {row.name} was thrown away.")
        return _to_list()
    shown: dict[str, Any] = {"title": "Check before importing", "row": row}
    try:
        sheet = sheets.read(row.event, row.name, bytes(row.content))
    except TableError as error:  # the event has other languages by now
        return _render(page, request, "incoming", **shown, unreadable=str(error))
    if "seen" in request.POST and not sheet.problems and _apply(page, request, row, sheet):
        return _to_list()
    return _render(page, request, "incoming", **shown, **_told(row.event, sheet))


def _events(page: ModelAdmin, request: HttpRequest) -> QuerySet[Event]:
    """Into which somebody may bring files."""
    if not (page.has_add_permission(request) and page.has_change_permission(request)):
        raise PermissionDenied
    return events_for(request.user, *NEEDED)


def _apply(page: ModelAdmin, request: HttpRequest, row: IncomingFile, sheet: Sheet) -> bool:
    try:
        done = incoming.apply(row.event, sheet.items, seen=request.POST["seen"])
    except Overtaken:
        page.message_user(request, CHANGED, messages.WARNING)
        return False
    row.delete()
    _note(page, request, done, f"Imported from {row.name}.")
    counts = f"{len(done.added)} new, {len(done.changed)} changed"
    told = f"Imported into the draft: {counts}. Families see it once it is released."
    page.message_user(request, told, messages.SUCCESS)
    return True


def _note(page: ModelAdmin, request: HttpRequest, done: Applied, told: str) -> None:
    page.log_changes(request, [*done.places, *done.added], told, flag=ADDITION)
    page.log_changes(request, done.changed, told)


def _told(event: Event, sheet: Sheet) -> dict[str, Any]:
    what: Preview = sheets.look(event, sheet)
    new = [(each.where, each.row, stretch(each.row.start, each.row.end, event)) for each in what.additions]
    parts: dict[str, Sequence[Any]] = {
        "problems": what.problems,
        "new": new,
        "changed": what.changes,
        "missing": what.missing,
    }
    return {
        "what": what,
        "remarks": sheet.remarks,
        "parts": {
            name: {"rows": rows[:SHOWN], "count": len(rows), "more": len(rows) - SHOWN} for name, rows in parts.items()
        },
    }


def _to_list() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:schedule_activity_changelist"))


def _render(page: ModelAdmin, request: HttpRequest, name: str, **shown: Any) -> HttpResponse:
    context = {**page.admin_site.each_context(request), "opts": page.opts, **shown}
    return TemplateResponse(request, f"admin/schedule/{name}.html", context)

"""The draft as a sheet, given out; and files of any kind that are brought, looked at, then written into the draft."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from eventsync.access.admin import ModelAdmin
from eventsync.access.scope import limit
from eventsync.schedule import sheets
from eventsync.schedule.admin.late import CHANGE, CHANGED, OF_ACTIVITY, VIEW, saying_so_elsewhere
from eventsync.schedule.admin.names import EventForm, VenueField
from eventsync.schedule.files.content import Content, FileError
from eventsync.schedule.files.keeping import keep
from eventsync.schedule.files.reading import MAX_BYTES, look, read_schedule
from eventsync.schedule.models import Activity, Event, IncomingFile, Venue
from eventsync.schedule.plan import groups, incoming
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.incoming import Applied, Preview
from eventsync.schedule.plan.words import stretch
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import events_for, events_seen
from eventsync.tables import MIMES

NEEDED = ("schedule.add_activity", CHANGE, "schedule.add_place")
"""For a whole event: a file may name any of its places, and new ones."""
SHOWN = 100  # of each list
GONE = "That file is not there any more: it was taken in, thrown away, or older than a day."
FORMATS = [("xlsx", "Spreadsheet (XLSX)"), ("csv", "Text (CSV)")]


class FileForm(EventForm):
    """Where to, and the file, whose bytes are `content` once it can be read."""

    file = forms.FileField(
        help_text="CSV or XLSX with the columns of an export, or a schedule of frab, pretalx or c3voc."
    )
    venue = VenueField(
        Venue.objects.none(),
        required=False,
        label="Venue of new places",
        help_text="Only if the file adds places and does not say at which venue they are.",
    )

    def __init__(self, events: QuerySet[Event], *args: Any, **kwargs: Any) -> None:
        super().__init__(events, *args, **kwargs)
        venues = Venue.objects.filter(event__in=events).select_related("event")
        self.fields["venue"].queryset = venues  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        event, venue, file = (said.get(name) for name in ("event", "venue", "file"))
        if event and venue and venue.event_id != event.pk:
            self.add_error("venue", f"{venue} is a venue of {venue.event}, not of {event}.")
        if event and file:
            self.content = file.read(MAX_BYTES + 1)
            try:
                read_schedule(event, file.name or "", self.content)
            except FileError as error:
                self.add_error("file", str(error))
        return said


class ExportForm(EventForm):
    format = forms.ChoiceField(choices=FORMATS)


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
    form = FileForm(events, request.POST or None, request.FILES or None, initial=start)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        row = keep(said["event"], said["file"].name or "", form.content, venue=said["venue"], now=timezone.now())
        return HttpResponseRedirect(reverse("admin:schedule_activity_incoming", args=[row.pk]))
    return _render(page, request, "import", title="Import schedule", form=form)


def incoming_page(page: ModelAdmin, request: HttpRequest, key: UUID) -> HttpResponse:
    """GET shows what a file would do; POST does just that, or throws it away."""
    row = IncomingFile.objects.filter(pk=key, event__in=_events(page, request)).select_related("event", "venue").first()
    if row is None:
        page.message_user(request, GONE, messages.WARNING)
        return _to_list()
    if "discard" in request.POST:
        row.delete()
        page.message_user(request, f"Nothing was changed. The file {row.name} was thrown away.")
        return _to_list()
    shown: dict[str, Any] = {"title": "Check before importing", "row": row}
    try:
        content = read_schedule(row.event, row.name, bytes(row.content))
    except FileError as error:  # the event has other languages by now
        return _render(page, request, "incoming", **shown, unreadable=str(error))
    if "seen" in request.POST and not content.problems and _apply(page, request, row, content):
        return _to_list()
    return _render(page, request, "incoming", **shown, **_told(row, content))


def _events(page: ModelAdmin, request: HttpRequest) -> QuerySet[Event]:
    """Into which somebody may bring files."""
    if not (page.has_add_permission(request) and page.has_change_permission(request)):
        raise PermissionDenied
    return events_for(request.user, *NEEDED)


def _apply(page: ModelAdmin, request: HttpRequest, row: IncomingFile, content: Content) -> bool:
    try:
        with saying_so_elsewhere(page, request, row.event):
            done = incoming.apply(row.event, content.items, seen=request.POST["seen"], venue=row.venue)
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


def _told(row: IncomingFile, content: Content) -> dict[str, Any]:
    what = look(row.event, content, venue=row.venue)
    new = [(each.where, each.row, stretch(each.row.start, each.row.end, row.event)) for each in what.additions]
    parts: dict[str, Sequence[Any]] = {
        "problems": what.problems,
        "new": new,
        "changed": what.changes,
        "missing": what.missing,
    }
    return {
        "what": what,
        "remarks": [*content.remarks, *_misspelt(row.event, what)],
        "parts": {
            name: {"rows": rows[:SHOWN], "count": len(rows), "more": len(rows) - SHOWN} for name, rows in parts.items()
        },
    }


def _misspelt(event: Event, what: Preview) -> Iterator[str]:
    """Groups that only the file names, and that are written nearly so elsewhere."""
    rows = [each.row for each in (*what.additions, *what.changes)]
    known = groups.known(event, but=[row.pk for row in rows])
    for each in groups.strange(sorted({group for row in rows for group in row.groups}), known):
        if each.near:
            yield f"Only this file names “{each.group}”. {each.question}"


def _to_list() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:schedule_activity_changelist"))


def _render(page: ModelAdmin, request: HttpRequest, name: str, **shown: Any) -> HttpResponse:
    context = {**page.admin_site.each_context(request), "opts": page.opts, **shown}
    return TemplateResponse(request, f"admin/schedule/{name}.html", context)

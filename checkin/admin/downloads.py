"""Files to take away: the attendance ledger and the roster. GET asks which; GET with answers gives the file."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import slugify

from checkin import exports, rosters
from checkin.models import Checkpoint
from eventsync.access.scope import Belongs, limit
from eventsync.schedule.admin.names import ChoiceField, EventForm
from eventsync.schedule.models import Event
from eventsync.schedule.queries import current_event
from eventsync.schedule.staff import events_for, events_seen, venues_for

LEDGER = "checkin.view_attendancerecord"
ROSTER = ("checkin.view_person", "checkin.view_credential")  # the file has the codes, too
OF_CHECKPOINT = Belongs(event="venue__event_id", venue="venue_id")

_FORMATS = [("xlsx", "Spreadsheet (XLSX)"), ("csv", "Text (CSV)")]


class RosterForm(EventForm):
    format = forms.ChoiceField(choices=_FORMATS)

    def clean(self) -> dict[str, Any]:
        """Makes the file, since not every roster fits into every format."""
        said = super().clean() or {}
        if not self.errors:
            try:
                self.content = rosters.export_roster(said["event"], said["format"])
            except rosters.RosterError as error:
                self.add_error("format", str(error))
        return said


class AttendanceForm(EventForm):
    checkpoint = ChoiceField(Checkpoint.objects.none(), required=False, empty_label="All checkpoints")
    format = forms.ChoiceField(choices=_FORMATS)

    def __init__(self, user: Any, data: Any, initial: dict[str, Any]) -> None:
        super().__init__(events_seen(user, LEDGER), data, initial=initial)
        doors = Checkpoint.objects.select_related("venue").order_by("venue__name", "name")
        self.fields["checkpoint"].queryset = limit(doors, user, LEDGER, OF_CHECKPOINT)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        event, checkpoint = said.get("event"), said.get("checkpoint")
        if event and checkpoint and checkpoint.venue.event_id != event.id:
            self.add_error("checkpoint", f"{checkpoint} is not a checkpoint of {event}.")
        return said


def attendance(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    said = request.GET if "format" in request.GET else None
    form = AttendanceForm(request.user, said, _initial(request, events_seen(request.user, LEDGER)))
    if not form.is_valid():
        about = "Every entry of the ledger in order of time, with names. Times are in the event's time zone."
        return _ask(request, form, context | {"title": "Export attendance", "about": about})
    event, checkpoint, chosen = (form.cleaned_data[name] for name in ("event", "checkpoint", "format"))
    kind, write = exports.FORMATS[chosen]
    whole = events_for(request.user, LEDGER).filter(pk=event.pk).exists()
    parts = write(exports.attendance(event, checkpoint, None if whole else venues_for(request.user, LEDGER)))
    where = f"-{slugify(checkpoint.name)}" if checkpoint else ""
    response = StreamingHttpResponse(parts, content_type=kind)
    return _attached(response, f"{event.slug}-attendance{where}.{chosen}")


def roster(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    events = events_for(request.user, *ROSTER)
    form = RosterForm(events, request.GET if "format" in request.GET else None, initial=_initial(request, events))
    if not form.is_valid():
        about = "Everybody on the roster, with their codes: what an import takes. Keep it as safe as the wristbands."
        return _ask(request, form, context | {"title": "Export roster", "about": about})
    event, chosen = form.cleaned_data["event"], form.cleaned_data["format"]
    kind, _ = exports.FORMATS[chosen]
    return _attached(HttpResponse(form.content, content_type=kind), f"{event.slug}-roster.{chosen}")


def _initial(request: HttpRequest, events: QuerySet[Event]) -> dict[str, Any]:
    event = current_event(events, today=timezone.now().date())
    return {"event": event.slug if event else None, **request.GET.dict()}


def _ask(request: HttpRequest, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, "admin/checkin/export.html", context | {"form": form})


def _attached(response: Any, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    answer: HttpResponseBase = response
    return answer

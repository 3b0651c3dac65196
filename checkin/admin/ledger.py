"""The attendance ledger: who was admitted where, by whom, and why something is flagged. Read-only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from checkin.admin import downloads, search
from checkin.admin.filters import (
    CheckpointFilter,
    DayFilter,
    FlagFilter,
    PersonFilter,
    RefusalFilter,
    VenueFilter,
    about,
)
from checkin.flags import REFUSALS, WHY
from checkin.models import AttendanceRecord
from checkin.queries import by_whom, flags_of, people_of
from eventsync.access.admin import NEVER, ReadOnlyAdmin
from eventsync.access.scope import Belongs
from eventsync.schedule.admin import EventFilter
from eventsync.sync.admin import as_id


def tell(records: Sequence[AttendanceRecord]) -> None:
    """Adds `who` and `told` (all flags) to records that are about to be shown, for all of them at once."""
    people, flags = people_of(records), flags_of(records)
    for record in records:
        vars(record).update(who=people[record.operation_id], told=flags[record.operation_id])


class LedgerList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        records: Any = list(self.result_list)
        tell(records)
        self.result_list = records


@admin.register(AttendanceRecord)
class LedgerAdmin(ReadOnlyAdmin):
    belongs = Belongs(event="event_id", venue="checkpoint__venue_id")
    list_display = ["happened", "what", "person", "place", "window", "slot", "recorded_by", "flag_list"]
    list_filter = [
        EventFilter,
        VenueFilter,
        CheckpointFilter,
        DayFilter,
        "verb",
        FlagFilter,
        RefusalFilter,
        PersonFilter,
    ]
    list_select_related = ["checkpoint__venue", "event"]
    note = ""
    search_fields = ["operation_id"]  # shows the box; what it finds is in checkin.admin.search
    search_help_text = "The person's name or number, a code, or an operation's id."
    fields = [
        "person", "what", "place", "window", "slot", "when", "received", "by", "on_phone", "method", "why_refused",
        "note", "credential", "roster_version", "group", "undoes", "why", "operation",
    ]  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LedgerList

    def get_queryset(self, request: HttpRequest) -> QuerySet[AttendanceRecord]:
        return super().get_queryset(request).select_related("checkpoint__venue", "event", "device")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        record = super().get_object(request, object_id, from_field)
        if record is not None:
            tell([record])
        return record

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name="checkin_attendancerecord_export"), *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search.clean(search_term):
            return queryset, False
        if key := as_id(search_term):
            return queryset.filter(operation_id=key), False
        return about(queryset, search.subjects(search_term)), False

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return downloads.attendance(request, self.admin_site.each_context(request) | {"opts": self.opts})

    @admin.display(description="happened", ordering="at")
    def when(self, record: Any) -> str:
        return _local(record.at, record)

    @admin.display(description="happened", ordering="at")
    def happened(self, record: Any) -> str:
        return f"{record.at.astimezone(ZoneInfo(record.event.tz)):%a %d %b, %H:%M:%S}"

    @admin.display(description="received", ordering="received_at")
    def received(self, record: Any) -> str:
        return _local(record.received_at, record)

    @admin.display(description="what", ordering="verb")
    def what(self, record: Any) -> str:
        said = record.get_verb_display()
        if record.verb == "refuse":
            said = f"{said}: {self.why_refused(record)}"
        return format_html("<s>{}</s> (undone)", said) if record.voided else said

    @admin.display(description="person")
    def person(self, record: Any) -> str:
        who = record.who
        if who.person is None:
            return format_html("<em>{}</em>", who.name)
        url = reverse("admin:checkin_person_change", args=[who.person])
        return format_html('<a href="{}">{}</a> <span class="quiet">{}</span>', url, who.name, who.number)

    @admin.display(description="checkpoint", ordering="checkpoint__name")
    def place(self, record: Any) -> str:
        return str(record.checkpoint)

    @admin.display(description="by", ordering="by")
    def recorded_by(self, record: Any) -> str:
        return by_whom(record.by, record.phone)

    @admin.display(description="phone")
    def on_phone(self, record: Any) -> str:
        url = reverse("admin:sync_device_change", args=[record.device_id])
        return format_html('<a href="{}">{}</a>', url, record.phone or record.device)

    @admin.display(description="flags")
    def flag_list(self, record: Any) -> str:
        """Each flag opens to its sentence."""
        shape = '<details class="flag"><summary>{}</summary>{}</details>'
        return format_html_join("", shape, _sentences(record.told)) or NEVER

    @admin.display(description="why")
    def why(self, record: Any) -> str:
        return format_html_join("", "<p><strong>{}</strong>: {}</p>", _sentences(record.told)) or "Nothing to remark."

    @admin.display(description="reason")
    def why_refused(self, record: Any) -> str:
        """What an override says, or the words for a refusal's code; older phones gave refusals free text."""
        said: str = record.reason
        return REFUSALS.get(said, said) if record.verb == "refuse" else said

    @admin.display(description="undoes")
    def undoes(self, record: Any) -> str:
        if record.refers_to is None:
            return NEVER
        url = reverse("admin:checkin_attendancerecord_change", args=[record.refers_to])
        return format_html('<a href="{}">{}</a>', url, record.refers_to)

    @admin.display(description="operation")
    def operation(self, record: Any) -> str:
        url = reverse("admin:sync_operation_change", args=[record.operation_id])
        return format_html('<a href="{}">{}</a>', url, record.operation_id)


def _sentences(flags: Sequence[str]) -> list[tuple[str, str]]:
    return [(flag.replace("_", " "), WHY.get(flag, "")) for flag in flags]


def _local(moment: datetime, record: Any) -> str:
    zone = record.event.tz
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M:%S} ({zone})"

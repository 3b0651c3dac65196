"""Conflicts as the organisers see them. Leads decide on their phones; what is decided here counts the same."""

from datetime import datetime
from typing import Any

import orjson
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join

from checkin.admin.ledger import tell
from checkin.conflicts import deciding
from checkin.models import AttendanceRecord, Conflict, ConflictAct, ConflictKind, ConflictState, Resolution
from eventsync.access.admin import NEVER, ReadOnlyAdmin
from eventsync.access.scope import Belongs


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    belongs = Belongs(event="event_id", venue="checkpoint__venue_id")
    list_display = ["__str__", "who", "where", "since", "state", "owner", "resolution"]
    list_filter = ["event", "state", "what"]
    list_select_related = ["checkpoint__venue"]
    ordering = ["state", "-since"]  # open, owned, resolved
    actions = ["resolve", "share", "reopen"]
    fields = ["__str__", "who", "where", "arrivals", "since", "state", "owner", "resolution", "done"]

    @admin.display(description="where", ordering="checkpoint")
    def where(self, conflict: Conflict) -> str:
        return ", ".join(filter(None, [str(conflict.checkpoint), conflict.slot]))

    @admin.display(description="who")
    def who(self, conflict: Conflict) -> str:
        """The person, or all who have the place."""
        return ", ".join(dict.fromkeys(each.who.name for each in self._records(conflict))) or NEVER

    @admin.display(description="arrivals")
    def arrivals(self, conflict: Conflict) -> str:
        told = [
            (f"{each.who.name}: " if conflict.slot else "", _utc(each.at), each.checkpoint, each.by, each.device)
            for each in self._records(conflict)
        ]
        return format_html_join("", "<p>{}{}, {}, by {} on {}</p>", told)

    @admin.display(description="what was done")
    def done(self, conflict: Conflict) -> str:
        acts = ConflictAct.objects.filter(conflict_id=conflict.pk)
        shape = "<p>{}, {}: {} {}</p>"
        return format_html_join("", shape, [(_utc(act.at), act.by, act, act.note) for act in acts]) or NEVER

    def _records(self, conflict: Conflict) -> list[Any]:
        keys = [each["id"] for each in orjson.loads(conflict.body)["operations"]]
        rows = AttendanceRecord.objects.filter(operation_id__in=keys).select_related("checkpoint__venue", "device")
        found = list(rows.order_by("at", "seq", "operation_id"))
        tell(found)
        return found

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("checkin.change_conflict")

    @admin.action(description="Same person: nothing to do", permissions=["resolve"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[Conflict]) -> None:
        of_people = queryset.exclude(state=ConflictState.RESOLVED).exclude(what=ConflictKind.SLOT_TAKEN)
        self._decide(request, of_people, Resolution.SAME_PERSON)

    @admin.action(description="They share the place: nothing to do", permissions=["resolve"])
    def share(self, request: HttpRequest, queryset: QuerySet[Conflict]) -> None:
        of_places = queryset.exclude(state=ConflictState.RESOLVED).filter(what=ConflictKind.SLOT_TAKEN)
        self._decide(request, of_places, Resolution.SHARED)

    @admin.action(description="Open again", permissions=["resolve"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Conflict]) -> None:
        self._decide(request, queryset.filter(state=ConflictState.RESOLVED), Resolution.REOPENED)

    def _decide(self, request: HttpRequest, conflicts: QuerySet[Conflict], resolution: Resolution) -> None:
        chosen, by, now = list(conflicts), request.user.get_username(), timezone.now()
        for conflict in chosen:
            deciding.decide(conflict=conflict, resolution=resolution, by=by, now=now)
            self.log_change(request, conflict, resolution.label)
        noun = "conflict" if len(chosen) == 1 else "conflicts"
        self.message_user(request, f"{len(chosen)} {noun}: {resolution.label.lower()}.", messages.SUCCESS)


def _utc(moment: datetime) -> str:
    return f"{moment:%a %d %b, %H:%M:%S} UTC"

"""Rows that families read as soon as they are saved."""

from typing import Any

from django.http import HttpRequest

from eventsync.schedule.admin.drafts import DraftAdmin
from eventsync.schedule.pages.live import told_at_once
from eventsync.schedule.staff import OF_ROW


class AtOnceAdmin(DraftAdmin):
    belongs = OF_ROW

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_model(request, obj, form, change)
        told_at_once(obj.event_id)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        told_at_once(obj.event_id)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        events = {*queryset.values_list("event", flat=True)}
        super().delete_queryset(request, queryset)
        told_at_once(*events)

    def why_kept(self, obj: Any) -> str:
        return ""

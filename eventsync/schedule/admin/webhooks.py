"""Webhooks of an event, made by its managers; those of all events by whoever runs the server."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from eventsync.access.scope import scope
from eventsync.jobs.models import Webhook
from eventsync.jobs.webhooks.admin import WebhookAdmin
from eventsync.schedule.admin.names import EventFilter, with_event_names
from eventsync.schedule.staff import events_for

ALL = "All events"


@admin.register(Webhook)
class EventWebhookAdmin(WebhookAdmin):
    """Whose it is never changes: what was sent is told to the managers of that event."""

    list_display = ["name", "event", "url", "state", "waiting", "last"]
    list_filter = [EventFilter]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        return with_event_names(super().get_queryset(request))

    @admin.display(description="event", ordering="event_name")
    def event(self, row: Any) -> str:
        return str(row.event_name or ALL)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ["name", "url", "state", "lately", "event", "names"] if obj else ["name", "url", "event_id", "names"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["event", "state", "lately"] if obj else []

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "event_id":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        right = self.right("add")
        everywhere = scope(request.user, right).everywhere
        own = [(str(key), name) for key, name in events_for(request.user, right).values_list("pk", "name")]
        return forms.TypedChoiceField(
            choices=[("", ALL if everywhere else "Choose one"), *own],
            coerce=UUID,
            empty_value=None,
            required=not everywhere,
            label="Event",
            help_text="Only what this event tells is sent there.",
        )

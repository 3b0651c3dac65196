"""Rows of the engine, which has only ids of events and venues, with their names."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from eventsync.access.admin import ReadOnlyAdmin
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.queries import current_event
from eventsync.schedule.staff import events_seen
from eventsync.sync import admin as sync_admin

if TYPE_CHECKING:
    ChoiceField = forms.ModelChoiceField[Any]  # generic in its type stubs only
else:
    ChoiceField = forms.ModelChoiceField


class EventForm(forms.Form):
    """Asks for one of some events."""

    event = ChoiceField(Event.objects.none(), to_field_name="slug")

    def __init__(self, events: QuerySet[Event], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = events  # type: ignore[attr-defined]


def with_event_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Adds event_name and event_tz to rows that have only the id."""
    event = Event.objects.filter(id=OuterRef("event_id"))
    named: QuerySet[Any] = rows.annotate(
        event_name=Subquery(event.values("name")[:1]), event_tz=Subquery(event.values("tz")[:1])
    )
    return named


def with_venue_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Adds venue_name."""
    venue = Venue.objects.filter(id=OuterRef("venue_id"))
    everywhere = Value("All venues", output_field=CharField())
    named: QuerySet[Any] = rows.annotate(venue_name=Coalesce(Subquery(venue.values("name")[:1]), everywhere))
    return named


class EventNameAdmin(ReadOnlyAdmin):
    """Rows with the bare id of an event, shown by name."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_event_names(super().get_queryset(request))

    @admin.display(description="event", ordering="event_name")
    def event(self, row: Any) -> str:
        return str(row.event_name or "?")


class NamesAdmin(EventNameAdmin):
    """The same, with a venue's."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_venue_names(super().get_queryset(request))

    @admin.display(description="venue", ordering="venue_name")
    def venue(self, row: Any) -> str:
        return str(row.venue_name)


class EventFilter(sync_admin.ByIdFilter):
    title = "event"
    parameter_name = "event"
    field = "event_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Only those of which the reader may see something here."""
        events = events_seen(request.user, model_admin.right("view"))
        return [(str(key), name) for key, name in events.values_list("id", "name")]


class OneEventFilter(EventFilter):
    """Always one event, the current one until somebody chooses. For tables too large to be sorted whole."""

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        searched = sync_admin.as_id(request.GET.get("q", ""))  # what has an id is found in every event
        if self.value() is None and searched is None and (event := self._current(request, model_admin)):
            self.used_parameters[self.parameter_name] = str(event.id)

    def _current(self, request: HttpRequest, model_admin: Any) -> Event | None:
        return current_event(events_seen(request.user, model_admin.right("view")), today=timezone.now().date())

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Without Django's first one, which is all of them."""
        return islice(super().choices(changelist), 1, None)


class VenueField(ChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.event.name}: {obj.name}"

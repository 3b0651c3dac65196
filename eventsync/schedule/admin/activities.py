"""Activities, as a list and one by one."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from eventsync.schedule.admin.days import some_day
from eventsync.schedule.admin.drafts import DraftAdmin, DraftForm, Lines, event_asked, event_of, translate
from eventsync.schedule.admin.files import export_page, import_page, incoming_page
from eventsync.schedule.admin.late import OF_ACTIVITY, VIEW, late_page, saying_so_elsewhere
from eventsync.schedule.admin.moving import ask, move_page
from eventsync.schedule.admin.names import VenueField
from eventsync.schedule.models import Activity, Event, Place, Revision
from eventsync.schedule.models.happening import EARLIEST_DAY, LATEST_DAY
from eventsync.schedule.pages.symbols import choices
from eventsync.schedule.plan import groups
from eventsync.schedule.plan.editing import Overtaken, change
from eventsync.schedule.plan.freezing import TEXTS
from eventsync.schedule.queries import current_event
from eventsync.schedule.staff import events_seen

WHEN = {"place", "start", "end", "delay", "status", "groups", "buffer"}
"""What says when something is, and what waits for it."""


def _moment(said: str) -> datetime | None:
    """Nothing, if that is no time of these centuries."""
    try:
        found = datetime.fromisoformat(said).replace(tzinfo=timezone.get_current_timezone())
    except ValueError:
        return None
    return found if EARLIEST_DAY <= found.date() <= LATEST_DAY else None


def _name_halves(moment: forms.Field) -> None:
    """Django names a date and its time only together, which screen readers do not say of either."""
    for widget, half in zip(getattr(moment.widget, "widgets", ()), ("date", "time"), strict=False):
        widget.attrs["aria-label"] = f"{moment.label or ''}: {half}"


def _clock_of(event: Event | None) -> str:
    return f"By the clock of {event}: {event.tz}." if event else "By the clock of the event that the place is of."


class PlaceField(VenueField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.venue.name}: {obj.name}"


class ActivityForm(DraftForm):
    groups = Lines(required=False, label="Only for", help_text="Groups or delegations, one a line. Empty: everybody.")
    translated = plain = TEXTS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"start", "end"} & self.fields.keys():
            _name_halves(self.fields[name])
            self.fields[name].help_text = _clock_of(event_of(self.instance) or self.asked)
        if slug := self.fields.get("symbol"):
            offered = choices(self.instance.symbol, event_of(self.instance))
            self.fields["symbol"] = forms.ChoiceField(
                choices=offered, required=False, label="Picture", help_text=slug.help_text
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        place: Place | None = said.get("place")
        if place and self.instance._state.adding:  # noqa: SLF001 - Django documents it
            self.instance.event = place.venue.event
        if (number := said.get("number")) and self._taken(number):
            self.add_error("number", "Another activity of this event has this number.")
        return said

    def _taken(self, number: str) -> bool:
        others = Activity.objects.filter(event=self.instance.event_id, number=number)
        return others.exclude(pk=self.instance.pk).exists()


translate(ActivityForm, Activity)


@admin.register(Activity)
class ActivityAdmin(DraftAdmin):
    belongs = OF_ACTIVITY
    form = ActivityForm
    list_display = ["title", "when", "place", "venue", "status", "delay", "event"]
    list_filter = ["event", "place__venue", "status"]
    list_select_related = ["event", "place__venue"]
    search_fields = ["title", "number"]
    main = (
        "place", "title", "sentence", "start", "end", "delay", "status", "note", "groups", "symbol", "priority",
        "buffer", "outline", "number",
    )  # fmt: skip

    actions = ["on_time", "move"]

    def get_urls(self) -> list[URLPattern]:
        pages = {"late": late_page, "move": move_page, "day": some_day, "export": export_page, "import": import_page}
        own = [self._own_path(f"{name}/", name, page) for name, page in pages.items()]
        return [*own, self._own_path("incoming/<uuid:key>/", "incoming", incoming_page), *super().get_urls()]

    def _own_path(self, address: str, name: str, page: Callable[..., HttpResponse]) -> URLPattern:
        return path(address, self.admin_site.admin_view(partial(page, self)), name=f"schedule_activity_{name}")

    def save_model(self, request: HttpRequest, obj: Activity, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        with saying_so_elsewhere(self, request, obj.event) if WHEN & {*form.changed_data} else nullcontext():
            super().save_model(request, obj, form, change)
        if "groups" in form.changed_data:
            self._remark_groups(request, obj, set(obj.groups) - set(form.initial.get("groups") or ()))

    def _remark_groups(self, request: HttpRequest, obj: Activity, added: set[str]) -> None:
        """Who is misspelt has nothing on their own day."""
        known = groups.known(obj.event, but=[obj.pk])
        for each in groups.strange(sorted(added), known) if known else ():
            told = f"No other activity, family card or person on the list is of “{each.group}”. {each.question}"
            self.message_user(request, told.strip(), messages.WARNING if each.near else messages.INFO)

    @admin.action(description="On time again", permissions=["change"])
    def on_time(self, request: HttpRequest, queryset: QuerySet[Activity]) -> None:
        """What somebody else changes just now stays."""
        done = []
        for row in queryset.filter(delay__gt=0):
            with suppress(Overtaken):
                done.append(change(row, version=row.version, values={"delay": 0}))
        self.say_done(request, done, "on time again in the draft", one="activity is", many="activities are")

    @admin.action(description="Move by minutes", permissions=["change"])
    def move(self, request: HttpRequest, queryset: QuerySet[Activity]) -> HttpResponse:
        """Asks by how many, then shows what it does."""
        return ask(self, request, queryset)

    @admin.display(description="when", ordering="start")
    def when(self, activity: Activity) -> str:
        zone = ZoneInfo(activity.event.tz)
        return f"{activity.start.astimezone(zone):%a %-d %b, %H:%M} to {activity.end.astimezone(zone):%H:%M}"

    @admin.display(description="venue", ordering="place__venue__name")
    def venue(self, activity: Activity) -> str:
        return activity.place.venue.name

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs | {"form_class": PlaceField})
        if field is not None:
            field.queryset = field.queryset.select_related("venue")
        return field

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's
        form = super().get_form(request, obj, change, **kwargs)
        place = form.base_fields.get("place")
        if obj is not None and isinstance(place, forms.ModelChoiceField) and place.queryset is not None:
            place.queryset = place.queryset.filter(venue__event=obj.event_id)
        return form

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Times are typed and shown in the event's zone."""
        with timezone.override(self._zone(request, object_id)):
            response = super().changeform_view(request, object_id, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A page that leads here may say a place of the event and times in its zone."""
        said: dict[str, Any] = super().get_changeform_initial_data(request)
        return said | {name: _moment(said[name]) for name in ("start", "end") if name in said}

    def _zone(self, request: HttpRequest, object_id: str | None) -> ZoneInfo | None:
        """That of a new one is its place's; until that is chosen, that of the event which is on."""
        if object_id:
            activity: Activity | None = self.get_object(request, object_id)
            return ZoneInfo(activity.event.tz) if activity else None
        event = event_asked(request) or current_event(events_seen(request.user, VIEW), today=timezone.now().date())
        return ZoneInfo(event.tz) if event else None

    def why_kept(self, obj: Activity) -> str:
        told = Revision.objects.filter(key=obj.pk).exists()
        return f"Families have read of {obj}. Cancel it instead: it stays in the plan and says so." if told else ""

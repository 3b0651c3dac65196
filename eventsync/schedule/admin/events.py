"""Events and venues, kept once something depends on them."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from eventsync.access.admin import ModelAdmin, OwnRows
from eventsync.schedule.admin.copying import copied_by, copy_page
from eventsync.schedule.admin.days import day_page
from eventsync.schedule.admin.families import families_page
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.staff import OF_EVENT, OF_VENUE
from eventsync.sync.models import Device, EnrolmentCode

if TYPE_CHECKING:
    VenueInlineBase = admin.TabularInline[Venue, Event]  # generic in their type stubs only
    EventFormBase = forms.ModelForm[Event]
else:
    VenueInlineBase, EventFormBase = admin.TabularInline, forms.ModelForm


class KeptAdmin(ModelAdmin):
    """Rows that can be deleted until something depends on them; from then on the page says what."""

    delete_confirmation_template = "admin/kept_delete.html"
    delete_selected_confirmation_template = "admin/kept_delete_selected.html"

    def why_kept(self, obj: Any) -> str:
        """A sentence, or nothing when the row may go."""
        raise NotImplementedError  # each kind of row says why

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        reasons = [reason for obj in objs if (reason := self.why_kept(obj))]
        return ([], {}, set(), reasons) if reasons else super().get_deleted_objects(objs, request)


class VenueInline(OwnRows, VenueInlineBase):
    model = Venue
    extra = 0
    can_delete = False
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "slug"]
    show_change_link = True


class EventForm(EventFormBase):
    languages = forms.MultipleChoiceField(
        label="Also in", required=False, choices=[*LANGUAGES.items()], widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields:  # who may only look has no fields
            self.fields["language"].required = False  # a program that does not say it leaves it as it is

    def clean_language(self) -> str:
        return str(self.cleaned_data["language"] or self.instance.language)


class EventAdmin(KeptAdmin):
    """Registered by `checkin.admin`, which knows what hangs on an event's time zone."""

    belongs = OF_EVENT
    list_display = ["name", "slug", "first_day", "last_day", "tz"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "slug", "tz", "first_day", "last_day", "apart_minutes", "safety_needs_two", "keep_until"]
    fields += ["language", "languages", "help_phone"]
    form = EventForm
    inlines = [VenueInline]

    def get_urls(self) -> list[URLPattern]:
        pages = (day_page, copy_page, families_page)
        day, copy, families = (self.admin_site.admin_view(partial(page, self)) for page in pages)
        own = [
            path("families/", families, name="schedule_event_families"),
            path("<uuid:object_id>/day/", day, name="schedule_event_day"),
            path("<uuid:object_id>/copy/", copy, name="schedule_event_copy"),
        ]
        return [*own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        event = context.get("original")
        context["may_copy"] = event is not None and copied_by(request.user).filter(pk=event.pk).exists()
        return super().render_change_form(request, context, *args, **kwargs)

    def why_kept(self, obj: Event) -> str:
        if Device.objects.filter(event_id=obj.id).exists():
            return f"Phones were enrolled for {obj}. What they recorded is never removed, so the event has to stay."
        if obj.venues.exists():
            return f"{obj} has venues. Delete those first."
        return ""


class VenueAdmin(KeptAdmin):
    """Registered by `checkin.admin`, whose checkpoints carry the venue's name to the phones."""

    belongs = OF_VENUE
    list_display = ["name", "slug", "event"]
    list_filter = ["event"]
    list_select_related = ["event"]
    search_fields = ["name", "slug", "event__name"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["event", "name", "slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["event"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return {"slug": ["name"]} if self.has_add_permission(request) and obj is None else {}

    def why_kept(self, obj: Venue) -> str:
        if Device.objects.filter(venue_id=obj.id).exists():
            return f"Phones were enrolled for {obj}, so the venue has to stay."
        if obj.places.exists():
            return f"The schedule has places at {obj}. Delete those first."
        if EnrolmentCode.objects.filter(venue_id=obj.id).exists():
            return f"Enrolment codes were made for {obj}. Delete those first."
        return ""

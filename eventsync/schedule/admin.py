"""Events and venues, and what carries their names: phones and enrolment codes."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import segno
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, F, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from eventsync.jobs.admin import ModelAdmin, ReadOnlyAdmin
from eventsync.schedule.invitations import HOURS, MAX_HOURS, MAX_USES, Asked, faults, invite_phones
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.queries import current_event
from eventsync.sync import admin as sync_admin
from eventsync.sync.enrolment import Invitation
from eventsync.sync.models import Device, EnrolmentCode, Operation, Profile

if TYPE_CHECKING:
    VenueInlineBase = admin.TabularInline[Venue, Event]  # generic in their type stubs only
    ChoiceField = forms.ModelChoiceField[Any]
else:
    VenueInlineBase = admin.TabularInline
    ChoiceField = forms.ModelChoiceField


class KeptAdmin(ModelAdmin):
    """Rows that can be deleted until something depends on them; from then on the page says what."""

    delete_confirmation_template = "admin/kept_delete.html"
    delete_selected_confirmation_template = "admin/kept_delete_selected.html"

    def why_kept(self, obj: Any) -> str:
        """A sentence, or nothing when the row may go."""
        raise NotImplementedError

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        reasons = [reason for obj in objs if (reason := self.why_kept(obj))]
        return ([], {}, set(), reasons) if reasons else super().get_deleted_objects(objs, request)


class VenueInline(VenueInlineBase):
    model = Venue
    extra = 0
    can_delete = False
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "slug"]
    show_change_link = True


class EventAdmin(KeptAdmin):
    """Registered by `checkin.admin`, which knows what hangs on an event's time zone."""

    list_display = ["name", "slug", "first_day", "last_day", "tz"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "slug", "tz", "first_day", "last_day"]
    inlines = [VenueInline]

    def why_kept(self, obj: Event) -> str:
        if Device.objects.filter(event_id=obj.id).exists():
            return f"Phones were enrolled for {obj}. What they recorded is never removed, so the event has to stay."
        if obj.venues.exists():
            return f"{obj} has venues. Delete those first."
        return ""


class VenueAdmin(KeptAdmin):
    """Registered by `checkin.admin`, whose checkpoints carry the venue's name to the phones."""

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
        if EnrolmentCode.objects.filter(venue_id=obj.id).exists():
            return f"Enrolment codes were made for {obj}. Delete those first."
        return ""


def with_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Adds event_name, venue_name and event_tz to rows that have only the ids."""
    event = Event.objects.filter(id=OuterRef("event_id"))
    venue = Venue.objects.filter(id=OuterRef("venue_id"))
    everywhere = Value("All venues", output_field=CharField())
    named: QuerySet[Any] = rows.annotate(
        event_name=Subquery(event.values("name")[:1]),
        event_tz=Subquery(event.values("tz")[:1]),
        venue_name=Coalesce(Subquery(venue.values("name")[:1]), everywhere),
    )
    return named


class NamesAdmin(ReadOnlyAdmin):
    """Rows with the bare ids of an event and a venue, shown by name."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_names(super().get_queryset(request))

    @admin.display(description="event", ordering="event_name")
    def event(self, row: Any) -> str:
        return str(row.event_name or "?")

    @admin.display(description="venue", ordering="venue_name")
    def venue(self, row: Any) -> str:
        return str(row.venue_name)


class EventFilter(sync_admin.ByIdFilter):
    title = "event"
    parameter_name = "event"
    field = "event_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(key), name) for key, name in Event.objects.values_list("id", "name")]


class OneEventFilter(EventFilter):
    """Always one event, the current one until somebody chooses. For tables too large to be sorted whole."""

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        searched = sync_admin.as_id(request.GET.get("q", ""))  # what has an id is found in every event
        if self.value() is None and searched is None and (event := current_event(today=timezone.now().date())):
            self.used_parameters[self.parameter_name] = str(event.id)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Without Django's first one, which is all of them."""
        return islice(super().choices(changelist), 1, None)


@admin.register(Device)
class NamedDeviceAdmin(NamesAdmin, sync_admin.DeviceAdmin):
    list_display = ["__str__", "event", "venue", "profile", "heard", "pending_count", "state"]
    list_filter = [EventFilter, sync_admin.RevokedFilter, "profile"]
    fields = ["name", "id", "event", "venue", *sync_admin.DeviceAdmin.fields[2:]]


@admin.register(Operation)
class OperationOfEventAdmin(sync_admin.OperationAdmin):
    list_filter = [OneEventFilter, *sync_admin.OperationAdmin.list_filter]


class VenueField(ChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.event.name}: {obj.name}"


class InvitationForm(forms.Form):
    """What a new enrolment code is for."""

    event = ChoiceField(Event.objects.all())
    venue = VenueField(
        Venue.objects.select_related("event").order_by("event__name", "name"),
        required=False,
        empty_label="All venues",
        help_text="The phone works for this venue only.",
    )
    profile = forms.ChoiceField(choices=Profile.choices)
    uses = forms.IntegerField(
        initial=1, min_value=1, max_value=MAX_USES, help_text="How many phones may enrol with this one code."
    )
    hours = forms.IntegerField(
        label="Valid for (hours)", initial=HOURS, min_value=1, max_value=MAX_HOURS, help_text="48 is two days."
    )

    device = ChoiceField(Device.objects.all(), required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            for field, sentence in faults(Asked(**said)):
                self.add_error(field, sentence)
        return said


def _known_device(request: HttpRequest) -> Device | None:
    """The phone that a code is to bring back, if its page asked for one."""
    key = sync_admin.as_id(request.GET.get("device", ""))
    return Device.objects.filter(id=key).first() if key else None


def _initial(request: HttpRequest) -> dict[str, Any]:
    device = _known_device(request)
    if device is None:
        return {"event": current_event(today=timezone.now().date())}
    return {"device": device, "event": device.event_id, "venue": device.venue_id, "profile": device.profile}


@admin.register(EnrolmentCode)
class EnrolmentCodeAdmin(NamesAdmin):
    list_display = ["made_for", "event", "venue", "profile", "used_of", "until", "state"]
    list_filter = [EventFilter, "profile"]
    note = ""
    fields = ["event", "venue", "profile", "device", "used_of", "until", "state", "made_for"]
    actions: Any = []  # deleting is one: it withdraws the code

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("sync.add_enrolmentcode")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("sync.delete_enrolmentcode")

    @admin.display(description="code", ordering="created_at")
    def made_for(self, code: EnrolmentCode) -> str:
        return f"Made {self._local(code, code.created_at)}"

    @admin.display(description="used", ordering=F("uses") - F("used"))
    def used_of(self, code: EnrolmentCode) -> str:
        return f"{code.used} of {code.uses}"

    @admin.display(description="until", ordering="expires")
    def until(self, code: EnrolmentCode) -> str:
        return self._local(code, code.expires)

    @admin.display(description="open", boolean=True)
    def state(self, code: EnrolmentCode) -> bool:
        return code.open(now=timezone.now())

    def _local(self, code: Any, moment: Any) -> str:
        zone = code.event_tz or "UTC"
        return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M} ({zone})"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The code is in the answer to the POST and nowhere else: only its hash is stored."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InvitationForm(request.POST or None, initial=_initial(request))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "New enrolment code"}
        context["device"] = _known_device(request)
        if request.method == "POST" and form.is_valid():
            invitation = invite_phones(Asked(**form.cleaned_data), now=timezone.now())
            self.log_addition(request, invitation.row, [{"added": {}}])
            return self._show(request, form, invitation, context)
        return TemplateResponse(request, "admin/schedule/invite.html", context | {"form": form})

    def _show(
        self, request: HttpRequest, form: InvitationForm, invitation: Invitation, context: dict[str, Any]
    ) -> HttpResponse:
        event, venue = form.cleaned_data["event"], form.cleaned_data["venue"]
        picture = segno.make(invitation.url, error="m").svg_data_uri(scale=6, dark="#000", light="#fff")
        shown = {
            "title": "Enrolment code",
            "invitation": invitation,
            "event": event,
            "venue": venue,
            "picture": picture,
            "app": invitation.url.partition("#")[0],
            "until": invitation.row.expires.astimezone(ZoneInfo(event.tz)),
        }
        return TemplateResponse(request, "admin/schedule/invitation.html", context | shown)

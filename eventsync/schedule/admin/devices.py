"""Phones by event and venue, another profile or venue for one, a code that brings one back; and what they sent."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from eventsync.access.scope import may
from eventsync.schedule.admin.codes import ADD, PROFILES, invitation_page
from eventsync.schedule.admin.names import ChoiceField, EventFilter, NamesAdmin, OneEventFilter
from eventsync.schedule.invitations import HOURS, Asked, invite_phones
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.staff import events_for, venues_for
from eventsync.sync import admin as sync_admin
from eventsync.sync import enrolment
from eventsync.sync.models import Device, Operation, Profile

CHANGE = "sync.change_device"


class VenueFilter(sync_admin.ByIdFilter):
    """The phones that work for one venue only."""

    title = "venue"
    parameter_name = "venue"
    field = "venue_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        venues = venues_for(request.user, "sync.view_device").select_related("event").order_by("event__name", "name")
        if key := sync_admin.as_id(request.GET.get("event", "")):
            venues = venues.filter(event=key)
        return [(str(venue.id), f"{venue.event.name}: {venue.name}") for venue in venues]


class AssignForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="Write it on the phone, too: screens say who was let in on which.")
    profile = forms.ChoiceField()
    venue = ChoiceField(Venue.objects.none(), required=False, empty_label="All venues")

    def __init__(self, user: Any, device: Device, data: Any = None) -> None:
        super().__init__(data, initial={"name": device.label, "profile": device.profile, "venue": device.venue_id})
        profile, venue = self.fields["profile"], self.fields["venue"]
        assert isinstance(profile, forms.ChoiceField)
        profile.choices = [each for each in Profile.choices if each in PROFILES or each[0] == device.profile]
        assert isinstance(venue, forms.ModelChoiceField)
        venue.queryset = venues_for(user, CHANGE).filter(event=device.event_id)
        if not events_for(user, CHANGE).filter(pk=device.event_id).exists():
            venue.required, venue.empty_label = True, None


@admin.register(Device)
class NamedDeviceAdmin(NamesAdmin, sync_admin.DeviceAdmin):
    list_display = ["__str__", "holds", "heard", "venue", *sync_admin.DeviceAdmin.list_display[3:], "event"]
    list_filter = [
        sync_admin.HoldingFilter,
        EventFilter,
        VenueFilter,
        sync_admin.RevokedFilter,
        sync_admin.ProfileFilter,
    ]
    fields = ["name", "holder", "id", "event", "venue", *sync_admin.DeviceAdmin.fields[3:]]

    def zone(self, device: Any) -> ZoneInfo:
        return ZoneInfo(device.event_tz or "UTC")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<uuid:key>/assign/", wrap(self.assign_view), name="sync_device_assign"),
            path("<uuid:key>/code/", wrap(self.code_view), name="sync_device_code"),
        ]
        return [*own, *super().get_urls()]

    def assign_view(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        """GET asks, POST gives the phone another profile or venue."""
        device = self._device(request, key, CHANGE)
        form = AssignForm(request.user, device, request.POST or None)
        if request.method == "POST" and form.is_valid():
            self._assign(request, device, form)
            return self._to_page(key)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Name, profile and venue"}
        return TemplateResponse(request, "admin/sync/device/assign.html", context | {"form": form, "device": device})

    def _assign(self, request: HttpRequest, device: Any, form: AssignForm) -> None:
        name, profile, venue = (form.cleaned_data[field] for field in ("name", "profile", "venue"))
        if not form.has_changed():
            self.message_user(request, "Nothing was changed.")
            return
        before = f"{device.label}, {device.get_profile_display()}, {device.venue_name}"
        enrolment.assign(device, name=name, profile=profile, venue_id=venue.id if venue else None)
        after = f"{device.label}, {device.get_profile_display()}, {venue or 'All venues'}"
        self.log_change(request, device, f"From {before} to {after}.")
        self.message_user(request, f"The phone is now: {after}. It hears of it at its next contact.", messages.SUCCESS)

    def code_view(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        """POST makes a code with which this phone comes back as what it was, and no other phone. It is shown once."""
        device = self._device(request, key, ADD)
        event = Event.objects.filter(id=device.event_id).first()
        if request.method != "POST" or event is None:
            return self._to_page(key)
        venue = Venue.objects.filter(id=device.venue_id).first()
        asked = Asked(event=event, venue=venue, profile=device.profile, uses=1, hours=HOURS, device=device)
        invitation = invite_phones(asked, now=timezone.now())
        self.log_addition(request, invitation.row, [{"added": {}}])
        self.log_change(request, device, "A code was made for it.")
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return invitation_page(request, asked, invitation, context)

    def _device(self, request: HttpRequest, key: UUID, right: str) -> Any:
        """The phone over which somebody has this right."""
        if not request.user.has_perm(right):
            raise PermissionDenied
        device = self.get_object(request, str(key))
        if device is None:
            raise Http404
        if not may(request.user, right, device, self.belongs):
            raise PermissionDenied
        return device

    def _to_page(self, key: UUID) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:sync_device_change", args=[key]))


@admin.register(Operation)
class OperationOfEventAdmin(sync_admin.OperationAdmin):
    list_filter = [OneEventFilter, *sync_admin.OperationAdmin.list_filter]

"""Enrolment codes: made, shown once with link and picture, withdrawn."""

from typing import Any
from zoneinfo import ZoneInfo

import segno
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Model, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from eventsync.access.scope import Belongs
from eventsync.schedule.admin.names import ChoiceField, EventFilter, NamesAdmin, VenueField
from eventsync.schedule.invitations import HOURS, MAX_HOURS, MAX_USES, Asked, faults, invite_phones
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.queries import current_event
from eventsync.schedule.staff import events_for, venues_for
from eventsync.sync.enrolment import Invitation
from eventsync.sync.models import EnrolmentCode, Profile

ADD = "sync.add_enrolmentcode"
# Families open family links instead.
PROFILES = [(value, label) for value, label in Profile.choices if value != Profile.FAMILY]


class InvitationForm(forms.Form):
    """What a new enrolment code is for."""

    event = ChoiceField(Event.objects.none())
    venue = VenueField(
        Venue.objects.none(),
        required=False,
        empty_label="All venues",
        help_text="The phone works for this venue only.",
    )
    profile = forms.ChoiceField(choices=PROFILES)
    uses = forms.IntegerField(
        initial=1, min_value=1, max_value=MAX_USES, help_text="How many phones may enrol with this one code."
    )
    hours = forms.IntegerField(
        label="Valid for (hours)", initial=HOURS, min_value=1, max_value=MAX_HOURS, help_text="48 is two days."
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whole = events_for(user, ADD)
        venues = venues_for(user, ADD)
        self.fields["venue"].queryset = venues.select_related("event").order_by("event__name", "name")  # type: ignore[attr-defined]
        self.fields["event"].queryset = Event.objects.filter(Q(pk__in=self.whole) | Q(pk__in=venues.values("event")))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        event = said.get("event")
        if event and "venue" not in self.errors and not said["venue"] and not self.whole.filter(pk=event.pk).exists():
            self.add_error("venue", "You enrol phones for single venues. Choose one.")
        if not self.errors:
            for field, sentence in faults(Asked(**said)):
                self.add_error(field, sentence)
        return said


def invitation_page(
    request: HttpRequest, asked: Asked, invitation: Invitation, context: dict[str, Any]
) -> HttpResponse:
    """The only page that shows the code: nothing but its hash is stored."""
    shown = {
        "title": "Enrolment code",
        "invitation": invitation,
        "asked": asked,
        "picture": segno.make(invitation.url, error="m").svg_data_uri(scale=6, dark="#000", light="#fff"),
        "app": invitation.url.partition("#")[0],
        "until": invitation.row.expires.astimezone(ZoneInfo(asked.event.tz)),
    }
    return TemplateResponse(request, "admin/schedule/invitation.html", context | shown)


@admin.register(EnrolmentCode)
class EnrolmentCodeAdmin(NamesAdmin):
    belongs = Belongs(event="event_id", venue="venue_id")
    list_display = ["made_for", "event", "venue", "profile", "used_of", "until", "state"]
    list_filter = [EventFilter, "profile"]
    note = ""
    fields = ["event", "venue", "profile", "device", "used_of", "until", "state", "made_for"]
    actions: Any = []  # deleting is one: it withdraws the code

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(ADD)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, "delete", obj)

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
        """The code is in the answer to the POST and nowhere else."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        current = current_event(events_for(request.user, ADD), today=timezone.now().date())
        form = InvitationForm(request.user, request.POST or None, initial={"event": current})
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "New enrolment code"}
        if request.method == "POST" and form.is_valid():
            asked = Asked(**form.cleaned_data)
            invitation = invite_phones(asked, now=timezone.now())
            self.log_addition(request, invitation.row, [{"added": {}}])
            return invitation_page(request, asked, invitation, context)
        return TemplateResponse(request, "admin/schedule/invite.html", context | {"form": form})

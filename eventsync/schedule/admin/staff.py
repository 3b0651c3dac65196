"""Who may do what at which event: given and taken by its owners."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.http import HttpRequest

from eventsync.access.admin import ModelAdmin
from eventsync.access.scope import Belongs
from eventsync.schedule.admin.names import VenueField
from eventsync.schedule.models import StaffRole
from eventsync.schedule.staff import venues_for

if TYPE_CHECKING:
    RoleFormBase = forms.ModelForm[StaffRole]  # generic in its type stubs only
else:
    RoleFormBase = forms.ModelForm


class RoleForm(RoleFormBase):
    """The user is typed, not chosen: an owner of one event need not read who else works with this server."""

    username = forms.CharField(max_length=150, help_text="With which they sign in here.")

    class Meta:
        model = StaffRole
        fields = ["username", "event", "venue", "rank"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["username"].disabled = True
            self.initial["username"] = self.instance.user.get_username()

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        user = get_user_model().objects.filter(username=name, is_active=True, is_staff=True).first()
        if user is None:
            raise forms.ValidationError(f"Nobody signs in here as “{name}”. Whoever runs the server can let them in.")
        self.instance.user = user
        return name

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        event, venue = said.get("event") or getattr(self.instance, "event", None), said.get("venue")
        if event and venue and venue.event_id != event.pk:
            self.add_error("venue", f"{venue.name} is a venue of {venue.event.name}, not of {event.name}.")
        return said

    def _get_validation_exclusions(self) -> set[str]:
        """The user is part of the constraints, though not a field of its own."""
        left_out: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return left_out - {"user"} if self.instance.user_id else left_out


@admin.register(StaffRole)
class StaffRoleAdmin(ModelAdmin):
    """A role is changed or taken, its person and event never: that would be another role."""

    belongs = Belongs(event="event_id", venue="venue_id", shared=False)
    form = RoleForm
    list_display = ["username", "rank", "event", "place"]
    list_filter = ["event", "rank"]
    list_select_related = ["user", "event", "venue"]
    search_fields = ["user__username"]
    fields = ["username", "event", "venue", "rank"]

    @admin.display(description="user", ordering="user__username")
    def username(self, role: StaffRole) -> str:
        return role.user.get_username()

    @admin.display(description="venue", ordering="venue__name")
    def place(self, role: StaffRole) -> str:
        return str(role.venue or "All venues")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["event"] if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "venue":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        own = venues_for(request.user, self.right("add")).select_related("event").order_by("event__name", "name")
        named = {"queryset": own, "form_class": VenueField, "empty_label": "All venues"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs, **named)

"""Places: how to find them and what it is like there."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from eventsync.schedule.admin.drafts import DraftAdmin, DraftForm, translate
from eventsync.schedule.models import Place, Revision
from eventsync.schedule.plan.freezing import PLACE_TEXTS
from eventsync.schedule.staff import OF_PLACE


class PlaceForm(DraftForm):
    translated = plain = PLACE_TEXTS


translate(PlaceForm, Place)


@admin.register(Place)
class PlaceAdmin(DraftAdmin):
    belongs = OF_PLACE
    form = PlaceForm
    list_display = ["name", "venue", "event", "noise", "crowd", "light", "quiet_room"]
    list_filter = ["venue__event", "venue"]
    list_select_related = ["venue__event"]
    search_fields = ["name", "venue__name"]
    main = (
        *("venue", "name", "directions", "step_free", "toilet"),
        *("noise", "crowd", "light", "quiet_room", "quiet_directions"),
    )

    @admin.display(description="event", ordering="venue__event__name")
    def event(self, place: Place) -> str:
        return place.venue.event.name

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["in_other_languages", *(["venue"] if obj else [])]

    def why_kept(self, obj: Place) -> str:
        if obj.activities.exists():
            return f"There are activities at {obj}. Give them another place first."
        if Revision.objects.filter(key=obj.pk).exists():
            return f"Families have read of {obj}, so it has to stay."
        return ""

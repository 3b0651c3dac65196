"""Places: how to find them and what it is like there."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from eventsync.schedule import maps
from eventsync.schedule.admin.drafts import DraftAdmin, DraftForm, translate
from eventsync.schedule.models import Place, Revision
from eventsync.schedule.pages.places import map_address
from eventsync.schedule.plan.freezing import PLACE_TEXTS
from eventsync.schedule.rasters import Raster, Refused
from eventsync.schedule.staff import OF_PLACE

PICTURE = f"PNG, JPEG or WebP, at most {maps.MOST // 1000} kB and {maps.LARGEST} dots each way. It shows the way there."
FULL = f"All maps of the event have at most {maps.MOST_OF_EVENT // 1_000_000} MB: every family's phone keeps them. "
FULL += "Save this one smaller, or take another one away."
WORDS = "Say in words what the map shows: not everybody sees it."


class PlaceForm(DraftForm):
    file = forms.FileField(required=False, label="Map", help_text=PICTURE)
    no_map = forms.BooleanField(required=False, label="Take the map away")
    translated = plain = PLACE_TEXTS
    made: Raster | None = None

    def clean_file(self) -> None:
        if not (file := self.cleaned_data["file"]):
            return
        try:
            self.made = maps.cleaned(file.read(maps.LONGEST + 1))
        except Refused as why:
            raise forms.ValidationError(str(why)) from why

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("no_map"):
            self.instance.map = None
        if (self.made or self.instance.map_id) and not said.get("map_text"):
            self.add_error("map_text", WORDS)
        venue = said.get("venue") or (not self.instance._state.adding and self.instance.venue)  # noqa: SLF001 - Django documents it
        if self.made and venue and not maps.has_room(venue.event, self.instance, self.made):
            self.add_error("file", FULL)
        return said

    def stored(self, name: str) -> str:
        if name in {"file", "no_map"}:
            return "a map" if self.instance.map_id else "no map"
        return super().stored(name)

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's
        if self.made:
            self.instance.map = maps.keep(self.made)
        return super().save(commit)


translate(PlaceForm, Place)


@admin.register(Place)
class PlaceAdmin(DraftAdmin):
    belongs = OF_PLACE
    form = PlaceForm
    list_display = ["name", "venue", "event", "noise", "crowd", "light", "quiet_room"]
    list_filter = ["venue__event", "venue"]
    list_select_related = ["venue__event"]
    made_up = ("edited", "file", "no_map")
    search_fields = ["name", "venue__name"]
    main = (
        *("venue", "name", "directions", "file", "drawn", "no_map", "map_text", "step_free", "toilet"),
        *("noise", "crowd", "light", "quiet_room", "quiet_directions"),
    )

    @admin.display(description="event", ordering="venue__event__name")
    def event(self, place: Place) -> str:
        return place.venue.event.name

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["in_other_languages", "drawn", *(["venue"] if obj else [])]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("map").defer("map__drawing")

    @admin.display(description="map as families see it")
    def drawn(self, place: Place) -> SafeString | str:
        if place.map is None:
            return "–"
        return format_html('<img src="{}" alt="" width="320">', map_address(place.map.file))

    def save_model(self, request: HttpRequest, obj: Place, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        before = Place.objects.filter(pk=obj.pk).values_list("map", flat=True).first()
        super().save_model(request, obj, form, change)
        if before != obj.map_id:
            maps.forget(before)

    def delete_model(self, request: HttpRequest, obj: Place) -> None:
        super().delete_model(request, obj)
        maps.forget(obj.map_id)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        digests = {place.map_id for place in queryset}
        super().delete_queryset(request, queryset)
        for digest in digests:
            maps.forget(digest)

    def why_kept(self, obj: Place) -> str:
        if obj.activities.exists():
            return f"There are activities at {obj}. Give them another place first."
        if Revision.objects.filter(key=obj.pk).exists():
            return f"Families have read of {obj}, so it has to stay."
        return ""

"""Events and venues, with what phones have of them: the zone and the venue's name are in every checkpoint."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from checkin import roster
from checkin.conflicts import sweeping
from checkin.models import AttendanceRecord, Checkpoint, Person
from checkin.privacy import retention
from eventsync.jobs.publishing import publish
from eventsync.schedule.admin import EventAdmin, VenueAdmin
from eventsync.schedule.events import VenueAdded
from eventsync.schedule.models import Event, Venue


@admin.register(Event)
class EventWithCheckpointsAdmin(EventAdmin):
    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        used = obj is not None and AttendanceRecord.objects.filter(event=obj.pk).exists()
        return ["personal_data", *(["tz"] if used else [])]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [*super().get_fields(request, obj), *(["personal_data"] if obj else [])]

    @admin.display(description="personal data")
    def personal_data(self, event: Event) -> str:
        """Also how far an erasure is."""
        left, gone = retention.kept(event).count(), Person.objects.filter(event=event, erased_at__isnull=False).count()
        erased = f"{gone:,} people were erased; only counts are left of them. " if gone else ""
        day = f"{event.kept_until:%-d %B %Y}"
        return erased + (f"That of {left:,} people is kept until {day}, then erased." if left else "There is none.")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """All streams at once: their heads are locked in one order."""
        with transaction.atomic():
            super().save_related(request, form, formsets, change)
            venues = form.instance.venues.all() if "tz" in form.changed_data else _changed(formsets)
            _publish(venue.pk for venue in venues)
            _tell_of_new([venue for formset in formsets for venue in formset.new_objects])
        if change and "apart_minutes" in form.changed_data:
            sweeping.look_again(form.instance.pk)

    def why_kept(self, obj: Event) -> str:
        people = Person.objects.filter(event=obj).count()
        return super().why_kept(obj) or (f"{obj} has {people:,} people. Delete those first." if people else "")


@admin.register(Venue)
class VenueWithCheckpointsAdmin(VenueAdmin):
    def save_model(self, request: HttpRequest, obj: Venue, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            _publish([obj.pk])
            _tell_of_new([] if change else [obj])


def _changed(formsets: Iterable[Any]) -> list[Venue]:
    return [venue for formset in formsets for venue, _ in formset.changed_objects]


def _tell_of_new(venues: Iterable[Venue]) -> None:
    publish(*(VenueAdded(event=venue.event_id, venue=venue.pk) for venue in venues))


def _publish(venues: Iterable[UUID]) -> None:
    """What is as it was costs the phones nothing."""
    roster.publish_checkpoints(Checkpoint.objects.filter(venue__in=list(venues)).select_related("venue__event"))

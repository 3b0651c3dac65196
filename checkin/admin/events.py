"""Events, with what hangs on their time zone: the days and windows of their checkpoints."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from checkin import roster
from checkin.models import AttendanceRecord, Checkpoint, Person
from eventsync.schedule.admin import EventAdmin
from eventsync.schedule.models import Event


@admin.register(Event)
class EventWithCheckpointsAdmin(EventAdmin):
    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        used = obj is not None and AttendanceRecord.objects.filter(event=obj.pk).exists()
        return ["tz"] if used else []

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if change and "tz" in form.changed_data:
                doors = Checkpoint.objects.filter(venue__event=obj).select_related("venue__event")
                roster.publish_checkpoints(doors)

    def why_kept(self, obj: Event) -> str:
        people = Person.objects.filter(event=obj).count()
        return super().why_kept(obj) or (f"{obj} has {people:,} people. Delete those first." if people else "")

"""An event is copied for other days, such as next year's."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from eventsync.access.admin import ModelAdmin
from eventsync.access.ranks import Rank
from eventsync.access.scope import scope
from eventsync.schedule import copying
from eventsync.schedule.models import Activity, Event, Place, StaffRole, Term
from eventsync.schedule.staff import events_for, may_for

ADD, COPY = "schedule.add_event", "schedule.copy_event"
SEEN = ("schedule.view_event", "schedule.view_venue", "schedule.view_place", "schedule.view_activity")
YEAR = timedelta(weeks=52)  # the same days of the week


class CopyForm(forms.Form):
    name = forms.CharField(max_length=200)
    slug = forms.SlugField(label="Short name", help_text="For addresses and commands.")
    first_day = forms.DateField(
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="All other days follow. It has as many days as this one.",
    )

    def __init__(self, source: Event, data: Any) -> None:
        super().__init__(data, initial=_suggested(source))
        self.source = source

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            try:
                copying.planned(self.source, **said)
            except ValidationError as error:
                self.say(error)
        return said

    def say(self, error: ValidationError) -> None:
        """What is wrong with a day that nobody typed is said above the form."""
        for field, errors in error.error_dict.items():
            said = [copying.TAKEN if each.code == "unique" else each for each in errors]
            self.add_error(field if field in self.fields else None, said)


def _suggested(source: Event) -> dict[str, Any]:
    """The same days of the week a year later; the year in its names is the next one."""
    first_day = source.first_day + YEAR
    year, new = str(source.first_day.year), str(first_day.year)
    name = source.name.replace(year, new) if year in source.name else f"{source.name} {new}"
    slug = source.slug.replace(year, new) if year in source.slug else f"{source.slug}-{new}"
    return {"name": name, "slug": slug, "first_day": first_day}


def copied_by(user: Any) -> QuerySet[Event]:
    """The events that `user` may copy: their own, and for who may add events all that they see whole."""
    return events_for(user, *SEEN) if scope(user, ADD).everywhere else events_for(user, *SEEN, COPY)


def copy_page(page: ModelAdmin, request: HttpRequest, object_id: UUID) -> HttpResponse:
    """GET asks for name and day and says what is copied; POST does it."""
    user: Any = request.user
    if not (user.has_perm(ADD) or user.has_perm(COPY)):
        raise PermissionDenied
    source = copied_by(user).filter(pk=object_id).first()
    if source is None:
        raise Http404
    form = CopyForm(source, request.POST or None)
    if request.method == "POST" and form.is_valid() and (event := _copy(request, form)):
        page.log_addition(request, event, f"Copied from {source}.")
        page.message_user(request, f"{event} is there. Families see nothing of it before a release.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:schedule_event_change", args=[event.pk]))
    counts = {
        "venues": source.venues.count(),
        "places": Place.objects.filter(venue__event=source).count(),
        "activities": Activity.objects.filter(event=source).count(),
        "words": Term.objects.filter(event=source).count(),
    }
    shown = {**page.admin_site.each_context(request), "opts": page.opts, "title": f"Copy {source}", "form": form}
    return TemplateResponse(request, "admin/schedule/copy.html", shown | {"source": source, "counts": counts})


def _copy(request: HttpRequest, form: CopyForm) -> Event | None:
    user: Any = request.user
    try:
        with transaction.atomic():
            event = copying.copy(form.source, **form.cleaned_data)
            if not may_for(user, event, "schedule.change_event"):
                StaffRole.objects.create(user=user, event=event, rank=Rank.OWNER)  # or they would not find it again
            return event
    except ValidationError as error:
        form.say(error)
        return None

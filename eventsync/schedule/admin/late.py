"""Running late: what a delay does to all that follows, shown before it is written into the draft."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from eventsync.access.admin import ModelAdmin
from eventsync.access.scope import Belongs, limit
from eventsync.schedule.admin.names import ChoiceField
from eventsync.schedule.models import Activity, Event, Place
from eventsync.schedule.plan import alerting, groups, late
from eventsync.schedule.plan.delays import Delay
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.words import meetings, when
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import events_seen

OF_ACTIVITY = Belongs(event="event_id", venue="place__venue_id")
CHANGED = "Somebody changed the schedule since you looked at it. Look again."
CHANGE, VIEW = "schedule.change_activity", "schedule.view_activity"


class DelayForm(forms.Form):
    """A place or a group; the time is typed in the event's zone."""

    place = ChoiceField(Place.objects.none(), required=False, empty_label="None: a group is late")
    group = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput({"list": "groups"}),
        help_text="A group or delegation, when it is not a place.",
    )
    minutes = forms.IntegerField(min_value=1, max_value=720, help_text="How late the next activity there begins.")
    since = forms.DateTimeField(
        label="From",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="The first activity that begins then, or later, is late. What follows is, as far as it has to be.",
    )

    def __init__(self, event: Event, data: Any) -> None:
        super().__init__(data, initial={"since": timezone.now()})
        place: Any = self.fields["place"]
        place.queryset = Place.objects.filter(venue__event=event).select_related("venue")
        self.groups = sorted(groups.in_draft(event))

    def clean_group(self) -> str:
        """One that an activity is for, as it is written there."""
        said = str(self.cleaned_data["group"])
        unknown = groups.strange([said] if said else [], self.groups)
        same = [each for found in unknown for each in found.near if groups.key_of(each) == groups.key_of(said)]
        if unknown and len(same) != 1:
            raise forms.ValidationError(f"No activity is for “{said}”. {unknown[0].question}".strip())
        return same[0] if same else said

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and bool(said["place"]) == bool(said["group"]):
            raise forms.ValidationError("Say either the place or the group that is late.")
        return said

    @property
    def delay(self) -> Delay:
        said = self.cleaned_data
        place = str(said["place"].pk) if said["place"] else ""
        return Delay(minutes=said["minutes"], since=said["since"], place=place, group=said["group"])


def late_page(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """GET asks; POST shows what would be late, and with `seen` writes it."""
    if not page.has_change_permission(request):
        raise PermissionDenied
    events = events_seen(request.user, VIEW)
    event = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
    shown: dict[str, Any] = {**page.admin_site.each_context(request), "opts": page.opts, "title": "Running late"}
    shown |= {"events": events, "event": event}
    if event is not None:
        with timezone.override(ZoneInfo(event.tz)):
            form = DelayForm(event, request.POST or None)
            shown["form"] = form
            if request.method == "POST" and form.is_valid():
                if "seen" in request.POST and _write(page, request, event, form.delay):
                    return HttpResponseRedirect(reverse("admin:schedule_activity_changelist"))
                shown |= _outlook(request, event, form.delay)
            return TemplateResponse(request, "admin/schedule/late.html", shown).render()
    return TemplateResponse(request, "admin/schedule/late.html", shown)


@contextmanager
def saying_so_elsewhere(page: ModelAdmin, request: HttpRequest, event: Event) -> Iterator[None]:
    """As `telling`, and whoever writes it reads at which venues."""
    with alerting.telling(event, now=timezone.now()) as alerted:
        yield
    if alerted:
        page.message_user(request, f"An alert says so at {', '.join(map(str, alerted))}.")


def _own(request: HttpRequest) -> QuerySet[Activity]:
    return limit(Activity.objects.all(), request.user, CHANGE, OF_ACTIVITY)


def _outlook(request: HttpRequest, event: Event, delay: Delay) -> dict[str, Any]:
    what = late.outlook(event, delay)
    own = set(_own(request).filter(event=event).values_list("pk", flat=True))
    rows = [(each, when(each.before, event), when(each.after, event), each.row.pk in own) for each in what.late]
    mine = any(own for *_, own in rows)
    return {"what": what, "rows": rows, "mine": mine, "collisions": meetings(what.collisions, event)}


def _write(page: ModelAdmin, request: HttpRequest, event: Event, delay: Delay) -> bool:
    try:
        with saying_so_elsewhere(page, request, event):
            done = late.put_off(event, delay, seen=request.POST["seen"], among=_own(request).filter(event=event))
    except Overtaken:
        page.message_user(request, CHANGED, messages.WARNING)
        return False
    told = "put off in the draft. Families see it once it is released"
    entry = f"Put off: {delay.minutes} minutes late."
    page.say_done(request, done, told, one="activity was", many="activities were", entry=entry)
    return True

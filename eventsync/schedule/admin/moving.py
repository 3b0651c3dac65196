"""Planning many activities so many minutes later or earlier: shown first, then written."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
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
from eventsync.access.scope import limit
from eventsync.schedule.admin.late import CHANGE, OF_ACTIVITY, VIEW, saying_so_elsewhere
from eventsync.schedule.admin.undoing import day_address, marks_in, marks_of, remember
from eventsync.schedule.models import Activity, Event
from eventsync.schedule.plan import moving
from eventsync.schedule.plan.days import begin_on
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.moving import Mark, Outlook
from eventsync.schedule.plan.rules import Status
from eventsync.schedule.plan.words import length, meetings, planned
from eventsync.schedule.queries import chosen_day
from eventsync.schedule.staff import events_seen
from eventsync.sync.admin import as_id

NOTHING = "There is nothing that you may move there."
ONE_EVENT = "Choose activities of one event. These are of several."


class MoveForm(forms.Form):
    """By how many minutes. `by` is negative for earlier."""

    minutes = forms.IntegerField(min_value=1, max_value=24 * 60, widget=forms.NumberInput({"inputmode": "numeric"}))
    direction = forms.ChoiceField(choices=[("later", "Later"), ("earlier", "Earlier")])

    @property
    def by(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        return minutes if self.cleaned_data["direction"] == "later" else -minutes


def own_activities(request: HttpRequest) -> QuerySet[Activity]:
    return limit(Activity.objects.all(), request.user, CHANGE, OF_ACTIVITY)


def move_page(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """GET shows what happens to all of a day, a place or an hour; POST to these activities, and with `seen` does it."""
    if not page.has_change_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return ask(page, request, _asked_for(request), MoveForm(request.GET if "minutes" in request.GET else None))
    marks = {mark.id: mark for mark in marks_in(request.POST.get("activities", ""))}
    form, rows = MoveForm(request.POST), own_activities(request).filter(pk__in=marks)
    if "seen" in request.POST and form.is_valid() and (event := _event_of(rows)):
        try:
            with saying_so_elsewhere(page, request, event):
                what = moving.move(event, _keys(rows), form.by, seen=request.POST["seen"])
        except Overtaken:
            page.message_user(request, _overtaken(rows, marks), messages.WARNING)
        else:
            return _done(page, request, event, what, form.by)
    return ask(page, request, rows, form)


def ask(page: ModelAdmin, request: HttpRequest, rows: QuerySet[Activity], form: MoveForm | None = None) -> HttpResponse:
    """By how many minutes these are to move, and what that does."""
    form, event = form or MoveForm(), _event_of(rows)
    if event is None:
        page.message_user(request, ONE_EVENT if rows.exists() else NOTHING, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:schedule_activity_changelist"))
    what = moving.look(event, _keys(rows), form.by if form.is_valid() else 0)
    shown = {**page.admin_site.each_context(request), "opts": page.opts, "title": "Move activities", "form": form}
    shown |= {"event": event, "what": what, "valid": form.is_valid(), "rows": _told(what, event)}
    shown |= {"marks": marks_of(each.row for each in what.moves)}
    shown |= {name: meetings(getattr(what, name), event) for name in ("arising", "vanishing")}
    return TemplateResponse(request, "admin/schedule/move.html", shown)


def _asked_for(request: HttpRequest) -> QuerySet[Activity]:
    """What begins on a day, at a place of it, from an hour of it; nothing that is cancelled."""
    said = request.GET
    event = events_seen(request.user, VIEW).filter(slug=said.get("event", "")).first()
    if event is None:
        return Activity.objects.none()
    day = chosen_day(event, said.get("date", ""), now=timezone.now())
    rows = begin_on(event, day).exclude(status=Status.CANCELLED)
    if place := said.get("place"):
        rows = rows.filter(place=as_id(place))
    if since := said.get("since"):
        rows = rows.filter(start__gte=_hour(event, f"{day}T{since}"))
    return limit(rows, request.user, CHANGE, OF_ACTIVITY)


def _hour(event: Event, text: str) -> datetime:
    """The whole day, if that is no time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(event.tz))
    except ValueError:
        return event.dates[0]


def _event_of(rows: QuerySet[Activity]) -> Event | None:
    """None if there are none, or if they are of several."""
    found = Event.objects.filter(pk__in=rows.order_by().values("event"))[:2]
    return found[0] if len(found) == 1 else None


def _keys(rows: QuerySet[Activity]) -> list[UUID]:
    return list(rows.order_by().values_list("pk", flat=True))


def _told(what: Outlook, event: Event) -> list[dict[str, Any]]:
    begin, end = event.dates
    return [
        {
            "row": each.row,
            "before": planned(each.before, event),
            "after": planned(each.after, event),
            "outside": each.after.slot.start < begin or each.after.slot.end > end,
        }
        for each in what.moves
    ]


def _overtaken(rows: QuerySet[Activity], marks: dict[UUID, Mark]) -> str:
    """Says what of it somebody else changed."""
    stored = list(rows)
    names = [row.title for row in stored if row.version != marks[row.pk].version]
    gone = len(marks) - len(stored)
    told = [f"Somebody changed {', '.join(names)}."] if names else []
    told += [f"{gone} of them cannot be changed any more."] if gone else []
    return " ".join([*told, "Nothing was moved. This is what it does now: look again."])


def _done(page: ModelAdmin, request: HttpRequest, event: Event, what: Outlook, by: int) -> HttpResponse:
    told = f"planned {length(timedelta(minutes=abs(by)))} {'later' if by > 0 else 'earlier'}"
    rows = [each.row for each in what.moves]
    page.say_done(
        request, rows, f"{told} in the draft", one="activity is", many="activities are", entry=f"{told.capitalize()}."
    )
    remember(request, event, what)
    return HttpResponseRedirect(day_address(event, what.moves[0].after.slot.start))

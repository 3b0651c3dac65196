"""One day of the draft, place by place: what is planned and expected, and two that follow each other change places."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from eventsync.access.admin import ModelAdmin
from eventsync.access.scope import scope
from eventsync.schedule.admin.late import CHANGE, VIEW
from eventsync.schedule.admin.moving import MoveForm
from eventsync.schedule.admin.swapping import act
from eventsync.schedule.admin.undoing import marks_of, remembered
from eventsync.schedule.models import Event
from eventsync.schedule.models.happening import EARLIEST_DAY, LATEST_DAY
from eventsync.schedule.plan.days import Day, Item, Section, days, of_day
from eventsync.schedule.plan.delays import Collision
from eventsync.schedule.plan.words import length, meetings, on_day, partner, state
from eventsync.schedule.queries import chosen_day, chosen_event
from eventsync.schedule.staff import OF_PLACE, events_seen

ADD = "schedule.add_activity"
BESIDE = 5  # of what is at the same time as an activity
_USUAL = time(9), timedelta(hours=1)  # when the first activity of a day begins that somebody adds, and how long it is


def some_day(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Leads to the day view of the event that somebody chose, or that is on."""
    if not page.has_view_permission(request):
        raise PermissionDenied
    events = events_seen(request.user, VIEW)
    event = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
    if event is None:
        shown = {**page.admin_site.each_context(request), "opts": page.opts, "title": "Day view", "event": None}
        return TemplateResponse(request, "admin/schedule/day.html", shown)
    return HttpResponseRedirect(reverse("admin:schedule_event_day", args=[event.pk]))


def day_page(page: ModelAdmin, request: HttpRequest, object_id: UUID) -> HttpResponse:
    """GET shows a day of this event; POST with `swap` or `undo` changes the draft."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    events = events_seen(request.user, VIEW)
    event = events.filter(pk=object_id).first()
    if event is None:
        raise Http404
    day = chosen_day(event, request.GET.get("date", ""), now=timezone.now())
    if request.method == "POST":
        return act(page, request, event, day)
    title = f"{event}: {day:%A %-d %B %Y}"
    shown = {**page.admin_site.each_context(request), "opts": page.opts, "title": title, "subtitle": None}
    shown |= {"events": events, "event": event, "day": day, "days": days(event), "undoes": remembered(request, event)}
    shown |= {"earlier": _next(day, -1), "later": _next(day, 1), "form": MoveForm()}
    return TemplateResponse(request, "admin/schedule/day.html", shown | _told(request, event, day))


def _next(day: date, days: int) -> date | None:
    found = day + timedelta(days=days)
    return found if EARLIEST_DAY <= found <= LATEST_DAY else None


def _told(request: HttpRequest, event: Event, day: date) -> dict[str, Any]:
    """What of the day its reader may see."""
    seen, may_change, may_add = (scope(request.user, right) for right in (VIEW, CHANGE, ADD))
    what = of_day(event, day)
    own = [each for each in what.sections if seen.covers(each.place, OF_PLACE, reading=True)]
    changeable = {each.place.pk for each in own if may_change.covers(each.place, OF_PLACE, reading=False)}
    addable = {each.place.pk for each in own if may_add.covers(each.place, OF_PLACE, reading=False)}
    sections = [
        {
            "place": each.place,
            "items": [_item(item, event, day, changes=each.place.pk in changeable) for item in each.items],
            "add": _add(event, day, each) if each.place.pk in addable else "",
        }
        for each in own
    ]
    return {
        "sections": [each for each in sections if each["items"]],
        "free": [each for each in sections if not each["items"]],
        "changeable": [each.place for each in own if each.place.pk in changeable and each.items],
        "collisions": meetings(_seen(what, own), event),
    }


def _seen(what: Day, sections: Iterable[Section]) -> Iterator[Collision]:
    """What collides with anything in these sections."""
    own = {item.told.id for section in sections for item in section.items}
    return (each for each in what.collisions if own & {each.one.id, each.other.id})


def _item(item: Item, event: Event, day: date, *, changes: bool) -> dict[str, Any]:
    told, slot = item.told, item.told.slot
    expected = on_day(told.start, told.end, event, day) if told.delay or told.overrun else ""
    neighbours = (("Earlier", item.before, item.row), ("Later", item.row, item.after)) if changes else ()
    return {
        "row": item.row,
        "planned": on_day(slot.start, slot.end, event, day),
        "expected": expected,
        "free": length(item.free),
        "state": state(told),
        "plain": told.status == "planned" and not told.delay,
        "meets": [partner(each, told, event, day) for each in item.meets[:BESIDE]],
        "more": len(item.meets[BESIDE:]),
        "swaps": [(word, one, other, marks_of([one, other])) for word, one, other in neighbours if one and other],
    }


def _add(event: Event, day: date, section: Section) -> str:
    """The page of a new activity there, after the last one of that day."""
    zone, (usual, long) = ZoneInfo(event.tz), _USUAL
    own = [item.told.slot.end.astimezone(zone) for item in section.items]
    start = max((end for end in own if end.date() == day), default=datetime.combine(day, usual, zone))
    times = f"start={start:%Y-%m-%dT%H:%M}&end={(start + long).astimezone(zone):%Y-%m-%dT%H:%M}"
    return f"{reverse('admin:schedule_activity_add')}?place={section.place.pk}&{times}"

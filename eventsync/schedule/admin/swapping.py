"""What is done on the page of a day: two that follow each other change places; what was moved last is taken back."""

from collections.abc import Collection
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from eventsync.access.admin import ModelAdmin
from eventsync.schedule.admin.late import CHANGE, CHANGED, saying_so_elsewhere
from eventsync.schedule.admin.moving import own_activities
from eventsync.schedule.admin.undoing import day_address, marks_in, remember, undo
from eventsync.schedule.models import Event
from eventsync.schedule.plan import moving
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.moving import Mark
from eventsync.schedule.plan.words import planned

Own = Collection[UUID]
"""The activities that somebody may change."""


def act(page: ModelAdmin, request: HttpRequest, event: Event, day: date) -> HttpResponse:
    """Leads back to the day, and to the activity that somebody swapped there."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    own = set(own_activities(request).filter(event=event).values_list("pk", flat=True))
    marks, at = marks_in(request.POST.get("swap", "")), None
    if "undo" in request.POST:
        _undo(page, request, event, own)
    elif len(marks) == 2 and own.issuperset(mark.id for mark in marks):
        at = _swap(page, request, event, marks)
    return HttpResponseRedirect(day_address(event, datetime.combine(day, time(12), ZoneInfo(event.tz)), at))


def _swap(page: ModelAdmin, request: HttpRequest, event: Event, marks: list[Mark]) -> UUID:
    one, other = marks
    try:
        with saying_so_elsewhere(page, request, event):
            what = moving.swap(event, one, other)
    except Overtaken:
        page.message_user(request, CHANGED, messages.WARNING)
        return one.id
    remember(request, event, what)
    page.log_changes(request, [each.row for each in what.moves], "Swapped with the one before or after it.")
    told = [f"{each.row.title}: {planned(each.after, event)}." for each in reversed(what.moves)]
    page.message_user(request, " ".join(["Swapped in the draft.", *told]), messages.SUCCESS)
    return one.id


def _undo(page: ModelAdmin, request: HttpRequest, event: Event, own: Own) -> None:
    with saying_so_elsewhere(page, request, event):
        what = undo(request, event, among=own)
    told = "planned as before in the draft"
    page.say_done(request, what.done, told, one="activity is", many="activities are", entry="Taken back.")
    if what.kept:
        names = ", ".join(row.title for row in what.kept)
        page.message_user(request, f"Changed by somebody meanwhile, so it stays: {names}.", messages.WARNING)
    if what.gone:
        page.message_user(request, f"Deleted meanwhile: {what.gone}.", messages.WARNING)

"""From the desk to what families read: the pages of the event that somebody sees, now or next."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from eventsync.access.admin import ModelAdmin
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import events_seen

VIEW = "schedule.view_event"


def families_page(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    if not page.has_view_permission(request):
        raise PermissionDenied
    event = chosen_event(request.GET.get("event", ""), events_seen(request.user, VIEW), today=timezone.now().date())
    if event is not None:
        return HttpResponseRedirect(reverse("schedule-now", args=[event.slug]))
    page.message_user(request, "There is no event yet whose pages families could read.", messages.WARNING)
    return HttpResponseRedirect(reverse("admin:schedule_event_changelist"))

"""Many symbols at once: a pack is brought, and taken whole or not at all."""

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from eventsync.access.admin import ModelAdmin
from eventsync.schedule import packs
from eventsync.schedule.admin.names import EventForm
from eventsync.schedule.packs import PackRefused
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import events_for

ADD = "schedule.add_ownsymbol"
SHOWN = 50  # of what is wrong with a pack
SMALL = f"At most {packs.MOST // 1_000_000} MB and {packs.MOST_SYMBOLS} symbols."


class PackForm(EventForm):
    file = forms.FileField(label="Pack (ZIP)", help_text=SMALL)


def pack_page(page: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """GET asks for a pack; POST takes it, or says all that is wrong with it."""
    if not page.has_add_permission(request):
        raise PermissionDenied
    events = events_for(request.user, ADD)
    event = chosen_event("", events, today=timezone.now().date())
    form = PackForm(events, request.POST or None, request.FILES or None, initial={"event": event and event.slug})
    if request.method == "POST" and form.is_valid() and _add(page, request, form):
        return HttpResponseRedirect(reverse("admin:schedule_ownsymbol_changelist"))
    context = {**page.admin_site.each_context(request), "opts": page.opts, "title": "Add a pack", "form": form}
    return TemplateResponse(request, "admin/schedule/pack.html", context | {"manifest": packs.MANIFEST})


def _add(page: ModelAdmin, request: HttpRequest, form: PackForm) -> bool:
    event, file = form.cleaned_data["event"], form.cleaned_data["file"]
    try:
        with transaction.atomic():
            done = packs.add(event, file.read(packs.MOST + 1))
            page.log_changes(request, done.symbols, f"Added from {file.name}.", flag=ADDITION)
    except PackRefused as why:
        more = len(why.problems) - SHOWN
        form.add_error("file", [*why.problems[:SHOWN], *([f"… and {more} more."] if more > 0 else [])])
        return False
    told = f"{len(done.symbols)} new symbols of {event}. Activities can have them now."
    known = f" {done.known} were there already, just so." if done.known else ""
    page.message_user(request, told + known, messages.SUCCESS)
    return True

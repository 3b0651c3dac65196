"""Release codes by hand: made, shown once to be printed, withdrawn. And the ledger of who was asked for one."""

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from checkin import guardians
from checkin.admin.holds import PersonAdmin, person_link
from checkin.models import Guardian, Person, ReleaseTry
from eventsync.access.admin import ReadOnlyAdmin
from eventsync.access.scope import Belongs


@never_cache
def view(request: HttpRequest, desk: PersonAdmin, site: AdminSite, person: Person) -> HttpResponseBase:
    """GET asks, POST makes a new code or, with `withdraw`, takes it away. A code is in the answer and nowhere else."""
    if not desk.has_change_permission(request, person):
        raise PermissionDenied
    context = {**site.each_context(request), "opts": desk.opts, "title": f"Release code of {person}", "person": person}
    if request.method == "POST" and "withdraw" in request.POST:
        guardians.withdraw_code(person=person)
        told = f"{person} has no release code any more, and leaves like anybody else."
        desk.log_change(request, person, told)
        desk.message_user(request, told)
        return HttpResponseRedirect(reverse("admin:checkin_person_change", args=[person.pk]))
    if request.method == "POST":
        code = guardians.give_code(person=person, now=timezone.now())
        desk.log_change(request, person, "Made a release code.")
        return TemplateResponse(request, "admin/checkin/release_code_made.html", context | {"code": code})
    context |= {"kept": Guardian.objects.filter(person=person).first(), "event": person.event}
    context["tries"] = ReleaseTry.objects.filter(person_id=person.pk).select_related("checkpoint__venue")
    return TemplateResponse(request, "admin/checkin/release_code.html", context)


@admin.register(ReleaseTry)
class ReleaseTryAdmin(ReadOnlyAdmin):
    belongs = Belongs(event="event_id", venue="checkpoint__venue_id")
    list_display = ["__str__", "person", "checkpoint", "at", "by"]
    list_filter = ["event", "right"]
    list_select_related = ["checkpoint__venue"]
    fields = ["person", "checkpoint", "right", "at", "by", "device", "received_at", "operation_id"]

    @admin.display(description="person")
    def person(self, record: ReleaseTry) -> str:
        return person_link(record.person_id)

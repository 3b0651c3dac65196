"""Placing and lifting a hold by hand."""

from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from checkin import roster
from checkin.models import HoldDesk, HoldRecord, Person
from eventsync.access.admin import ReadOnlyAdmin
from eventsync.schedule.staff import OF_ROW

if TYPE_CHECKING:
    PersonAdmin = admin.ModelAdmin[Person]  # generic in its type stubs only
else:
    PersonAdmin = admin.ModelAdmin


class HoldForm(forms.Form):
    desk = forms.ChoiceField(
        label="Everybody sends this person to",
        choices=[("", "Nowhere: there is no hold"), *HoldDesk.choices],
        required=False,
    )
    reason = forms.CharField(max_length=500, required=False, help_text="Stays here. Nothing medical: no door reads it.")


def view(request: HttpRequest, desk: PersonAdmin, site: AdminSite, person: Person) -> HttpResponseBase:
    """GET asks, POST says where everybody sends this person, or that the hold is lifted."""
    if not desk.has_change_permission(request, person):
        raise PermissionDenied
    form = HoldForm(request.POST or None, initial={"desk": person.hold_desk})
    if request.method == "POST" and form.is_valid():
        by, now = request.user.get_username(), timezone.now()
        roster.place_hold(person=person, by=by, now=now, **form.cleaned_data)
        said = HoldDesk(form.cleaned_data["desk"]).label if form.cleaned_data["desk"] else ""
        told = f"Everybody sends {person} to: {said}." if said else f"There is no hold on {person} any more."
        desk.log_change(request, person, told)
        desk.message_user(request, told)
        return HttpResponseRedirect(reverse("admin:checkin_person_change", args=[person.pk]))
    context = {**site.each_context(request), "opts": desk.opts, "title": f"Hold on {person}", "form": form}
    context["said"] = HoldRecord.objects.filter(person_id=person.pk)
    return TemplateResponse(request, "admin/checkin/hold.html", context | {"event": person.event})


def person_link(key: UUID) -> str:
    """Who has this id now, for a list of what was said of people."""
    known = Person.objects.filter(pk=key).first()
    if known is None or known.erased_at:
        return "Erased person" if known else "Nobody on the roster"
    return format_html('<a href="{}">{}</a>', reverse("admin:checkin_person_change", args=[known.pk]), known)


@admin.register(HoldRecord)
class HoldRecordAdmin(ReadOnlyAdmin):
    """What was ever said; the page of a person says what holds."""

    belongs = OF_ROW
    list_display = ["__str__", "person", "at", "by", "reason"]
    list_filter = ["event", "desk"]
    fields = ["person", "desk", "reason", "at", "by", "device", "received_at", "operation_id"]

    @admin.display(description="person")
    def person(self, record: HoldRecord) -> str:
        return person_link(record.person_id)

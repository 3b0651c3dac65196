"""All that is held of a person: as a file for them, and erased when they, or the rules, want it."""

from typing import Any
from uuid import UUID

import orjson
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache

from checkin.admin.holds import PersonAdmin
from checkin.models import Person
from checkin.privacy import erasing, exporting
from eventsync.access import audit
from eventsync.access.scope import may
from eventsync.jobs.approvals.rights import somebody
from eventsync.schedule.staff import OF_ROW
from eventsync.sync.nightly import KEEP

EXPORT, ERASE = "checkin.export_person", "checkin.erase_person"


class EraseForm(forms.Form):
    name = forms.CharField(
        max_length=200, help_text="The whole name as it is above, so that nobody is erased by a slip."
    )
    reason = forms.CharField(
        max_length=200, help_text="Such as: asked for it by letter. No names: it stays in the history."
    )

    def __init__(self, data: Any, person: Person) -> None:
        super().__init__(data)
        self._person = person

    def clean_name(self) -> str:
        said = " ".join(str(self.cleaned_data["name"]).split())
        if said.casefold() != " ".join(self._person.name.split()).casefold():
            raise forms.ValidationError("That is not the name of this person. Nothing was erased.")
        return said


@never_cache
def view(request: HttpRequest, desk: PersonAdmin, site: AdminSite, key: UUID) -> HttpResponseBase:
    """GET says what is held, what would go and what would stay. POST gives the file, or with `erase` erases."""
    if not all(request.user.has_perm(right) for right in (EXPORT, ERASE)):
        raise PermissionDenied
    person: Person | None = desk.get_object(request, str(key))
    if person is None:
        raise Http404
    if not all(may(request.user, right, person, OF_ROW) for right in (EXPORT, ERASE)):
        raise PermissionDenied
    form = EraseForm(request.POST if "erase" in request.POST else None, person)
    if "export" in request.POST:
        return _file(request, person)
    if form.is_valid():
        return _erase(request, desk, person, form.cleaned_data["reason"])
    context = {**site.each_context(request), "opts": desk.opts, "title": f"Personal data of {person}", "form": form}
    context |= {"person": person, "parts": erasing.preview(person), "nights": KEEP if settings.BACKUPS else 0}
    return TemplateResponse(request, "admin/checkin/personal_data.html", context)


def _file(request: HttpRequest, person: Person) -> HttpResponse:
    told = exporting.export(person, by=somebody(request), now=timezone.now())
    audit.note(request.user, person, "Exported all that is held of this person.")
    response = HttpResponse(orjson.dumps(told, option=orjson.OPT_INDENT_2), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="person-{person.pk}.json"'
    return response


def _erase(request: HttpRequest, desk: PersonAdmin, person: Person, reason: str) -> HttpResponse:
    if erasing.erase(person):
        person.refresh_from_db()
        audit.note(request.user, person, f"Erased all that was held of this person: {reason}")
        desk.message_user(request, "Erased. Phones hear of it when they are heard next.", messages.SUCCESS)
    else:
        desk.message_user(request, "Somebody erased them before.", messages.WARNING)
    return HttpResponseRedirect(reverse("admin:checkin_person_changelist"))


def beside(person: Person) -> str:
    url = reverse("admin:checkin_person_personal_data", args=[person.pk])
    return format_html('<a href="{}">Export or erase all that is held of this person</a>', url)

"""Codes that nobody has: a page that lists them, and lets somebody say whose they are, or take it back."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from checkin import unidentified
from checkin.admin import search
from checkin.models import Credential, Person
from eventsync.schedule.models import Event
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import events_for, may_for

if TYPE_CHECKING:
    CredentialAdmin = ModelAdmin[Credential]  # generic in its type stubs only
    ChoiceField = forms.ModelChoiceField[Any]
else:
    CredentialAdmin = ModelAdmin
    ChoiceField = forms.ModelChoiceField

FOUND = 20
_SEE = ["checkin.view_credential", "checkin.view_attendancerecord", "checkin.view_person"]
_CHANGE = ["checkin.add_credential", "checkin.change_credential"]


class AttachForm(forms.Form):
    digest = forms.RegexField(r"\A[A-Za-z0-9_-]{22}\Z")
    person = ChoiceField(Person.objects.none())

    def __init__(self, data: Any, events: QuerySet[Event]) -> None:
        super().__init__(data)
        self.fields["person"].queryset = Person.objects.filter(event__in=events, erased_at=None)  # type: ignore[attr-defined]


class DetachForm(forms.Form):
    detach = ChoiceField(Credential.objects.none())

    def __init__(self, data: Any, events: QuerySet[Event]) -> None:
        super().__init__(data)
        attached = Credential.objects.filter(code="", event__in=events).select_related("person")
        self.fields["detach"].queryset = attached  # type: ignore[attr-defined]


def view(request: HttpRequest, desk: CredentialAdmin, site: AdminSite) -> HttpResponseBase:
    """GET lists, and with `digest` and `q` finds people. POST attaches `digest` to `person`, or takes `detach` back."""
    if not request.user.has_perms(_SEE):
        raise PermissionDenied
    events = events_for(request.user, *_SEE)
    event = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
    if request.method == "POST":
        if not request.user.has_perms(_CHANGE):
            raise PermissionDenied
        _change(request, desk, events_for(request.user, *_SEE, *_CHANGE))
        return HttpResponseRedirect(f"?event={event.slug}" if event else "?")
    context = {**site.each_context(request), "opts": desk.opts, "title": "Unidentified codes", "event": event}
    context |= {"may_change": may_for(request.user, event, *_SEE, *_CHANGE), "events": events}
    return TemplateResponse(
        request, "admin/checkin/unidentified.html", context | (_listed(request, event) if event else {})
    )


def _listed(request: HttpRequest, event: Event) -> dict[str, Any]:
    term = search.clean(request.GET.get("q", ""))
    people = search.people(Person.objects.filter(event=event, erased_at=None), term)[:FOUND] if term else []
    rows, attached = unidentified.unidentified(event), unidentified.attached(event)
    return {"rows": rows, "attached": attached, "people": people, "q": term, "chosen": request.GET.get("digest", "")}


def _change(request: HttpRequest, desk: CredentialAdmin, events: QuerySet[Event]) -> None:
    attach, detach = AttachForm(request.POST, events), DetachForm(request.POST, events)
    if attach.is_valid():
        _attach(request, desk, attach.cleaned_data["digest"], attach.cleaned_data["person"])
    elif detach.is_valid():
        _detach(request, desk, detach.cleaned_data["detach"])
    else:
        desk.message_user(request, "This code or person is not there any more. Nothing was changed.", messages.WARNING)


def _attach(request: HttpRequest, desk: CredentialAdmin, digest: str, person: Person) -> None:
    credential = unidentified.attach(digest=digest, person=person)
    if credential is None:
        desk.message_user(request, "This code is not unidentified any more. Nothing was changed.", messages.WARNING)
        return
    desk.log_addition(request, credential, f"Attached to {person}.")
    places = ", ".join(unidentified.present_at(person)) or "nowhere"
    desk.message_user(request, f"The code is {person.name}’s now. Present: {places}.", messages.SUCCESS)


def _detach(request: HttpRequest, desk: CredentialAdmin, credential: Credential) -> None:
    if unidentified.detach(credential):
        desk.log_deletions(request, [credential])  # type: ignore[arg-type]  # its stubs want a QuerySet; it iterates
        desk.message_user(request, f"Taken back: the code is nobody’s again, not {credential.person.name}’s.")

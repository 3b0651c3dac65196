"""Safety data at the desk: read, changed, and what others propose beside it. Every look is noted, and listed here."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from checkin.admin.holds import PersonAdmin, person_link
from checkin.models import Person, SafetyAccess, SafetyEntry, SafetyKind, SafetyProposal
from checkin.models.safety import TEXT_LENGTH
from checkin.safety import keeping, proposing, rights
from checkin.safety.keeping import Conflict
from eventsync.access.admin import ReadOnlyAdmin
from eventsync.jobs.approvals.rights import may_break_glass, somebody
from eventsync.schedule.models import Event
from eventsync.schedule.staff import OF_ROW

if TYPE_CHECKING:
    ChoiceField = forms.ModelChoiceField[Any]  # generic in their type stubs only
else:
    ChoiceField = forms.ModelChoiceField

CONFLICT = "Somebody changed it meanwhile, so nothing of yours was saved. Both texts are below: compare them."
GONE = "This is not there any more. Nothing was changed."


class ChangeForm(forms.Form):
    person = ChoiceField(Person.objects.none())
    kind = forms.ChoiceField(choices=SafetyKind)
    text = forms.CharField(max_length=TEXT_LENGTH, required=False)
    expected = forms.IntegerField(min_value=0)

    def __init__(self, data: Any, event: Event) -> None:
        super().__init__(data)
        people = Person.objects.filter(event=event, erased_at=None).select_related("event")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    proposal = ChoiceField(SafetyProposal.objects.none())
    expected = forms.IntegerField(min_value=0)
    reason = forms.CharField(max_length=500, required=False)

    def __init__(self, data: Any, event: Event) -> None:
        super().__init__(data)
        proposals = SafetyProposal.objects.filter(person__event=event).select_related("person__event")
        self.fields["proposal"].queryset = proposals  # type: ignore[attr-defined]


@never_cache
def view(request: HttpRequest, desk: PersonAdmin, site: AdminSite, key: UUID) -> HttpResponseBase:
    """GET shows all of it. POST changes one text, or with `accept`, `reject` or `force` settles a proposal."""
    if not rights.may_read(request.user) or not desk.has_view_permission(request):
        raise PermissionDenied
    person = rights.readable(request.user).filter(pk=key).first()
    if person is None:
        desk.message_user(request, GONE, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:checkin_person_changelist"))
    kept: dict[str, Any] = {}
    if request.method == "POST":
        if not rights.may_change(request.user, person):
            raise PermissionDenied
        done, told, kept = (_change if "save" in request.POST else _settle)(request, person.event)
        desk.message_user(request, told, messages.SUCCESS if done else messages.WARNING)
        if done or not kept:
            return HttpResponseRedirect(request.path)
    rows = keeping.read(person, by=somebody(request), now=timezone.now())
    context = {**site.each_context(request), "opts": desk.opts, "title": f"Safety data of {person}", "person": person}
    context |= {"rows": rows, "event": person.event, "kept": kept, "own": somebody(request).key}
    context["level"] = 3 if len(rows) > 1 else 2  # of the headings of each kind
    context["may_change"] = rights.may_change(request.user, person)
    context["may_force"] = may_break_glass(request, person, OF_ROW)
    if rights.may_see_audit(request.user):
        context["accesses"] = SafetyAccess.objects.filter(person_id__in=[row.person.pk for row in rows])[:50]
    return TemplateResponse(request, "admin/checkin/safety.html", context)


def _change(request: HttpRequest, event: Event) -> tuple[bool, str, dict[str, Any]]:
    """Whether it is done, a sentence, and what the page must show again because it was not."""
    form = ChangeForm(request.POST, event)
    if not form.is_valid():
        return False, " ".join(str(error) for errors in form.errors.values() for error in errors), {}
    said = form.cleaned_data
    said["text"] = said["text"].replace("\r\n", "\n")
    match proposing.change(**said, by=somebody(request), now=timezone.now()):
        case Conflict():
            return False, CONFLICT, said
        case SafetyProposal():
            return True, "It waits until another person accepts it.", {}
        case SafetyEntry():
            return True, "Saved.", {}


def _settle(request: HttpRequest, event: Event) -> tuple[bool, str, dict[str, Any]]:
    form = DecideForm(request.POST, event)
    if not form.is_valid():
        return False, GONE, {}
    said, by, now = form.cleaned_data, somebody(request), timezone.now()
    proposal, expected = said["proposal"], said["expected"]
    if "accept" in request.POST:
        answer = proposing.accept(proposal, expected=expected, by=by, now=now)
    elif "force" in request.POST:
        if not may_break_glass(request, proposal.person, OF_ROW):
            raise PermissionDenied
        answer = proposing.force(proposal, expected=expected, by=by, reason=said["reason"], now=now)
    else:
        answer = proposing.reject(proposal, expected=expected, by=by, reason=said["reason"], now=now)
    if isinstance(answer, Conflict):
        return False, "What is confirmed has changed since you looked. Compare again.", {}
    return answer.done, answer.told, {}


@admin.register(SafetyAccess)
class SafetyAccessAdmin(ReadOnlyAdmin):
    """Who read or changed whose safety data. Never what it said."""

    belongs = OF_ROW
    sees = ("view",)
    list_display = ["at", "by_name", "act", "kind", "person"]
    list_filter = ["event", "act", "kind"]
    search_fields = ["by_name", "by"]
    search_help_text = "The account or the phone."
    fields = ["person", "act", "kind", "version", "by_name", "by", "at"]

    @admin.display(description="person")
    def person(self, access: SafetyAccess) -> str:
        return person_link(access.person_id) if access.person_id else "Nobody knows whom"

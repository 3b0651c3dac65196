"""Walk-ins: a page that lists them, says who on the list they may be, and lets somebody decide, or take it back."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from checkin.admin import search
from checkin.models import Person
from checkin.walk_ins import deciding, reading
from checkin.walk_ins.preview import preview
from eventsync.schedule.models import Event
from eventsync.schedule.queries import chosen_event
from eventsync.schedule.staff import events_for, may_for
from eventsync.sync.admin import as_id

if TYPE_CHECKING:
    PersonAdmin = ModelAdmin[Person]  # generic in its type stubs only
    PeopleField = forms.ModelMultipleChoiceField[Any]
    PersonField = forms.ModelChoiceField[Any]
else:
    PersonAdmin = ModelAdmin
    PeopleField, PersonField = forms.ModelMultipleChoiceField, forms.ModelChoiceField

EACH_PAGE = 25
FOUND = 20
SEE = ["checkin.view_person", "checkin.view_credential", "checkin.view_attendancerecord"]
CHANGE = "checkin.change_person"
CHANGED = "Something about them changed meanwhile. Nothing was merged; look again."
TOO_LATE = "Somebody said already who {} is. Nothing was changed."


class KeepForm(forms.Form):
    keep = PeopleField(Person.objects.none())

    def __init__(self, data: Any, event: Event | None) -> None:
        super().__init__(data)
        self.fields["keep"].queryset = Person.objects.filter(event=event, erased_at=None)  # type: ignore[attr-defined]


class PartForm(forms.Form):
    part = PersonField(Person.objects.none())

    def __init__(self, data: Any, event: Event | None) -> None:
        super().__init__(data)
        people = Person.objects.filter(event=event, erased_at=None).select_related("merged_into")
        self.fields["part"].queryset = people  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    into = PersonField(Person.objects.none())
    seen = forms.CharField(max_length=32)

    def __init__(self, data: Any, event: Event) -> None:
        super().__init__(data)
        self.fields["into"].queryset = Person.objects.filter(event=event, erased_at=None)  # type: ignore[attr-defined]


def view(request: HttpRequest, desk: PersonAdmin, site: AdminSite) -> HttpResponseBase:
    """GET lists those whom nobody has dealt with, or with `show=done` the others. POST keeps people on the list, or
    takes a merge back.
    """
    _check(request)
    events = events_for(request.user, *SEE)
    event = chosen_event(request.GET.get("event", ""), events, today=timezone.now().date())
    done = request.GET.get("show") == "done"
    if request.method == "POST":
        _change(request, desk, event)
        return HttpResponseRedirect(request.get_full_path())
    context = {**_context(request, desk, site), "title": "Walk-ins", "event": event, "events": events}
    context["may_change"] = may_for(request.user, event, *SEE, CHANGE)
    return TemplateResponse(request, "admin/checkin/walk_ins.html", context | (_listed(request, event, done=done)))


def _listed(request: HttpRequest, event: Event | None, *, done: bool) -> dict[str, Any]:
    if event is None:
        return {}
    people = reading.dealt_with(event.id) if done else reading.waiting(event.id)
    page = Paginator(people, EACH_PAGE).get_page(request.GET.get("page"))
    rows = reading.told(event, page.object_list, with_likely=not done)
    return {"rows": rows, "page": page, "done": done}


def _change(request: HttpRequest, desk: PersonAdmin, event: Event | None) -> None:
    if event and not may_for(request.user, event, *SEE, CHANGE):
        raise PermissionDenied
    keep, part = KeepForm(request.POST, event), PartForm(request.POST, event)
    if event and keep.is_valid():
        _keep(request, desk, event, keep.cleaned_data["keep"])
    elif part.is_valid():
        _part(request, desk, part.cleaned_data["part"])
    else:
        desk.message_user(request, "Choose somebody who is still there. Nothing was changed.", messages.WARNING)


def _keep(request: HttpRequest, desk: PersonAdmin, event: Event, people: Any) -> None:
    chosen = [person.pk for person in people]
    by, now = request.user.get_username(), timezone.now()
    kept = deciding.confirm(event_id=event.id, people=chosen, by=by, now=now)
    for person in kept:
        desk.log_change(request, person, "Confirmed: not on the list, kept.")
    told = "1 walk-in was" if len(kept) == 1 else f"{len(kept)} walk-ins were"
    desk.message_user(request, f"{told} confirmed: they stay on the list as they are.", messages.SUCCESS)


def _part(request: HttpRequest, desk: PersonAdmin, person: Person) -> None:
    whole = person.merged_into
    if deciding.part(person=person, by=request.user.get_username(), now=timezone.now()):
        desk.log_change(request, person, f"Taken back: not the same person as {whole}.")
        desk.message_user(request, f"Taken back: {person} and {whole} are two people again.", messages.SUCCESS)
    else:
        desk.message_user(request, f"{person} is somebody of their own already. Nothing was changed.", messages.WARNING)


def same_person_view(request: HttpRequest, desk: PersonAdmin, site: AdminSite, key: UUID) -> HttpResponseBase:
    """GET finds people by `q`, and shows with `into` what merging would change. POST merges."""
    _check(request)
    person = get_object_or_404(Person, pk=key, erased_at=None, event__in=events_for(request.user, *SEE))
    may_change = may_for(request.user, person.event, CHANGE)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    back = reverse("admin:checkin_person_walk_ins") + f"?event={person.event.slug}"
    if request.method == "POST":
        return HttpResponseRedirect(back if _merge(request, desk, person) else request.get_full_path())
    term, other = search.clean(request.GET.get("q", "")), as_id(request.GET.get("into", ""))
    others = Person.objects.filter(event=person.event_id, merged_into=None, erased_at=None).exclude(pk=person.pk)
    into = others.filter(pk=other).first() if other else None
    sight = preview(person, into) if into else None
    context = {**_context(request, desk, site), "title": f"Who is {person}?", "event": person.event, "back": back}
    context |= {"may_change": may_change, "person": person, "sight": sight, "q": term, "asked": bool(other)}
    if sight is None:
        found = search.people(others, term)[:FOUND] if term else []
        context |= {"found": found, "likely": reading.likely_for(person.event, person)}
    return TemplateResponse(request, "admin/checkin/same_person.html", context)


def _merge(request: HttpRequest, desk: PersonAdmin, person: Person) -> bool:
    """Whether there is nothing left to decide."""
    form = MergeForm(request.POST, person.event)
    if not form.is_valid():
        desk.message_user(request, CHANGED, messages.WARNING)
        return False
    into, by = form.cleaned_data["into"], request.user.get_username()
    answer = deciding.merge(person=person, into=into, seen=form.cleaned_data["seen"], by=by, now=timezone.now())
    if answer == "done":
        desk.log_change(request, person, f"The same person as {into}.")
        said = f"{person} and {into} are one person now. It can be taken back under “Dealt with”."
        desk.message_user(request, said, messages.SUCCESS)
    else:
        told = CHANGED if answer == "changed" else TOO_LATE.format(person)
        desk.message_user(request, told, messages.WARNING)
    return answer != "changed"


def beside(person: Person) -> str:
    """For the page of a person: all their rows with their codes, and where to say that there is one more."""
    if person.merged_into:
        whole = reverse("admin:checkin_person_change", args=[person.merged_into.pk])
        taken = reverse("admin:checkin_person_walk_ins") + f"?event={person.event.slug}&show=done"
        shape = 'Is the same person as <a href="{}">{}</a>. <a href="{}">Take it back</a>'
        return format_html(shape, whole, person.merged_into, taken)
    rows = person.merged.prefetch_related("credentials").order_by("search", "id")
    told = [(reverse("admin:checkin_person_change", args=[row.pk]), row, row.external_id, _codes(row)) for row in rows]
    same = reverse("admin:checkin_person_same_person", args=[person.pk])
    also = format_html_join("", '<p>Also <a href="{}">{}</a> · {}{}</p>', told)
    return format_html('{}<a href="{}">Say that this is the same person as…</a>', also, same)


def _codes(person: Person) -> str:
    return "".join(f", {code}" for code in person.credentials.all())


def _check(request: HttpRequest) -> None:
    if not request.user.has_perms(SEE) or (request.method == "POST" and not request.user.has_perm(CHANGE)):
        raise PermissionDenied


def _context(request: HttpRequest, desk: PersonAdmin, site: AdminSite) -> dict[str, Any]:
    return {**site.each_context(request), "opts": desk.opts, "may_change": request.user.has_perm(CHANGE)}

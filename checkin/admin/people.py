"""People, and the codes that they carry. Every change goes through `roster.changing`, so phones hear of it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from checkin import roster, rules
from checkin.admin import downloads, families, guardians, holds, privacy, safety, search, walk_ins
from checkin.models import Credential, Person, new_code, new_number
from eventsync.access.admin import OwnRows
from eventsync.schedule.queries import current_event
from eventsync.schedule.staff import OF_ROW, events_for

if TYPE_CHECKING:
    CredentialInlineBase = admin.StackedInline[Credential, Person]  # generic in their type stubs only
    CredentialFormBase = forms.ModelForm[Credential]
    CredentialFormSetBase = forms.BaseInlineFormSet[Credential, Person, Any]
    PersonFormBase = forms.ModelForm[Person]
else:
    CredentialInlineBase, CredentialFormSetBase = admin.StackedInline, forms.BaseInlineFormSet
    CredentialFormBase = PersonFormBase = forms.ModelForm


class CredentialForm(CredentialFormBase):
    """An existing code cannot be edited, only its state. A new one is made when none is typed."""

    code = forms.CharField(max_length=200, required=False, strip=False, help_text="Empty: a new one is made.")

    class Meta:
        model = Credential
        fields = ["code", "state"]

    def __init__(self, *args: Any, event: UUID | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        if self.instance.pk:
            self.initial["code"] = str(self.instance)
            self.fields["code"].disabled = True
            self.fields["code"].help_text = ""

    def has_changed(self) -> bool:
        """A row that was added counts even when nothing is typed into it."""
        return not self.instance.pk or super().has_changed()

    def clean_code(self) -> str:
        if self.instance.pk:
            return self.instance.code
        code = rules.canonical_code(self.cleaned_data["code"]) if self.cleaned_data["code"].strip() else new_code()
        if self.event is None:
            return code  # the page says what is wrong with the person
        self.instance.event_id = self.event
        self.instance.digest = rules.credential_digest(str(self.event), code)
        taken = (
            Credential.objects.filter(event=self.event, digest=self.instance.digest).select_related("person").first()
        )
        if taken:
            raise forms.ValidationError(f"{taken.person} carries this code already.")
        return code


class CredentialFormSet(CredentialFormSetBase):
    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "event": self.instance.event_id}

    def clean(self) -> None:
        super().clean()
        digests = [form.instance.digest for form in self.forms if form.is_valid() and form.instance.digest]
        if len(set(digests)) < len(digests):
            raise forms.ValidationError("This code is here twice.")


class CredentialInline(OwnRows, CredentialInlineBase):
    model = Credential
    form = CredentialForm
    formset = CredentialFormSet
    fields = [("code", "state")]
    can_delete = False
    verbose_name = "code"
    verbose_name_plural = "codes (wristbands and tickets)"

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else 1


class PersonForm(PersonFormBase):
    external_id = forms.CharField(
        label="Number",
        max_length=100,
        required=False,
        help_text="The organisers' own number or reference. Empty: one is made.",
    )

    class Meta:
        model = Person
        fields = ["event", "external_id", "name", "given", "delegation", "role", "family", "standing"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "standing" in self.fields:  # who may only look has no fields
            self.fields["standing"].required = False  # a program that does not say it means expected

    def clean_external_id(self) -> str:
        return self.cleaned_data["external_id"] or self.instance.external_id or new_number()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        event = said.get("event") or (self.instance.event if self.instance.event_id else None)
        same = Person.objects.filter(event=event, external_id=said.get("external_id")).exclude(pk=self.instance.pk)
        if event and (other := same.first()):
            self.add_error("external_id", f"{other} has this number already.")
        return said


_BESIDE = ["same_person", "hold", "release_code", "safety_data", "personal_data", "ledger"]


class EachOnce(ChangeList):
    """A row that is merged is found by its name and its codes, too, as the person it is."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        return super().get_queryset(request, exclude_parameters).filter(merged_into=None)


@admin.register(Person)
class PersonAdmin(families.MakesLinks):
    belongs = OF_ROW
    form = PersonForm
    inlines = [CredentialInline]
    list_display = ["name", "external_id", "delegation", "role", "standing", "event"]
    list_filter = ["event", "standing", "hold_desk"]
    list_select_related = ["event"]
    list_per_page = 50
    search_fields = ["search"]  # shows the box; what it finds is in checkin.admin.search
    search_help_text = "Name, delegation, number or code."
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of who is erased there is nothing to see or to change."""
        return super().get_queryset(request).filter(erased_at=None)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return EachOnce

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        own = events_for(request.user, self.right("add"))
        return {
            "event": current_event(own, today=timezone.now().date()),
            **super().get_changeform_initial_data(request),
        }

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*PersonForm.Meta.fields, *(_BESIDE if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["event", *_BESIDE] if obj else []

    @admin.display(description="same person")
    def same_person(self, person: Person) -> str:
        return walk_ins.beside(person)

    @admin.display(description="hold")
    def hold(self, person: Person) -> str:
        url = reverse("admin:checkin_person_hold", args=[person.pk])
        return format_html('{} <a href="{}">Place or lift a hold</a>', person.get_hold_desk_display() or "None.", url)

    @admin.display(description="release code")
    def release_code(self, person: Person) -> str:
        url = reverse("admin:checkin_person_release_code", args=[person.pk])
        kept = getattr(person, "guardian", None)
        return format_html('{} <a href="{}">Make or withdraw one</a>', "There is one." if kept else "None.", url)

    @admin.display(description="safety data")
    def safety_data(self, person: Person) -> str:
        """Never what it says: whoever reads it is noted."""
        url = reverse("admin:checkin_person_safety", args=[person.pk])
        return format_html('<a href="{}">Dietary needs, medication, emergency contacts</a>', url)

    @admin.display(description="personal data")
    def personal_data(self, person: Person) -> str:
        return privacy.beside(person)

    @admin.display(description="attendance")
    def ledger(self, person: Person) -> str:
        url = reverse("admin:checkin_attendancerecord_changelist")
        query = urlencode({"event": person.event_id, "person": person.merged_into_id or person.pk})
        return format_html('<a href="{}?{}">All records of this person</a>', url, query)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return (search.people(queryset, search_term) if search.clean(search_term) else queryset), False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        hold = self.admin_site.admin_view(self.hold_view)
        release = self.admin_site.admin_view(self.release_code_view)
        kept_safe = self.admin_site.admin_view(self.safety_view)
        personal = self.admin_site.admin_view(self.personal_data_view)
        listed = self.admin_site.admin_view(self.walk_ins_view)
        same = self.admin_site.admin_view(self.same_person_view)
        return [
            path("export/", view, name="checkin_person_export"),
            path("walk-ins/", listed, name="checkin_person_walk_ins"),
            path("<uuid:key>/same-person/", same, name="checkin_person_same_person"),
            path("<uuid:key>/hold/", hold, name="checkin_person_hold"),
            path("<uuid:key>/safety/", kept_safe, name="checkin_person_safety"),
            path("<uuid:key>/personal-data/", personal, name="checkin_person_personal_data"),
            path("<uuid:key>/release-code/", release, name="checkin_person_release_code"),
            *super().get_urls(),
        ]

    def _person(self, request: HttpRequest, key: UUID) -> Person:
        """Somebody whom the reader may change; who may change nobody does not even hear whether there is such a one."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        person: Person | None = self.get_object(request, str(key))
        if person is None:
            raise Http404
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        return person

    def hold_view(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        return holds.view(request, self, self.admin_site, self._person(request, key))

    def release_code_view(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        return guardians.view(request, self, self.admin_site, self._person(request, key))

    def safety_view(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        return safety.view(request, self, self.admin_site, key)

    def personal_data_view(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        return privacy.view(request, self, self.admin_site, key)

    def walk_ins_view(self, request: HttpRequest) -> HttpResponseBase:
        return walk_ins.view(request, self, self.admin_site)

    def same_person_view(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        return walk_ins.same_person_view(request, self, self.admin_site, key)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.has_perms(downloads.ROSTER):
            raise PermissionDenied
        return downloads.roster(request, self.admin_site.each_context(request) | {"opts": self.opts})

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            taken = "Somebody gave this number or code away at the same moment. Nothing was saved; try again."
            self.message_user(request, taken, messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """Saved in `save_related`, in one transaction with the codes."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        person = form.instance
        with roster.changing(person.event_id) as changed:
            person.search = roster.search_of(person.name)
            person.save()
            super().save_related(request, form, formsets, change)
            changed.people.add(person.pk)
            changed.digests.update(_digests(formsets))

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Their codes go with them; what the ledger has of them stays, as unidentified."""
        people = list(objs)
        codes = Credential.objects.filter(person__in=people).count()
        return list(map(str, people)), {"people": len(people), "codes": codes}, set(), []

    def delete_model(self, request: HttpRequest, obj: Person) -> None:
        roster.remove_people(obj.event_id, [obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        chosen: dict[Any, list[Any]] = {}
        for event, key in queryset.values_list("event_id", "pk"):
            chosen.setdefault(event, []).append(key)
        for event, keys in sorted(chosen.items()):
            roster.remove_people(event, keys)


def _digests(formsets: Iterable[Any]) -> set[str]:
    codes = (form for formset in formsets for form in formset.forms if form.has_changed())
    return {form.instance.digest for form in codes}

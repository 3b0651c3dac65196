"""All codes: to find whose a wristband is, and to withdraw lost ones."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from checkin import roster
from checkin.admin import search, unidentified
from checkin.models import Credential, CredentialState
from eventsync.access.admin import ReadOnlyAdmin
from eventsync.schedule.staff import OF_ROW


@admin.register(Credential)
class CredentialAdmin(ReadOnlyAdmin):
    belongs = OF_ROW
    list_display = ["__str__", "carrier", "state", "event"]
    list_filter = ["state", "event"]
    list_select_related = ["person", "event"]
    search_fields = ["code"]  # shows the box; what it finds is in checkin.admin.search
    search_help_text = "The code, or the person's name or number."
    actions = ["revoke"]
    note = ""
    fields = ["__str__", "carrier", "event", "state", "created_at"]
    ordering = ["-id"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.unidentified_view)
        return [path("unidentified/", view, name="checkin_credential_unidentified"), *super().get_urls()]

    def unidentified_view(self, request: HttpRequest) -> HttpResponseBase:
        return unidentified.view(request, self, self.admin_site)

    @admin.display(description="person")
    def carrier(self, credential: Credential) -> str:
        url = reverse("admin:checkin_person_change", args=[credential.person_id])
        return format_html('<a href="{}">{}</a>', url, credential.person)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return (search.credentials(queryset, search_term) if search.clean(search_term) else queryset), False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("checkin.change_credential")

    @admin.action(description="Withdraw selected codes", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Credential]) -> None:
        """A withdrawn code still admits, with a flag. It can be given back on the person's page."""
        chosen: dict[Any, list[Credential]] = {}
        for credential in queryset.filter(state=CredentialState.ACTIVE).order_by("event"):
            chosen.setdefault(credential.event_id, []).append(credential)
        for event, credentials in chosen.items():
            with roster.changing(event) as changed:
                keys = [credential.pk for credential in credentials]
                Credential.objects.filter(pk__in=keys).update(state=CredentialState.REVOKED)
                changed.people.update(credential.person_id for credential in credentials)
        for credential in (each for group in chosen.values() for each in group):
            self.log_change(request, credential, "Withdrawn.")
        count = sum(map(len, chosen.values()))
        self.message_user(request, f"{count} {'code was' if count == 1 else 'codes were'} withdrawn.", messages.SUCCESS)

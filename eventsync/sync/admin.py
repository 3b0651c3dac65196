"""Phones, what they sent and what could not be applied. All of it is read-only; a phone can be revoked.

`DeviceAdmin` and `OperationAdmin` are registered by `eventsync.schedule.admin`, which knows events and venues by name.
"""

import json
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from eventsync.jobs.admin import NEVER, ReadOnlyAdmin, ago
from eventsync.sync import enrolment, queries
from eventsync.sync.models import Device, Operation, Quarantined
from eventsync.sync.registry import registry


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def visible(text: str) -> str:
    """Text from a stranger with everything that does not print, or turns the text around, written as an escape."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode() for char in text
    )


class AppliedFilter(admin.SimpleListFilter):
    """Applied whenever the address has a value for it. Django leaves out a filter that has no choices to offer."""

    def has_output(self) -> bool:
        return self.value() is not None or super().has_output()


class ByIdFilter(AppliedFilter):
    """The rows of one thing, chosen by its id. What is no id in the address finds nothing."""

    parameter_name: str
    field: str

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        key = as_id(value)
        return self.rows_of(key, queryset) if key else queryset.none()

    def rows_of(self, key: UUID, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: key})


class RevokedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "revoked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("0", "Enrolled"), ("1", "Revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case "0" | "1" as revoked:
                return queryset.filter(revoked_at__isnull=revoked == "0")
            case _:
                return queryset.none()


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(registry.kinds)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(kind=self.value())


class DeviceAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "profile", "heard", "pending_count", "state"]
    list_filter = [RevokedFilter, "profile"]
    search_fields = ["name", "=id"]
    search_help_text = "The phone's name or id."
    actions = ["revoke_selected"]
    fields = [
        "name",
        "id",
        "profile",
        "app_version",
        "enrolled_at",
        "heard_at",
        "pending_count",
        "never_arrived",
        "state",
    ]

    @admin.display(description="last heard", ordering="heard_at")
    def heard(self, device: Device) -> str:
        return ago(device.heard_at)

    @admin.display(description="waiting on it", ordering="pending")
    def pending_count(self, device: Device) -> str:
        return NEVER if device.pending is None else str(device.pending)

    @admin.display(description="never arrived")
    def never_arrived(self, device: Device) -> str:
        """The numbers of operations that the phone must have recorded and that are not here."""
        gaps = queries.holes(device.id)
        return ", ".join(f"{first}–{last}" if last > first else f"{first}" for first, last in gaps) or "none"

    @admin.display(description="state", ordering="revoked_at")
    def state(self, device: Device) -> str:
        return format_html("Revoked {}", ago(device.revoked_at)) if device.revoked_at else "Enrolled"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.revoke_view)
        return [path("revoke/", view, name="sync_device_revoke"), *super().get_urls()]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sync.change_device")

    @admin.action(description="Revoke selected phones…", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse:
        return self._confirm(request, queryset)

    def revoke_view(self, request: HttpRequest) -> HttpResponseBase:
        """GET asks, POST does; `devices` names them, once for each."""
        if not self.has_revoke_permission(request):
            raise PermissionDenied
        said = request.POST if request.method == "POST" else request.GET
        ids = filter(None, map(as_id, said.getlist("devices")))
        devices = self.get_queryset(request).filter(id__in=list(ids), revoked_at=None)
        return self._revoke(request, devices) if request.method == "POST" else self._confirm(request, devices)

    def _confirm(self, request: HttpRequest, devices: QuerySet[Device]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Revoke phones",
            "devices": list(devices.filter(revoked_at=None)),
        }
        return TemplateResponse(request, "admin/sync/device/revoke.html", context)

    def _revoke(self, request: HttpRequest, devices: QuerySet[Device]) -> HttpResponse:
        revoked = list(devices)
        for device in revoked:
            enrolment.revoke(device, now=timezone.now())
            self.log_change(request, device, "Revoked.")
        noun = "phone was" if len(revoked) == 1 else "phones were"
        done = f"{len(revoked)} {noun} revoked. They may still deliver what they hold."
        self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:sync_device_changelist"))


class FromDeviceAdmin(ReadOnlyAdmin):
    """What a device sent: its body is left out of lists. `key_field` has the operation's id."""

    key_field: str
    list_select_related = ["device"]
    search_fields = ["device__name"]
    search_help_text = "The operation's id, the phone's id or name."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        key = as_id(search_term)
        if key is None:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(**{self.key_field: key}) | queryset.filter(device=key), False

    @admin.display(description="received", ordering="received_at")
    def received(self, row: Operation | Quarantined) -> str:
        return ago(row.received_at)

    @admin.display(description="phone")
    def phone(self, row: Operation | Quarantined) -> str:
        url = reverse("admin:sync_device_change", args=[row.device_id])
        return format_html('<a href="{}">{}</a>', url, row.device)


class OperationAdmin(FromDeviceAdmin):
    key_field = "id"
    list_display = ["id", "received", "kind", "phone", "actor", "verdict", "flag_words"]
    list_filter: ClassVar[Any] = ["verdict", KindFilter]
    ordering = ["-received_at"]
    fields = [
        "id", "kind", "phone", "carrier", "actor", "seq", "occurred_at", "offset_ms", "corrected_at", "received_at",
        "refers_to", "verdict", "flag_words", "code", "message", "at", "body_text", "body_hash",
    ]  # fmt: skip

    @admin.display(description="flags")
    def flag_words(self, operation: Operation) -> str:
        return ", ".join(json.loads(operation.flags)) or NEVER

    @admin.display(description="body")
    def body_text(self, operation: Operation) -> str:
        return format_html('<pre class="exact">{}</pre>', visible(operation.body)) if operation.body else NEVER


@admin.register(Quarantined)
class QuarantinedAdmin(FromDeviceAdmin):
    key_field = "operation_id"
    list_display = ["operation_id", "received", "phone", "code", "message"]
    list_filter = ["code"]
    fields = [
        "operation_id",
        "phone",
        "carrier",
        "received_at",
        "code",
        "message",
        "body_text",
        "download",
        "body_hash",
    ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.bytes_view)
        return [path("<int:key>/bytes/", view, name="sync_quarantined_bytes"), *super().get_urls()]

    @admin.display(description="body")
    def body_text(self, row: Quarantined) -> str:
        return format_html('<pre class="exact">{}</pre>', visible(bytes(row.body).decode("utf-8", "backslashreplace")))

    @admin.display(description="exact bytes")
    def download(self, row: Quarantined) -> str:
        url = reverse("admin:sync_quarantined_bytes", args=[row.pk])
        return format_html('<a href="{}">Download {} bytes</a>', url, len(row.body))

    def bytes_view(self, request: HttpRequest, key: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(key))
        if row is None:
            raise Http404
        response = HttpResponse(bytes(row.body), content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="{row.operation_id}.bin"'
        return response

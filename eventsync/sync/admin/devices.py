"""Phones: what they are, when they were heard, and how one is revoked."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from eventsync.jobs.admin import NEVER, ReadOnlyAdmin, ago
from eventsync.sync import enrolment, queries
from eventsync.sync.admin.reading import as_id
from eventsync.sync.models import Device, Quarantined


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
        "set_aside",
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

    @admin.display(description="in quarantine")
    def set_aside(self, device: Device) -> str:
        count = Quarantined.objects.filter(device=device).count()
        url = reverse("admin:sync_quarantined_changelist")
        return format_html('<a href="{}?device={}">{}</a>', url, device.pk, count) if count else "none"

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

"""Phones: what they hold and have not delivered, how they fare, and how one is revoked."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from eventsync.access.admin import NEVER, ReadOnlyAdmin, ago, in_words
from eventsync.access.scope import limit
from eventsync.sync import enrolment, queries
from eventsync.sync.admin.reading import as_id
from eventsync.sync.models import Device, Profile, Quarantined
from eventsync.sync.rights import OF_DEVICE

HELD = Coalesce("pending", 0)


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


class HoldingFilter(admin.SimpleListFilter):
    title = "undelivered records"
    parameter_name = "holding"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        minutes = queries.SILENT // timedelta(minutes=1)
        return [
            ("1", "Holds some"),
            ("silent", f"Holds some, not heard for {minutes} minutes"),
            ("0", "Holds none that we know of"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case "1":
                return queryset.filter(pending__gt=0)
            case "silent":
                return queries.silent_holders(queryset, now=timezone.now())
            case "0":
                return queryset.exclude(pending__gt=0)
            case _:
                return queryset.none()


class ProfileFilter(admin.SimpleListFilter):
    """Without families until somebody asks for them, or searches: theirs are many, and they deliver nothing."""

    title = "profile"
    parameter_name = "profile"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "All"), *((str(value), str(label)) for value, label in Profile.choices)]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        return iter([{**first, "display": "All but families"}, *others])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset if request.GET.get("q") else queryset.exclude(profile=Profile.FAMILY)
            case "all":
                return queryset
            case profile:
                return queryset.filter(profile=profile)


class DeviceList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = with_roster_heads(self.result_list)


def with_roster_heads(devices: Iterable[Any]) -> list[Any]:
    """Gives each a `roster_head`, for all of them in one query."""
    found = list(devices)
    heads = queries.roster_heads(found)
    for device in found:
        device.roster_head = heads[device.id]
    return found


class DeviceAdmin(ReadOnlyAdmin):
    belongs = OF_DEVICE
    list_display = ["__str__", "holds", "heard", "profile", "list_age", "storage", "charge", "state"]
    list_filter = [HoldingFilter, RevokedFilter, ProfileFilter]
    ordering = [HELD.desc(), F("heard_at").desc(nulls_last=True)]
    note = "The oldest record's time is the event's. Under the other times are exact ones, in UTC."
    search_fields = ["name", "holder", "=id"]
    search_help_text = "The phone's name or id, or the volunteer who has it."
    actions = ["revoke_selected"]
    fields = [
        "name",
        "holder",
        "id",
        "profile",
        "app_version",
        "enrolled",
        "heard",
        "holds",
        "never_arrived",
        "set_aside",
        "list_age",
        "storage",
        "charge",
        "state",
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DeviceList]:
        return DeviceList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        return with_roster_heads([found])[0] if found else None

    def zone(self, device: Any) -> ZoneInfo:
        """In which the device's times are told."""
        return ZoneInfo("UTC")

    @admin.display(description="last heard", ordering="heard_at")
    def heard(self, device: Device) -> str:
        return ago(device.heard_at) if device.heard_at else "Never"

    @admin.display(description="enrolled", ordering="enrolled_at")
    def enrolled(self, device: Device) -> str:
        return ago(device.enrolled_at) if device.enrolled_at else "Never: known from an imported outbox only"

    @admin.display(description="holds", ordering=HELD)
    def holds(self, device: Device) -> str:
        """How many records it has not delivered, as it last said."""
        if device.pending is None:
            return NEVER
        if not device.pending:
            return "Nothing"
        count = format_html("<strong>{}</strong>", device.pending)
        since = device.oldest_unsent
        return format_html("{}, oldest from {}", count, self._moment(device, since)) if since else count

    def _moment(self, device: Device, moment: datetime) -> str:
        zone, now = self.zone(device), timezone.now()
        local = moment.astimezone(zone)
        clock = f"{local:%H:%M}" if local.date() == now.astimezone(zone).date() else f"{local:%a %d %b, %H:%M}"
        return f"{clock} ({in_words(moment, parts=1)})"

    @admin.display(description="list")
    def list_age(self, device: Any) -> str:
        """How many changes of the roster it has not pulled, as it last said."""
        if device.roster_version is None or device.revoked_at is not None:
            return NEVER
        behind = device.roster_head - device.roster_version
        return f"Behind by {behind}" if behind > 0 else "Up to date"

    @admin.display(description="storage", ordering="storage_persisted")
    def storage(self, device: Device) -> str:
        return {None: NEVER, True: "Protected", False: "Not protected"}[device.storage_persisted]

    @admin.display(description="battery", ordering="battery")
    def charge(self, device: Device) -> str:
        return NEVER if device.battery is None else f"{device.battery} %"

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
        if device.enrolled_at is None:
            return "From a file"
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
        mine = limit(self.get_queryset(request), request.user, self.right("change"), self.belongs)
        devices = mine.filter(id__in=list(ids), revoked_at=None)
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

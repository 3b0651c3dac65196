"""What phones sent. Read-only."""

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from eventsync.access.admin import NEVER, ReadOnlyAdmin, ago
from eventsync.sync.admin.reading import as_id
from eventsync.sync.models import Operation, Quarantined
from eventsync.sync.registry import registry
from eventsync.sync.rights import OF_OPERATION
from eventsync.sync.showing import visible


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(registry.kinds)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(kind=self.value())


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
    belongs = OF_OPERATION
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

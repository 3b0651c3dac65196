"""What pages share whose rows only the product itself writes."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from eventsync.access.admin.scoped import ModelAdmin, OwnRows

if TYPE_CHECKING:
    InlineBase = admin.TabularInline[Any, Any]  # generic in its type stubs only
else:
    InlineBase = admin.TabularInline

NEVER = "–"
_NOW = timedelta(minutes=1)


def ago(moment: datetime | None) -> SafeString | str:
    """How long ago, for a person; the exact time in UTC for the curious."""
    if moment is None:
        return NEVER
    text = in_words(moment)
    return format_html('<time datetime="{0}" title="{0}">{1}</time>', f"{moment:%Y-%m-%dT%H:%M:%SZ}", text)


def in_words(moment: datetime, *, parts: int = 2) -> str:
    """How long ago, without the time: `5 minutes ago`, with at most so many `parts`. A clock may be a little behind."""
    now = timezone.now()
    return "just now" if now - moment < _NOW else f"{timesince(moment, now, depth=parts)} ago"


class ReadOnlyAdmin(ModelAdmin):
    """Rows that only the product itself writes."""

    show_full_result_count = False
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER  # one more count of everything for each choice
    actions: Any = None
    note = "Times are in UTC."

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [(None, {"fields": self.get_fields(request, obj), "description": self.note})]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(OwnRows, InlineBase):
    """Such rows on the page of the row that they hang on."""

    can_delete = False
    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

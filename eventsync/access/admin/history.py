"""Who changed what at the desk, in a list that nobody changes; and accounts, kept once they have done anything."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from eventsync.access.admin.reading import NEVER, ReadOnlyAdmin

if TYPE_CHECKING:
    Accounts = UserAdmin[Any]  # generic in its type stubs only
else:
    Accounts = UserAdmin

WORDS = {1: "Added", 2: "Changed", 3: "Deleted"}


@admin.register(LogEntry)
class HistoryAdmin(ReadOnlyAdmin):
    """The history of everything. That of one row, which its owners may read as well, is on the row's own page."""

    sees = ("view",)
    list_display = ["action_time", "who", "what", "row", "kind"]
    list_display_links = ["action_time"]
    list_filter = ["action_flag", "content_type"]
    list_select_related = ["user", "content_type"]
    search_fields = ["=user__username", "=object_id", "object_repr"]
    search_help_text = "Who did it (the user name), or what it was done to: its name or its id."
    note = ""
    fields = ["action_time", "who", "what", "row", "kind"]

    @admin.display(description="who", ordering="user__username")
    def who(self, entry: LogEntry) -> str:
        query = urlencode({"q": entry.user.get_username()})
        return format_html('<a href="{}?{}">{}</a>', self._list(), query, entry.user.get_username())

    @admin.display(description="what")
    def what(self, entry: LogEntry) -> str:
        return entry.get_change_message() or f"{WORDS.get(entry.action_flag, NEVER)}."

    @admin.display(description="to what", ordering="object_repr")
    def row(self, entry: LogEntry) -> str:
        """Leads to all that was done to it."""
        query = urlencode({"q": entry.object_id or ""})
        return format_html('<a href="{}?{}">{}</a>', self._list(), query, entry.object_repr)

    @admin.display(description="kind", ordering="content_type")
    def kind(self, entry: LogEntry) -> str:
        content = entry.content_type
        if content is None:
            return NEVER
        try:
            page = reverse(f"admin:{content.app_label}_{content.model}_change", args=[entry.object_id])
        except NoReverseMatch:  # a page that is not there any more
            return str(content.name).capitalize()
        return format_html('<a href="{}">{}</a>', page, str(content.name).capitalize())

    def _list(self) -> str:
        return reverse("admin:admin_logentry_changelist")


class AccountAdmin(Accounts):
    """Django deletes with an account the history of what it did. So such an account is switched off instead."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        done = (
            LogEntry.objects.filter(user__in=list(objs)).values_list("user__username", flat=True).order_by().distinct()
        )
        kept = [
            f"{name} changed something here, and that is kept. Take away “Active” instead." for name in sorted(done)
        ]
        return ([], {}, set(), kept) if kept else super().get_deleted_objects(objs, request)


admin.site.unregister(get_user_model())
admin.site.register(get_user_model(), AccountAdmin)

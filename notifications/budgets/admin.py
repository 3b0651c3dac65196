"""Budgets at the desk: how much may go out, how much did, and what it cost."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from eventsync.access.admin import NEVER, ModelAdmin
from eventsync.schedule.staff import OF_ROW
from notifications.budgets.keeping import calm
from notifications.budgets.rules import Budget
from notifications.models import Channel, ChannelBudget


@admin.register(ChannelBudget)
class ChannelBudgetAdmin(ModelAdmin):
    belongs = OF_ROW
    list_display = ["__str__", "for_anything", "for_safety", "cost", "event"]
    list_filter = ["event", "channel"]
    list_select_related = ["event"]
    fields = ["event", "channel", "limit", "used", "for_anything", "for_safety", "cost"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        counted = ["used", "for_anything", "for_safety", "cost"]
        return ["event", "channel", *counted] if obj else counted

    @admin.display(description="left for anything")
    def for_anything(self, row: ChannelBudget) -> int:
        return _budget(row).room(critical=False)

    @admin.display(description="left for what is critical")
    def for_safety(self, row: ChannelBudget) -> int:
        return _budget(row).room(critical=True)

    @admin.display(description="cost until now")
    def cost(self, row: ChannelBudget) -> str:
        sms = settings.SMS
        known = row.channel == Channel.SMS and sms.price
        return f"{row.used * sms.price:.2f} {sms.currency}".strip() if known else NEVER

    def save_model(self, request: HttpRequest, obj: ChannelBudget, form: Any, change: Any) -> None:
        """Only the limit: what went out meanwhile is counted."""
        if change:
            ChannelBudget.objects.filter(pk=obj.pk).update(limit=obj.limit)
            obj.refresh_from_db()
        else:
            super().save_model(request, obj, form, change)
        calm(obj, now=timezone.now(), by=request.user.get_username())


def _budget(row: ChannelBudget) -> Budget:
    return Budget(row.limit or 0, row.used or 0)

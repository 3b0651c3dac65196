"""Notices at the desk: what was said, to how many, and what became of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from eventsync.access.admin import ReadOnlyAdmin, ago
from eventsync.schedule.pages.words import direction
from eventsync.schedule.plan.rules import LANGUAGES
from eventsync.schedule.staff import OF_ROW
from notifications.hand.answers import answers
from notifications.models import Channel, Delivery, Notice, Recipient
from notifications.rights import OF_DELIVERY
from notifications.rules import State

_REACHED = (State.ACCEPTED, State.DISPLAYED, State.OPENED, State.ACKNOWLEDGED)
_SENT = (Channel.PUSH, Channel.SMS, Channel.EMAIL)


def _count(**of: object) -> Coalesce:
    """How many deliveries of a notice; of those on the page only."""
    rows = Delivery.objects.filter(notice=OuterRef("pk"), **of).order_by().values("notice")
    return Coalesce(Subquery(rows.annotate(count=Count("pk")).values("count")), 0)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    belongs = OF_ROW
    list_display = ["__str__", "importance", "made", "people", "sent", "reached", "event"]
    list_filter = ["event", "importance"]
    list_select_related = ["event"]
    fields = [
        "in_each_language", "on_lock_screens", "importance", "made_at", "expires_at", "supersedes", "people", "sent",
        "became",
    ]  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.fields, "read"] if obj and obj.must_acknowledge else self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        rows: QuerySet[Notice] = super().get_queryset(request)
        return rows.annotate(
            in_lists=_count(channel=Channel.IN_APP),
            outside=_count(channel__in=_SENT),
            arrived=_count(channel__in=_SENT, state__in=_REACHED),
        )

    @admin.display(description="made", ordering="made_at")
    def made(self, row: Notice) -> str:
        return ago(row.made_at)

    @admin.display(description="people")
    def people(self, row: Any) -> int:
        return int(row.in_lists)

    @admin.display(description="pushes and messages")
    def sent(self, row: Any) -> int:
        return int(row.outside)

    @admin.display(description="handed over")
    def reached(self, row: Any) -> int:
        return int(row.arrived)

    @admin.display(description="as people read it")
    def in_each_language(self, row: Notice) -> SafeString:
        return _read_as(row.texts)

    @admin.display(description="on lock screens")
    def on_lock_screens(self, row: Notice) -> SafeString | str:
        """Other words only where these would tell others of somebody."""
        return _read_as(row.discreet) if row.discreet else "The same."

    @admin.display(description="what became of them")
    def became(self, row: Notice) -> SafeString | str:
        found = row.deliveries.filter(channel__in=_SENT).values_list("channel", "state").annotate(count=Count("pk"))
        channels = dict(Delivery._meta.get_field("channel").flatchoices)
        states = dict(Delivery._meta.get_field("state").flatchoices)
        told = ((channels[channel], states[state], count) for channel, state, count in found.order_by("channel"))
        lines = format_html_join("", "<div>{}: {}: {}</div>", told)
        return lines or format_html("<div>{}</div>", "Nobody who was to hear of it can be reached but by the list.")

    @admin.display(description="who has read it")
    def read(self, row: Notice) -> SafeString:
        return mark_safe(render_to_string("admin/notifications/answers.html", {"answers": answers(row)}))  # noqa: S308 - a template's


def _read_as(texts: dict[str, dict[str, str]]) -> SafeString:
    each = ((code, direction(code), LANGUAGES[code], said["title"], said["body"]) for code, said in texts.items())
    return format_html_join("", '<div lang="{}" dir="{}"><p><strong>{}: {}</strong></p><p>{}</p></div>', each)


@admin.register(Recipient)
class RecipientAdmin(ReadOnlyAdmin):
    """How many hear of an event, and what they want; who they are nobody knows."""

    belongs = OF_ROW
    list_display = ["__str__", "language", "news", "timing", "how", "texts", "mails", "event"]
    list_filter = ["event", "language", "news", "timing"]
    fields = ["event", "language", "groups", "news", "timing", "how", "texts", "mails", "since"]

    @admin.display(description="has a number", boolean=True)
    def texts(self, row: Recipient) -> bool:
        return bool(row.phone)

    @admin.display(description="has an e-mail address", boolean=True)
    def mails(self, row: Recipient) -> bool:
        return bool(row.email)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What became of each; of the other side only what it answered."""

    belongs = OF_DELIVERY
    list_display = ["notice", "channel", "state", "why", "changed", "status"]
    list_filter = ["notice__event", "channel", "state"]
    list_select_related = ["notice__event"]
    fields = [
        "notice", "channel", "state", "why", "due_at", "attempts", "units", "accepted_at", "changed_at", "status",
        "error", "closed_at", "closed_by", "closed_why",
    ]  # fmt: skip

    @admin.display(description="changed", ordering="changed_at")
    def changed(self, row: Delivery) -> str:
        return ago(row.changed_at)

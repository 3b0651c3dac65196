"""Webhooks at the desk: whom to tell, what was sent, and what was not taken."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Model, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from eventsync.access.admin import NEVER, ModelAdmin, ReadOnlyAdmin, RowActions, ago
from eventsync.access.scope import limit, scope
from eventsync.jobs.corrections.queries import in_place_of
from eventsync.jobs.events import catalogue
from eventsync.jobs.rights import OF_SENDING, OF_WEBHOOK, SEE_SENDING, STEER_WEBHOOK
from eventsync.jobs.webhooks import sending
from eventsync.jobs.webhooks.models import Sending, Webhook
from eventsync.jobs.webhooks.signing import new_secret

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Webhook]  # generic in its type stubs only
else:
    ModelForm = forms.ModelForm

_LATELY = 10  # sendings on the page of a webhook


class WebhookForm(ModelForm):
    url = forms.URLField(label="Address", max_length=500, assume_scheme="https")
    names = forms.MultipleChoiceField(
        required=False,
        label="Domain events",
        widget=forms.CheckboxSelectMultiple,
        help_text="Which it hears of; none ticked: all.",
    )

    class Meta:
        model = Webhook
        fields = ["name", "url", "event_id"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["names"].choices = [(name, name) for name in sorted({name for name, _ in catalogue})]  # type: ignore[attr-defined]
        self.initial.setdefault("names", self.instance.names)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        self.instance.names = said.get("names", [])
        return said


class WebhookAdmin(RowActions, ModelAdmin):
    """Registered by `eventsync.schedule.admin`, which knows events by name."""

    belongs = OF_WEBHOOK
    form = WebhookForm
    actions = ["test", "switch_on", "switch_off", "renew"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        """With the newest of what was sent to each, as far as its reader may see that."""
        rows: QuerySet[Webhook] = super().get_queryset(request)
        waits = Q(sendings__taken_at=None, sendings__discarded_at=None)
        seen = limit(Sending.objects.select_related("domain_event"), request.user, SEE_SENDING, OF_SENDING)
        lately = Prefetch("sendings", seen.order_by("-id")[:_LATELY], to_attr="lately_sent")
        return rows.annotate(untaken=Count("sendings", filter=waits)).prefetch_related(lately)

    def on_page(self, row: Webhook) -> Iterator[tuple[str, str]]:
        """A new secret is asked for in the list: it must not be pressed by the way."""
        yield ("switch_on", "Switch on, and send what waits") if row.off_at else ("test", "Send a test")
        if not row.off_at:
            yield "switch_off", "Switch off"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return scope(request.user, self.right("add")).meets(self.belongs, reading=False)

    def may(self, request: HttpRequest, what: str, obj: Model | None) -> bool:
        """A role at a venue is none at webhooks, which are the whole event's."""
        anywhere = scope(request.user, self.right(what)).meets(self.belongs, reading=False)
        return anywhere and super().may(request, what, obj)

    @admin.display(description="state")
    def state(self, row: Webhook) -> str:
        return f"Off: {row.off_why}" if row.off_at else "On"

    @admin.display(description="not taken yet", ordering="untaken")
    def waiting(self, row: Any) -> int:
        return int(row.untaken)

    @admin.display(description="sent last")
    def last(self, row: Any) -> str:
        return _told(row.lately_sent[0]) if row.lately_sent else NEVER

    @admin.display(description="sent last")
    def lately(self, row: Any) -> str:
        """The newest first. A test has its answer here, a moment after it was asked for."""
        lines = format_html_join("", "<li>{}</li>", ((_told(each),) for each in row.lately_sent))
        return format_html("<ul>{}</ul>", lines) if lines else "Nothing was sent yet."

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_model(request, obj, form, change)
        if not change:
            self._show(request, obj)

    def _show(self, request: HttpRequest, row: Webhook) -> None:
        self.message_user(request, f"The secret of {row} is {row.secret} – it is shown this once.", messages.WARNING)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(STEER_WEBHOOK)

    @admin.action(description="Send a test to selected", permissions=["steer"])
    def test(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        on = [row for row in queryset if row.off_at is None and sending.send_test(row)]
        self._tell(request, on, "sent a test")
        if on:
            self.message_user(request, "What comes of it is on the page of the webhook in a moment, under “sent last”.")
        if len(on) < len(queryset):
            self.message_user(request, "To one that is off nothing is sent. Switch it on first.", messages.WARNING)

    @admin.action(description="Switch selected on, and send what waits", permissions=["steer"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        self._tell(request, [row for row in queryset if sending.switch_on(row)], "switched on")

    @admin.action(description="Switch selected off", permissions=["steer"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        why = f"Switched off by {request.user.get_username()}."
        self._tell(request, [row for row in queryset if sending.switch_off(row, why=why)], "switched off")

    @admin.action(description="Give selected a new secret; the old one ends at once", permissions=["steer"])
    def renew(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        for row in queryset:
            row.secret = new_secret()
            Webhook.objects.filter(pk=row.pk).update(secret=row.secret)
            self.log_change(request, row, "Given a new secret.")
            self._show(request, row)

    def _tell(self, request: HttpRequest, done: list[Webhook], what: str) -> None:
        self.say_done(request, done, what, one="webhook was", many="webhooks were")


def _told(row: Sending) -> SafeString:
    """Which it was, what became of it, and when it was made; it leads to the whole."""
    page = reverse("admin:jobs_sending_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>: {} {}', page, _what(row), row.outcome, ago(row.created_at))


def _what(row: Sending) -> str:
    return row.domain_event.name if row.domain_event else "test"


@admin.register(Sending)
class SendingAdmin(ReadOnlyAdmin):
    belongs = OF_SENDING
    list_display = ["webhook", "told", "created", "outcome"]
    list_filter = ["webhook", ("taken_at", admin.EmptyFieldListFilter), "status"]
    list_select_related = ["webhook", "domain_event"]
    search_fields = ["id", "correlation"]
    search_help_text = "Its id, or the id of what it began with."
    fields = [
        "webhook", "told", "created_at", "taken_at", "discarded_at", "status", "answer", "body", "corrected",
        "correlation", "id",
    ]  # fmt: skip
    actions = ["send_again"]

    @admin.display(description="domain event")
    def told(self, row: Sending) -> str:
        return _what(row)

    @admin.display(description="sent in its place")
    def corrected(self, row: Sending) -> str:
        """Since somebody corrected it, and another person agreed."""
        body = in_place_of(row.body, task=sending.SEND, subject=row.pk)
        return NEVER if body == row.body else body

    @admin.display(description="created", ordering="id")
    def created(self, row: Sending) -> str:
        return ago(row.created_at)

    @admin.display(description="what became of it", ordering="taken_at")
    def outcome(self, row: Sending) -> str:
        return row.outcome

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(STEER_WEBHOOK)

    @admin.action(description="Send selected again, the oldest first", permissions=["steer"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Sending]) -> None:
        done = [row for row in queryset.order_by("id") if sending.send_again(row)]
        for row in done:
            self.log_change(request, row, "Sent again.")
        self.message_user(request, f"{len(done)} of {len(queryset)} are sent again.", messages.SUCCESS)

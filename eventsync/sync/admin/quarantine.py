"""The quarantine desk: what could not be applied, why, and what people did about it. Nothing is ever deleted."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from eventsync.access.admin import NEVER, ago
from eventsync.sync import quarantine
from eventsync.sync.admin.operations import FromDeviceAdmin
from eventsync.sync.admin.reading import ByIdFilter
from eventsync.sync.letters import EMPTY, help_of, sealed_words
from eventsync.sync.models import Quarantined
from eventsync.sync.registry import registry
from eventsync.sync.rights import OF_QUARANTINED
from eventsync.sync.showing import members_of, pretty


class DiscardForm(forms.Form):
    reason = forms.CharField(max_length=500, help_text="Why nothing is to be done. It is kept with the record.")


class PhoneFilter(ByIdFilter):
    """There may be thousands of phones, so none is offered: their pages lead here."""

    title = "phone"
    parameter_name = "device"
    field = "device"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return []


@admin.register(Quarantined)
class QuarantinedAdmin(FromDeviceAdmin):
    belongs = OF_QUARANTINED
    key_field = "operation_id"
    list_display = ["operation_id", "received", "phone", "code", "message", "resolution"]
    list_filter = ["resolution", "code", PhoneFilter]
    actions = ["rerun_selected"]
    fields = [
        "operation_id", "resolution", "why_aside", "message", "about", "phone", "carrier", "received_at", "body_text",
        "download", "same_id", "done", "reason", "body_hash",
    ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:key>/read/", wrap(self.read_view), name="sync_quarantined_read"),
            path("<int:key>/bytes/", wrap(self.bytes_view), name="sync_quarantined_bytes"),
            path("<int:key>/resolve/", wrap(self.resolve_view), name="sync_quarantined_resolve"),
        ]
        return [*own, *super().get_urls()]

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sync.change_quarantined")

    @admin.display(description="why")
    def why_aside(self, row: Quarantined) -> str:
        return format_html("{} ({})", help_of(row.code), row.code)

    @admin.display(description="person")
    def about(self, row: Quarantined) -> str:
        return registry.affected(row.device.event_id, members_of(bytes(row.body))) or NEVER

    @admin.display(description="body")
    def body_text(self, row: Quarantined) -> str:
        body = bytes(row.body)
        if seal := registry.seal_of(body, members_of(body)):
            url = reverse("admin:sync_quarantined_read", args=[row.pk])
            return format_html('<p>{} <a href="{}">Read what it says</a></p>', sealed_words(seal), url)
        return format_html('<pre class="exact">{}</pre>', pretty(body)) if body else EMPTY

    @admin.display(description="exact bytes")
    def download(self, row: Quarantined) -> str:
        url = reverse("admin:sync_quarantined_bytes", args=[row.pk])
        return format_html('<a href="{}">Download {} bytes</a>', url, len(row.body))

    @admin.display(description="others with this id")
    def same_id(self, row: Quarantined) -> str:
        others = Quarantined.objects.filter(operation_id=row.operation_id).exclude(pk=row.pk).defer("body")
        links = [(reverse("admin:sync_quarantined_change", args=[each.pk]), each.code) for each in others[:20]]
        return format_html_join("", '<p><a href="{}">{}</a></p>', links) or "none"

    @admin.display(description="what was done")
    def done(self, row: Quarantined) -> str:
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Quarantined), object_id=str(row.pk)
        ).select_related("user")
        told = [(ago(each.action_time), each.user, each.get_change_message()) for each in entries[:50]]
        return format_html_join("", "<p>{}, {}: {}</p>", told) or "nothing yet"

    @admin.action(description="Re-run selected", permissions=["resolve"])
    def rerun_selected(self, request: HttpRequest, queryset: QuerySet[Quarantined]) -> None:
        told = list(self._rerun(request, queryset.order_by("received_at", "pk").values_list("pk", flat=True)))
        applied = sum(each.applied for each in told)
        left = f" {len(told) - applied} could not be: each page says why." if len(told) > applied else ""
        level = messages.WARNING if left else messages.SUCCESS
        self.message_user(request, f"{applied} of {len(told)} applied.{left}", level)

    def _rerun(self, request: HttpRequest, keys: Iterable[int]) -> Iterable[quarantine.Attempt]:
        by = request.user.get_username()
        for row in Quarantined.objects.select_related("device", "carrier").in_bulk(list(keys)).values():
            attempt = quarantine.rerun(row, by=by, now=timezone.now())
            self.log_change(request, row, f"Re-run. {attempt.told}")
            yield attempt

    def resolve_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """GET says what can be done; POST does it: `rerun`, `discard` with a reason, or `reopen`."""
        if not self.has_resolve_permission(request):
            raise PermissionDenied
        row = self._row(request, key)
        if not self.may(request, "change", row):
            raise PermissionDenied
        form = DiscardForm(request.POST if "discard" in request.POST else None)
        if request.method == "POST" and ("discard" not in request.POST or form.is_valid()):
            self._resolve(request, row, form)
            return HttpResponseRedirect(reverse("admin:sync_quarantined_change", args=[row.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Quarantined record",
            "row": row,
            "why": help_of(row.code),
            "form": form,
        }
        return TemplateResponse(request, "admin/sync/quarantined/resolve.html", context)

    def _resolve(self, request: HttpRequest, row: Quarantined, form: DiscardForm) -> None:
        if "rerun" in request.POST:
            [attempt] = self._rerun(request, [row.pk])
            self.message_user(request, attempt.told, messages.SUCCESS if attempt.applied else messages.WARNING)
        elif "discard" in request.POST:
            reason, by = form.cleaned_data["reason"], request.user.get_username()
            done = quarantine.discard(row, by=by, reason=reason, now=timezone.now())
            self._say(request, row, f"Discarded: {reason}", done=done)
        elif "reopen" in request.POST:
            self._say(request, row, "Opened again.", done=quarantine.reopen(row))

    def _say(self, request: HttpRequest, row: Quarantined, what: str, *, done: bool) -> None:
        if done:
            self.log_change(request, row, what)
            self.message_user(request, what, messages.SUCCESS)
        else:
            self.message_user(request, "Somebody else was quicker. Look what it is now.", messages.WARNING)

    def _row(self, request: HttpRequest, key: int) -> Quarantined:
        row: Quarantined | None = self.get_object(request, str(key))
        if row is None:
            raise Http404
        return row

    def read_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        row, body = self._opened(request, key)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": "What it says"}
        return TemplateResponse(
            request, "admin/sync/quarantined/read.html", context | {"row": row, "body": pretty(body)}
        )

    def _opened(self, request: HttpRequest, key: int) -> tuple[Quarantined, bytes]:
        """The bytes, for who may read them; a reading of those that are sealed is noted."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self._row(request, key)
        body = bytes(row.body)
        members = members_of(body)
        seal = registry.seal_of(body, members)
        if seal and not seal.opens(request.user, row.device.event_id, members):
            raise PermissionDenied
        return row, body

    def bytes_view(self, request: HttpRequest, key: int) -> HttpResponse:
        row, body = self._opened(request, key)
        response = HttpResponse(body, content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="{row.operation_id}.bin"'
        return response

"""Checkpoints and their time windows. What is saved here is on its way to the phones in the same transaction."""

from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from checkin import roster
from checkin.admin.downloads import OF_CHECKPOINT
from checkin.admin.places import CheckpointForm, unmatched
from checkin.conflicts import sweeping
from checkin.models import Checkpoint, CheckpointWindow, Policy
from checkin.records import attendance_stream
from eventsync.access.admin import OwnRows
from eventsync.schedule.admin import KeptAdmin
from eventsync.sync.streams import lock

if TYPE_CHECKING:
    WindowInlineBase = admin.StackedInline[CheckpointWindow, Checkpoint]  # generic in their type stubs only
    WindowFormSetBase = forms.BaseInlineFormSet[CheckpointWindow, Checkpoint, Any]
else:
    WindowInlineBase, WindowFormSetBase = admin.StackedInline, forms.BaseInlineFormSet


class WindowFormSet(WindowFormSetBase):
    """Windows that people were admitted in keep their names; none overlaps another."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name in ("start", "end"):
            for part, widget in zip(("date", "time"), form.fields[name].widget.widgets, strict=True):
                widget.attrs["aria-label"] = f"{name.capitalize()} {part}"
        if form.instance.pk and form.instance.name in self._used():
            form.fields["name"].disabled = True

    def clean(self) -> None:
        super().clean()
        doomed = {form.instance.name for form in self.deleted_forms}
        if kept := sorted(doomed & self._used()):
            raise forms.ValidationError(f"People were admitted in {', '.join(kept)}, so it has to stay.")
        said = [form.cleaned_data for form in self.forms if form not in self.deleted_forms and form.is_valid()]
        spans = sorted((each["start"], each["end"], each["name"]) for each in said if each.get("start"))
        for (_, end, name), (start, _, other) in pairwise(spans):
            if start < end:
                raise forms.ValidationError(f"{name} and {other} overlap.")

    def _used(self) -> set[str]:
        if not hasattr(self, "_used_names"):
            names = self.instance.records.order_by().values_list("window", flat=True).distinct()
            self._used_names = set(names) if self.instance.pk else set()
        return self._used_names


class WindowInline(OwnRows, WindowInlineBase):
    model = CheckpointWindow
    formset = WindowFormSet
    extra = 0
    verbose_name = "time window"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.verbose_name_plural = f"Time windows (times in {obj.zone})" if obj else "Time windows"
        return super().get_formset(request, obj, **kwargs)


@admin.register(Checkpoint)
class CheckpointAdmin(KeptAdmin):
    belongs = OF_CHECKPOINT
    form = CheckpointForm
    list_display = ["name", "venue_name", "event", "kind", "policy", "zone"]
    list_filter = ["venue__event", "venue", "kind", "policy"]
    list_select_related = ["venue__event"]
    search_fields = ["name", "venue__name"]
    autocomplete_fields = ["venue"]
    fields = ["venue", "name", "kind", "policy", "tz", "slots", "roles", "delegations", "guarded", "distant"]

    @admin.display(description="venue", ordering="venue__name")
    def venue_name(self, checkpoint: Checkpoint) -> str:
        return checkpoint.venue.name

    @admin.display(description="event", ordering="venue__event__name")
    def event(self, checkpoint: Checkpoint) -> str:
        return checkpoint.venue.event.name

    @admin.display(description="time zone")
    def zone(self, checkpoint: Checkpoint) -> str:
        return checkpoint.zone

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        if not isinstance(obj, Checkpoint):
            return []
        return ["venue", "policy", "zone"] if obj.records.exists() else ["venue"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        described: dict[str, Any] = {"fields": self.fields}
        if obj and obj.records.exists():
            described["fields"] = [
                "venue",
                "name",
                "kind",
                "policy",
                "zone",
                "slots",
                "roles",
                "delegations",
                "guarded",
                "distant",
            ]
            described["description"] = (
                "People were recorded here, so the policy and the time zone cannot change any more: "
                "a new checkpoint can have others."
            )
        return [(None, described)]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return [WindowInline] if obj and obj.policy == Policy.PER_WINDOW else []

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Times of windows are typed and shown in the checkpoint's zone."""
        checkpoint = self.get_object(request, object_id) if object_id else None
        with timezone.override(ZoneInfo(checkpoint.zone) if checkpoint else None):
            response = super().changeform_view(request, object_id, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response

    def save_model(self, request: HttpRequest, obj: Checkpoint, form: Any, change: bool) -> None:  # noqa: FBT001
        """Saved in `save_related`, in one transaction with its windows."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        checkpoint = form.instance
        with transaction.atomic():
            if change and (gone := self._settled_meanwhile(checkpoint, form.changed_data)):
                self.message_user(request, gone, messages.WARNING)
            checkpoint.save()
            super().save_related(request, form, formsets, change)
            roster.publish_checkpoints([_fresh(checkpoint.pk)])
        if change and "distant" in form.changed_data:
            sweeping.look_again(checkpoint.venue.event_id)
        self._mention_missing_windows(request, checkpoint)
        if absent := unmatched(checkpoint):
            nobody = f"Nobody on the roster is {', '.join(f'“{text}”' for text in absent)}."
            self.message_user(request, nobody, messages.WARNING)

    def _settled_meanwhile(self, checkpoint: Checkpoint, changed: list[str]) -> str:
        """Takes back, with a sentence, what the first arrival has settled since the page was opened."""
        settled = [name for name in ("policy", "tz") if name in changed]
        lock([attendance_stream(checkpoint.venue_id)])
        if not settled or not checkpoint.records.exists():
            return ""
        for name, value in Checkpoint.objects.filter(pk=checkpoint.pk).values(*settled).get().items():
            setattr(checkpoint, name, value)
        return f"Somebody was recorded at {checkpoint} meanwhile: its policy and its time zone stay as they were."

    def _mention_missing_windows(self, request: HttpRequest, checkpoint: Checkpoint) -> None:
        if checkpoint.policy == Policy.PER_WINDOW and not checkpoint.windows.exists():
            needed = f"{checkpoint} has no time windows yet: until it has, every arrival is flagged."
            self.message_user(request, needed, messages.WARNING)

    def response_add(self, request: HttpRequest, obj: Checkpoint, post_url_continue: str | None = None) -> HttpResponse:
        """Its windows are the next thing to say."""
        if obj.policy == Policy.PER_WINDOW and "_popup" not in request.POST:
            return HttpResponseRedirect(reverse("admin:checkin_checkpoint_change", args=[obj.pk]))
        return super().response_add(request, obj, post_url_continue)

    def why_kept(self, obj: Checkpoint) -> str:
        count = obj.records.count() + obj.tries.count()
        have = "record" if count == 1 else "records"
        reason = f"The ledger has {count:,} {have} of {obj}. Nothing is ever removed from it, so {obj} has to stay."
        return reason if count else ""

    def delete_model(self, request: HttpRequest, obj: Checkpoint) -> None:
        roster.remove_checkpoints([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Checkpoint]) -> None:
        roster.remove_checkpoints(queryset)


def _fresh(key: UUID) -> Checkpoint:
    return Checkpoint.objects.select_related("venue__event").get(pk=key)

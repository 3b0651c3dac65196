"""Jobs and workers as the organisers see them; and what read-only pages of other apps share."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import django_q.admin  # noqa: F401 - registers its own pages, which are unregistered below
from django.contrib import admin, messages
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django_q import models as queue

from eventsync.jobs.alerts import handle
from eventsync.jobs.models import Alert, Attempt, Job, Worker
from eventsync.jobs.queue import cancel, replay

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]  # generic in their type stubs only
    AttemptInlineBase = admin.TabularInline[Attempt, Job]
else:
    ModelAdmin, AttemptInlineBase = admin.ModelAdmin, admin.TabularInline

NEVER = "–"

# The queue library only carries "wake job <id>": what is owed, and what failed, is in our own rows.
for _model in (queue.Failure, queue.OrmQ, queue.Schedule, queue.Success):
    if admin.site.is_registered(_model):  # OrmQ is only there with the ORM broker
        admin.site.unregister(_model)


def ago(moment: datetime | None) -> SafeString | str:
    """How long ago, for a person; the exact time in UTC for the curious."""
    if moment is None:
        return NEVER
    text = format_html("{} ago", timesince(moment, timezone.now()))
    return format_html('<time datetime="{0}" title="{0}">{1}</time>', f"{moment:%Y-%m-%dT%H:%M:%SZ}", text)


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


class AttemptInline(AttemptInlineBase):
    """What became of each try, the first one first."""

    model = Attempt
    fields = ("number", "worker", "began_at", "ended_at", "error")
    readonly_fields = fields
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["task", "state", "attempts", "partition", "created", "finished", "error_line"]
    list_filter = ["state", "task", "priority"]
    search_fields = ["subject", "correlation", "partition"]
    search_help_text = "The id of what the job works on, of what it began with, or a partition."
    fields = [
        "task", "subject", "state", "error", "attempts", "priority", "partition", "correlation", "dedupe", "due_at",
        "expires_at", "lease", "created_at", "finished_at",
    ]  # fmt: skip
    inlines = [AttemptInline]
    actions = ["try_again", "cancel_selected"]

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_job")

    @admin.action(description="Try selected failed jobs again", permissions=["steer"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        now = timezone.now()
        self._tell(request, [job for job in queryset if replay(job.pk, now=now)], "Tried again", "to be tried again")

    @admin.action(description="Cancel selected jobs that wait or have failed", permissions=["steer"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        now, why = timezone.now(), f"Cancelled by {request.user.get_username()}."
        self._tell(request, [job for job in queryset if cancel(job.pk, why=why, now=now)], "Cancelled", "cancelled")

    def _tell(self, request: HttpRequest, done: list[Job], entry: str, what: str) -> None:
        for job in done:
            self.log_change(request, job, f"{entry}.")
        noun = "job is" if len(done) == 1 else "jobs are"
        self.message_user(request, f"{len(done)} {noun} {what}.", messages.SUCCESS if done else messages.WARNING)

    @admin.display(description="created", ordering="created_at")
    def created(self, job: Job) -> str:
        return ago(job.created_at)

    @admin.display(description="finished", ordering="finished_at")
    def finished(self, job: Job) -> str:
        return ago(job.finished_at)

    @admin.display(description="error")
    def error_line(self, job: Job) -> str:
        return job.error.partition("\n")[0][:200]


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ["name", "heard", "started"]

    @admin.display(description="last heard", ordering="heard_at")
    def heard(self, worker: Worker) -> str:
        return ago(worker.heard_at)

    @admin.display(description="started", ordering="started_at")
    def started(self, worker: Worker) -> str:
        return ago(worker.started_at)


class OpenFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "handled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("0", "Open"), ("1", "Handled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case "0" | "1" as handled:
                return queryset.filter(handled_at__isnull=handled == "0")
            case _:
                return queryset.none()


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What somebody must look at, the open ones first. An alert is marked, never removed."""

    list_display = ["message", "state", "subject", "count", "last", "first"]
    list_filter = [OpenFilter, "kind"]
    search_fields = ["subject", "message"]
    search_help_text = "What it is about, or words of its message."
    ordering = [F("handled_at").desc(nulls_first=True), "-last_at"]
    actions = ["mark_handled"]
    fields = ["message", "state", "kind", "subject", "count", "first_at", "last_at", "handled_at", "handled_by"]

    @admin.display(description="state", ordering="handled_at")
    def state(self, row: Alert) -> str:
        return f"Handled by {row.handled_by}" if row.handled_at else "Open"

    @admin.display(description="last", ordering="last_at")
    def last(self, row: Alert) -> str:
        return ago(row.last_at)

    @admin.display(description="first", ordering="first_at")
    def first(self, row: Alert) -> str:
        return ago(row.first_at)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_alert")

    @admin.action(description="Mark selected as handled", permissions=["handle"])
    def mark_handled(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        by, now = request.user.get_username(), timezone.now()
        done = [row for row in queryset if handle(alert_id=row.pk, by=by, now=now)]
        for row in done:
            self.log_change(request, row, "Marked as handled.")
        noun = "alert was" if len(done) == 1 else "alerts were"
        self.message_user(request, f"{len(done)} {noun} marked as handled.", messages.SUCCESS)

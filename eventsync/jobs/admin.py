"""Jobs and workers as the organisers see them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import django_q.admin  # noqa: F401 - registers its own pages, which are unregistered below
from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_q import models as queue

from eventsync.access.admin import ReadOnlyAdmin, ReadOnlyInline, RowActions, ago
from eventsync.access.scope import scope
from eventsync.jobs import alerts
from eventsync.jobs.models import Alert, Attempt, DomainEvent, Handling, Job, Worker
from eventsync.jobs.queue import cancel, replay
from eventsync.jobs.rights import OF_PLACE, OF_WEBHOOK, SEE_SENDING, STEER_JOB
from eventsync.jobs.seeing.letters import REPLAYED
from eventsync.jobs.webhooks.sending import SEND, give_up, try_again

TRACE = "/control/trace/"

# The queue library only carries "wake job <id>": what is owed, and what failed, is in our own rows.
for _model in (queue.Failure, queue.OrmQ, queue.Schedule, queue.Success):
    if admin.site.is_registered(_model):  # OrmQ is only there with the ORM broker
        admin.site.unregister(_model)


class AttemptInline(ReadOnlyInline):
    """What became of each try, the first one first."""

    model = Attempt
    fields = ("number", "worker", "began_at", "ended_at", "error")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    belongs = OF_PLACE
    list_display = ["task", "state", "attempts", "partition", "created", "finished", "error_line"]
    list_filter = ["state", "task", "priority"]
    search_fields = ["subject", "correlation", "partition"]
    search_help_text = "The id of what the job works on, of what it began with, or a partition."
    fields = [
        "task", "subject", "state", "error", "attempts", "priority", "partition", "correlation", "story", "dedupe",
        "due_at", "expires_at", "lease", "created_at", "finished_at",
    ]  # fmt: skip
    inlines = [AttemptInline]
    actions = ["try_again", "cancel_selected"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """What is sent to a webhook is for who may see that, too."""
        rows, where = super().get_queryset(request), scope(request.user, SEE_SENDING)
        return rows if where.everywhere else rows.filter(~Q(task=SEND) | where.rows(OF_WEBHOOK, reading=True))

    @admin.display(description="what it all began with")
    def story(self, job: Job) -> SafeString:
        return format_html('<a href="{}?id={}">Every step</a>', TRACE, job.correlation or job.pk)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(STEER_JOB)

    @admin.action(description="Try selected failed jobs again", permissions=["steer"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        now = timezone.now()
        done = [job for job in queryset if (try_again if job.task == SEND else replay)(job.pk, now=now)]
        self.say_done(request, done, "to be tried again", one="job is", many="jobs are", entry=REPLAYED)

    @admin.action(description="Cancel selected jobs that wait or have failed", permissions=["steer"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        now, by = timezone.now(), request.user.get_username()
        why = f"Cancelled by {by}."
        done = [job for job in queryset if (give_up if job.task == SEND else cancel)(job.pk, why=why, by=by, now=now)]
        self.say_done(request, done, "cancelled", one="job is", many="jobs are")

    @admin.display(description="created", ordering="created_at")
    def created(self, job: Job) -> str:
        return ago(job.created_at)

    @admin.display(description="finished", ordering="finished_at")
    def finished(self, job: Job) -> str:
        return ago(job.finished_at)

    @admin.display(description="error")
    def error_line(self, job: Job) -> str:
        return job.error.partition("\n")[0][:200]


class HandlingInline(ReadOnlyInline):
    """Which subscribers have acted on it."""

    model = Handling
    fields = ("subscriber", "at")


@admin.register(DomainEvent)
class DomainEventAdmin(ReadOnlyAdmin):
    list_display = ["name", "occurred", "partition", "correlation"]
    list_filter = ["name"]
    search_fields = ["id", "correlation", "partition"]
    search_help_text = "Its id, the id of what it began with, or a partition."
    fields = ["name", "version", "occurred_at", "body", "event_id", "partition", "correlation", "id"]
    inlines = [HandlingInline]

    @admin.display(description="occurred", ordering="id")
    def occurred(self, row: DomainEvent) -> str:
        return ago(row.occurred_at)


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "heard", "started"]

    @admin.display(description="last heard", ordering="heard_at")
    def heard(self, worker: Worker) -> str:
        return ago(worker.heard_at)

    @admin.display(description="started", ordering="started_at")
    def started(self, worker: Worker) -> str:
        return ago(worker.started_at)


class OpenFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("acknowledged", "Acknowledged"), ("cleared", "Cleared"), ("silenced", "Silenced")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case "open":
                return queryset & alerts.unsilenced(now=timezone.now())
            case "acknowledged":
                return queryset.filter(acknowledged_at__isnull=False, cleared_at=None)
            case "cleared":
                return queryset.filter(cleared_at__isnull=False)
            case "silenced":
                return queryset.filter(silenced_until__gt=timezone.now())
            case _:
                return queryset.none()


@admin.register(Alert)
class AlertAdmin(RowActions, ReadOnlyAdmin):
    """What somebody must look at, the open ones first. An alert is marked, never removed."""

    belongs = OF_PLACE
    list_display = ["message", "state", "subject", "count", "last", "first"]
    list_filter = [OpenFilter, "kind"]
    search_fields = ["subject", "message"]
    search_help_text = "What it is about, or words of its message."
    ordering = [F("cleared_at").desc(nulls_first=True), "-last_at"]
    actions = ["acknowledge_selected", "silence_for_an_hour", "silence_for_a_day", "clear_selected"]
    fields = [
        "message", "state", "what_to_do", "kind", "subject", "count", "first_at", "last_at", "acknowledged_at",
        "acknowledged_by", "silenced_until", "silenced_by", "cleared_at", "cleared_by",
    ]  # fmt: skip

    def on_page(self, row: Alert) -> Iterator[tuple[str, str]]:
        if row.cleared_at is None:
            if row.acknowledged_at is None:
                yield "acknowledge_selected", "Acknowledge: I look after it"
            yield "silence_for_an_hour", "Silence for an hour"
            yield "silence_for_a_day", "Silence for a day"
            yield "clear_selected", "It is dealt with"

    @admin.display(description="state", ordering="cleared_at")
    def state(self, row: Alert) -> str:
        return alerts.describe(row, now=timezone.now())

    @admin.display(description="what to do")
    def what_to_do(self, row: Alert) -> SafeString:
        return format_html('<a href="{}">Runbook: {}</a>', alerts.page_of(row.kind), row.kind)

    @admin.display(description="last", ordering="last_at")
    def last(self, row: Alert) -> str:
        return ago(row.last_at)

    @admin.display(description="first", ordering="first_at")
    def first(self, row: Alert) -> str:
        return ago(row.first_at)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_alert")

    @admin.action(description="Acknowledge selected: somebody looks after it", permissions=["handle"])
    def acknowledge_selected(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        self._do(request, queryset, "acknowledged", alerts.acknowledge)

    @admin.action(description="Silence selected for an hour", permissions=["handle"])
    def silence_for_an_hour(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        self._do(request, queryset, "silenced for an hour", partial(alerts.silence, span=timedelta(hours=1)))

    @admin.action(description="Silence selected for a day", permissions=["handle"])
    def silence_for_a_day(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        self._do(request, queryset, "silenced for a day", partial(alerts.silence, span=timedelta(days=1)))

    @admin.action(description="Mark selected as dealt with", permissions=["handle"])
    def clear_selected(self, request: HttpRequest, queryset: QuerySet[Alert]) -> None:
        self._do(request, queryset, "marked as dealt with", alerts.clear)

    def _do(self, request: HttpRequest, queryset: QuerySet[Alert], what: str, do: Callable[..., bool]) -> None:
        by, now = request.user.get_username(), timezone.now()
        done = [row for row in queryset if do(alert_id=row.pk, by=by, now=now)]
        self.say_done(request, done, what, one="alert was", many="alerts were")

"""`/healthz`: the process answers. `/readyz`: the database, its migrations and a worker do too."""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eventsync.jobs.models import Worker
from eventsync.sync import marker

SILENCE = timedelta(seconds=60)


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when all is well, else 503; each part says what it found."""
    parts = {"database": "does not answer", "migrations": "unknown", "worker": "unknown"}
    try:
        parts["migrations"] = _migrations()
        parts["worker"] = _worker()
        parts["database"] = marker.keeper.objection() or "ok"
    except DatabaseError:
        pass  # reported as it stands above
    good = all(state == "ok" for state in parts.values())
    return JsonResponse({"status": "ok" if good else "not ready", **parts}, status=200 if good else 503)


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(pending)} to apply: run manage.py migrate" if pending else "ok"


def _worker() -> str:
    heard = Worker.objects.filter(heard_at__gt=timezone.now() - SILENCE).exists()
    return "ok" if heard else "not heard from for a minute: run manage.py worker"

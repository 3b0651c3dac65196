"""`/healthz` and `/readyz`: what a supervisor asks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from eventsync.jobs.models import Worker


def heard(ago: timedelta) -> None:
    now = timezone.now()
    Worker.objects.create(name="worker", started_at=now, heard_at=now - ago)


def test_live_needs_no_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_with_a_worker(db: None, client: Client) -> None:
    heard(timedelta(seconds=5))
    answer = client.get("/readyz")
    expected = {"status": "ok", "database": "ok", "migrations": "ok", "worker": "ok"}
    assert (answer.status_code, answer.json()) == (200, expected)


@pytest.mark.parametrize("silent", [True, False])
def test_not_ready_without_a_worker(db: None, client: Client, silent: bool) -> None:
    if silent:
        heard(timedelta(minutes=2))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (
        503,
        "not heard from for a minute: run manage.py worker",
    )


def test_not_ready_without_a_table(db: None, client: Client) -> None:
    heard(timedelta())
    with connection.cursor() as cursor:
        newest = "SELECT MAX(name) FROM django_migrations WHERE app = 'sync'"
        cursor.execute(f"DELETE FROM django_migrations WHERE app = 'sync' AND name = ({newest})")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"][:10]) == (503, "1 to apply")

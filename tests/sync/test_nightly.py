"""The copy of each night: owed once, made in the folder, verified; without a folder there is none."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventsync.jobs.models import Job
from eventsync.sync import nightly
from eventsync.sync.backup import BackupFailed
from eventsync.sync.models import Backup

NIGHT = datetime(2026, 7, 4, 2, tzinfo=UTC)


@pytest.fixture
def folder(db, settings, tmp_path):
    settings.BACKUPS = tmp_path / "nights"
    return settings.BACKUPS


def test_copy_is_owed_once_a_night_after_two(folder):
    moments = (timedelta(minutes=-1), timedelta(), timedelta(hours=9), timedelta(days=1))
    assert [nightly.owe(now=NIGHT + each) is not None for each in moments] == [False, True, False, True]
    assert list(Job.objects.values_list("task", flat=True)) == ["sync.backup"] * 2


def test_copy_that_was_made_or_given_up_is_not_owed_again(folder):
    for state in ("done", "dead"):
        nightly.owe(now=NIGHT)
        Job.objects.update(state=state, finished_at=NIGHT)
        assert nightly.owe(now=NIGHT + timedelta(hours=1)) is None


def test_among_a_million_finished_jobs_it_is_found_by_an_index(folder):
    with CaptureQueriesContext(connection) as asked:
        nightly.owe(now=NIGHT)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which reads a small table whole otherwise
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if connection.vendor == 'sqlite' else ''} {asked[0]['sql']}")
        plan = str(cursor.fetchall())
    assert ("jobs_job" in plan, "SCAN jobs_job" in plan, "Seq Scan" in plan) == (True, False, False)


def test_without_a_folder_nothing_is_owed(db, settings):
    settings.BACKUPS = None
    assert nightly.owe(now=NIGHT) is None


@pytest.mark.django_db(transaction=True)
def test_copy_that_fails_says_so_and_leaves_a_row(settings, tmp_path):
    settings.BACKUPS = tmp_path / "file"
    settings.BACKUPS.write_text("")
    nightly.owe(now=NIGHT)
    with pytest.raises(BackupFailed, match="is a file, not a folder"):
        nightly.copy(Job.objects.get().subject)
    assert Backup.objects.get().verified_at is None


@pytest.mark.django_db(transaction=True)
def test_copy_is_verified_and_older_ones_go(settings, tmp_path, monkeypatch):
    settings.BACKUPS = tmp_path / "nights"
    monkeypatch.setattr(nightly, "KEEP", 1)
    for night in (NIGHT, NIGHT + timedelta(days=1)):
        nightly.owe(now=night)
    for job in Job.objects.order_by("created_at"):
        nightly.copy(job.subject)
    newest = Backup.objects.latest("started_at")
    assert newest.verified_at is not None
    assert [str(path) for path in settings.BACKUPS.glob("eventsync-*")] == [newest.path]

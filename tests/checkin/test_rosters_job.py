"""A large roster, imported by a worker."""

from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError
from django.db.models.fields.files import FieldFile

from checkin import tasks
from checkin.models import Person, RosterImport
from checkin.rosters import importing
from eventsync.jobs.models import Job
from eventsync.jobs.queue import enqueue, run
from eventsync.schedule.models import Event
from tests.cast import DAY

pytestmark = pytest.mark.django_db

State = RosterImport.State
PEOPLE = "number,name\n" + "".join(f"{number},Guest {number}\n" for number in range(4500))


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def event() -> Event:
    return Event.objects.create(slug="camp", name="Camp", first_day=DAY, last_day=DAY)


def upload(event: Event, text: str) -> RosterImport:
    owed = RosterImport(event=event, name="people.csv")
    owed.file.save("people.csv", ContentFile(text.encode()), save=False)
    owed.save()
    return owed


def work(owed: RosterImport) -> Job:
    job = enqueue("checkin.import_roster", owed.id)
    run()
    job.refresh_from_db()
    owed.refresh_from_db()
    return job


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_worker_imports_it_and_forgets_the_file(event: Event, media: Path) -> None:
    owed = upload(event, PEOPLE)
    assert len(files(media)) == 1
    assert work(owed).state == Job.State.DONE
    assert (owed.state, owed.rows, owed.total, owed.step) == (State.DONE, 4500, 4500, "")
    assert owed.finished_at is not None
    assert owed.report == {
        "format": "template", "rows": 4500, "new": 4500, "changed": 0, "unchanged": 0, "missing": 0, "skipped": 0,
        "replaced": 0, "warnings": [], "skips": [], "remarks": [],
    }  # fmt: skip
    assert Person.objects.count() == 4500
    assert files(media) == []


def test_its_row_says_how_far_it_is(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    owed = upload(event, PEOPLE)
    told: list[tuple[str, str, int, int]] = []
    monkeypatch.setattr("checkin.rosters.importing.time.monotonic", lambda: float(len(told) * 10))
    real = importing._Progress.__call__

    def watch(self: importing._Progress, step: str, rows: int, total: int) -> None:
        real(self, step, rows, total)
        told.extend(RosterImport.objects.filter(id=owed.id).values_list("state", "step", "rows", "total"))

    monkeypatch.setattr(importing._Progress, "__call__", watch)
    work(owed)
    assert told == [
        ("running", "reading", 2000, 4501),
        ("running", "reading", 4000, 4501),
        ("running", "checking", 0, 4500),
        ("running", "checking", 2000, 4500),
        ("running", "checking", 4000, 4500),
        ("running", "writing", 0, 4500),
    ]


def test_progress_is_stored_at_most_twice_a_second(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    owed = upload(event, PEOPLE)
    RosterImport.objects.update(state=State.RUNNING)
    progress = importing._Progress(owed)
    clock = iter([10.0, 10.4, 10.6])
    monkeypatch.setattr("checkin.rosters.importing.time.monotonic", lambda: next(clock))
    stored = []
    for rows in (1, 2, 3):
        progress("checking", rows, 9)
        stored.append(RosterImport.objects.get(id=owed.id).rows)
    assert stored == [1, 1, 3]


def test_faults_of_the_file_are_kept_with_their_rows(event: Event, media: Path) -> None:
    owed = upload(event, "number,name\n1,Anna\n2,\n")
    assert work(owed).state == Job.State.DONE
    assert (owed.state, owed.report) == (
        State.FAILED,
        {
            "error": "Nothing was imported, because of row 3, name: The name is empty.",
            "errors": [{"row": 3, "column": "name", "message": "The name is empty."}],
        },
    )
    assert (Person.objects.count(), files(media)) == (0, [])


def test_a_file_that_cannot_be_read_is_one_sentence(event: Event) -> None:
    owed = upload(event, "%PDF-1.7")
    work(owed)
    assert owed.report == {"error": "people.csv is a PDF; a roster is a CSV or XLSX file."}
    assert owed.state == State.FAILED


def test_a_file_that_is_gone_is_one_sentence(event: Event, media: Path) -> None:
    owed = upload(event, PEOPLE)
    files(media)[0].unlink()
    work(owed)
    assert (owed.state, owed.report) == (
        State.FAILED,
        {"error": "people.csv is no longer there; upload it again."},
    )


def test_a_fault_of_ours_is_told_and_the_job_is_dead(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(importing, "apply_import", fail)
    owed = upload(event, PEOPLE)
    job = work(owed)
    assert (job.state, job.error) == (Job.State.DEAD, "DatabaseError: disk full")
    assert (owed.state, owed.report) == (
        State.FAILED,
        {"error": "The import stopped because of a fault of ours; nothing was imported. Ask whoever runs this server."},
    )


@pytest.mark.parametrize("state", [State.DONE, State.FAILED])
def test_a_finished_import_is_not_done_again(event: Event, state: str) -> None:
    owed = upload(event, PEOPLE)
    RosterImport.objects.filter(id=owed.id).update(state=state)
    tasks.import_roster(UUID(str(owed.id)))
    assert Person.objects.count() == 0


def test_an_import_whose_worker_died_is_done_by_the_next(event: Event) -> None:
    owed = upload(event, PEOPLE)
    RosterImport.objects.filter(id=owed.id).update(state=State.RUNNING, step="writing")
    assert work(owed).state == Job.State.DONE
    assert owed.state == State.DONE
    assert (owed.report["new"], Person.objects.count()) == (4500, 4500)


def test_an_import_that_somebody_else_finished_first_keeps_its_verdict(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed, real = upload(event, PEOPLE), FieldFile.open

    def open_late(file: FieldFile, mode: str = "rb") -> FieldFile:
        """The other one runs from beginning to end while this one opens its file."""
        monkeypatch.setattr(FieldFile, "open", real)
        tasks.import_roster(owed.id)
        return real(file, mode)

    monkeypatch.setattr(FieldFile, "open", open_late)
    tasks.import_roster(owed.id)
    owed.refresh_from_db()
    assert (owed.state, owed.report["new"], Person.objects.count()) == (State.DONE, 4500, 4500)


def test_an_import_that_cannot_be_noted_did_not_happen(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importing._end

    def fail(row: RosterImport, state: RosterImport.State, report: dict[str, object], **progress: int) -> bool:
        if state == State.DONE:
            raise DatabaseError("disk full")
        return real(row, state, report, **progress)

    monkeypatch.setattr(importing, "_end", fail)
    owed = upload(event, PEOPLE)
    assert work(owed).state == Job.State.DEAD
    assert (owed.state, Person.objects.count()) == (State.FAILED, 0)

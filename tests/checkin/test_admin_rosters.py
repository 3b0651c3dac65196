"""Roster files in admin: upload, look, confirm; never half."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from checkin import tasks
from checkin.admin import rosters
from checkin.models import Person, RosterImport
from eventsync.jobs.models import Job
from tests.cast import add_person
from tests.desk import alice, bob

UPLOAD = "/admin/checkin/rosterimport/add/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(client, games, content, name="people.csv"):
    """The page after the upload."""
    file = SimpleUploadedFile(name, content.encode())
    return client.post(UPLOAD, {"event": games.event.pk, "file": file}, follow=True)


def confirm(client, page, **said):
    seen = page.context.get("seen", "")
    return client.post(page.redirect_chain[-1][0], {"seen": seen, "import": "", **said}, follow=True)


CHANGES = "number,name,delegation\n0,Guest Zero,Malta\n1,Guest 1,\nnew,Zoë,Finland\n"


def test_upload_shows_what_would_change_and_changes_nothing(games):
    page = upload(alice(), games, CHANGES)
    text = page.content.decode()
    parts = page.context["parts"]
    assert (parts["new"]["count"], parts["changed"]["count"], page.context["plan"].unchanged) == (1, 1, 1)
    for piece in ("Zoë", "<del>Guest 0</del>", "<ins>Guest Zero</ins>", "<del>(empty)</del>", "<ins>Malta</ins>"):
        assert piece in text
    assert not Person.objects.filter(name="Zoë").exists()


def test_confirming_imports_and_says_what_was_done(games, phone, media):
    client = alice()
    page = confirm(client, upload(client, games, CHANGES))
    assert "Roster imported" in page.content.decode()
    assert Person.objects.get(event=games.event, external_id="0").name == "Guest Zero"
    assert Person.objects.get(name="Zoë").credentials.count() == 1
    row = RosterImport.objects.get()
    assert (row.state, row.report["new"], row.report["changed"]) == ("done", 1, 1)
    assert [path for path in media.rglob("*") if path.is_file()] == []
    _, changes = phone.pull(f"roster:{games.event.id}")
    assert "Zoë" in [each["body"]["name"] for each in changes]


def test_problems_are_shown_by_row_and_column_and_nothing_can_be_imported(games):
    client = alice()
    page = upload(client, games, "number,name\n7,Good\n8,\n7,Twice\n")
    text = page.content.decode()
    assert [note.row for note in page.context["parts"]["problems"]["rows"]] == [3, 4]
    assert "cannot be imported as it is" in text
    assert 'name="import"' not in text
    confirm(client, page)
    assert not Person.objects.filter(name="Good").exists()


@pytest.mark.parametrize("content", ["", "colour\nred\n", "\0\1\2\3"])
def test_file_that_is_no_roster_is_explained_and_not_kept(games, content):
    page = upload(alice(), games, content)
    assert (page.redirect_chain, "errorlist" in page.content.decode()) == ([], True)
    assert not RosterImport.objects.exists()


def test_file_that_is_too_large_is_explained(games, monkeypatch):
    monkeypatch.setattr(rosters, "MAX_BYTES", 10)
    assert "The file is larger than" in upload(alice(), games, CHANGES).content.decode()


def test_roster_that_moved_on_is_looked_at_again(games):
    client = alice()
    page = upload(client, games, CHANGES)
    add_person(games.event, name="Zoë", number="new")
    again = confirm(client, page)
    assert "The roster has changed since you looked." in again.content.decode()
    assert not Person.objects.filter(name="Guest Zero").exists()


def test_thrown_away_file_is_gone(games, media):
    client = alice()
    page = upload(client, games, CHANGES)
    client.post(page.redirect_chain[-1][0], {"discard": ""})
    assert not RosterImport.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_file_that_nobody_confirmed_for_a_day_is_forgotten(games, media):
    client = alice()
    upload(client, games, CHANGES)
    RosterImport.objects.update(created_at=timezone.now() - timedelta(days=2))
    upload(client, games, CHANGES)
    assert RosterImport.objects.count() == 1
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1


def test_large_file_becomes_a_job_once_and_its_page_follows_it(games, monkeypatch):
    monkeypatch.setattr(rosters, "LARGE", 2)
    client = alice()
    page = upload(client, games, CHANGES)
    waiting = confirm(client, page)
    confirm(client, page)
    assert "Waiting for a worker." in waiting.content.decode()
    assert "data-refresh" in waiting.content.decode()
    job = Job.objects.get(task="checkin.import_roster")
    assert not Person.objects.filter(name="Zoë").exists()
    address = waiting.redirect_chain[-1][0]
    RosterImport.objects.update(state="running", step="writing", rows=1, total=3)
    assert "Writing: 1 of 3 rows." in client.get(address).content.decode()
    RosterImport.objects.update(state="waiting")
    tasks.import_roster(job.subject)
    assert "data-refresh" not in client.get(address).content.decode()
    assert Person.objects.filter(name="Zoë").exists()


def test_failed_import_says_why(games):
    row = RosterImport.objects.create(
        event=games.event, name="a.csv", state="failed", report={"error": "Because.", "errors": [[1, "a", "b"]]}
    )
    assert "Because." in alice().get(f"/admin/checkin/rosterimport/{row.pk}/change/").content.decode()


def test_bob_who_may_only_look_sees_imports_but_cannot_confirm(games):
    client = alice()
    page = upload(client, games, CHANGES)
    viewer = bob("checkin.view_rosterimport")
    address = page.redirect_chain[-1][0]
    assert 'name="import"' not in viewer.get(address).content.decode()
    assert viewer.post(address, {"seen": page.context["seen"]}).status_code == 403
    assert viewer.get(UPLOAD).status_code == 403
    assert not Person.objects.filter(name="Zoë").exists()

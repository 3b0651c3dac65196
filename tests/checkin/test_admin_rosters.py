"""Roster files in admin: upload, look, confirm; never half."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from checkin import tasks
from checkin.admin import rosters
from checkin.models import Person, RosterImport
from checkin.rosters import importing, read_roster, uploads
from eventsync.jobs.models import Job
from tests.cast import add_person, make_games
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
    seen = page.context["preview"]["seen"]
    return client.post(page.redirect_chain[-1][0], {"seen": seen, "import": "", **said}, follow=True)


CHANGES = "number,name,delegation\n0,Guest Zero,Malta\n1,Guest 1,\nnew,Zoë,Finland\n"


def test_upload_shows_what_would_change_and_changes_nothing(games):
    page = upload(alice(), games, CHANGES)
    text = page.content.decode()
    told = page.context["preview"]
    assert [*(told["parts"][each]["count"] for each in ("new", "changed")), told["unchanged"]] == [1, 1, 1]
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
    assert [note["row"] for note in page.context["parts"]["problems"]["rows"]] == [3, 4]
    assert "cannot be imported as it is" in text
    assert [each in text for each in ('name="import"', "<strong>1</strong> new", "Good")] == [False] * 3
    assert f'{UPLOAD}?event={games.event.slug}">Upload another file</a>' in text
    confirm(client, page)
    assert not Person.objects.filter(name="Good").exists()


def test_preview_says_which_codes_somebody_new_gets(games):
    page = upload(alice(), games, "number,name,codes,family\na,Ann,GATE-9,1\nb,Bo,,\nc,Cy,GATE-9,1\n")
    codes = [each["codes"] for each in page.context["parts"]["new"]["rows"]]
    assert codes == ["GATE-9", "one of ours", "their family’s"]
    assert "<td>GATE-9</td>" in page.content.decode()


def test_help_of_an_upload_names_every_column_that_is_read(games):
    said = "(number and name, which it must have; delegation, role, codes, standing, family, given)"
    assert said in alice().get(UPLOAD).content.decode()


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


def test_second_click_while_the_first_imports_changes_nothing_of_it(games, monkeypatch):
    client = alice()
    page = upload(client, games, CHANGES)
    real, second = importing.plan_of, []

    def click_again(row):
        monkeypatch.setattr(importing, "plan_of", real)
        second.append(confirm(client, page))
        return real(row)

    monkeypatch.setattr(importing, "plan_of", click_again)
    pages = [confirm(client, page), *second]
    assert [each.context["title"] for each in pages] == ["Roster imported", "Importing roster"]
    assert [list(each.context["messages"]) for each in pages] == [[], []]
    row = RosterImport.objects.get()
    assert (row.state, row.report["new"], row.report["changed"]) == ("done", 1, 1)


def test_second_click_after_the_first_shows_what_came_of_it(games):
    client = alice()
    page = upload(client, games, CHANGES)
    stale, seen = RosterImport.objects.get(), page.context["preview"]["seen"]
    assert uploads.confirm(RosterImport.objects.get(), seen=seen) == "taken"
    assert uploads.confirm(stale, seen=seen) == uploads.confirm(RosterImport.objects.get(), seen=seen) == "too late"
    assert uploads.discard(stale) is False
    assert confirm(client, page).context["title"] == "Roster imported"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("large", "state", "jobs"), [(2_000, "done", 0), (2, "waiting", 1)])
def test_four_clicks_at_once_import_once(monkeypatch, large, state, jobs):
    monkeypatch.setattr(uploads, "LARGE", large)
    games = make_games()
    table = read_roster("people.csv", CHANGES.encode())
    row = uploads.keep(event=games.event, table=table, content=CHANGES.encode(), now=timezone.now())
    seen, start = uploads.preview(row)["seen"], threading.Barrier(4)

    def click(_):
        try:
            stale = RosterImport.objects.select_related("event").get()
            start.wait()
            return uploads.confirm(stale, seen=seen)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == ["taken", "too late", "too late", "too late"]
    row.refresh_from_db()
    assert (row.state, Job.objects.count()) == (state, jobs)


def test_file_that_is_gone_is_one_sentence(games, media):
    client = alice()
    page = upload(client, games, CHANGES)
    next(path for path in media.rglob("*") if path.is_file()).unlink()
    again = client.get(page.redirect_chain[-1][0])
    assert again.context["unreadable"] == "people.csv is no longer there; upload it again."
    assert confirm(client, page).context["title"] == "Nothing was imported"


def test_file_that_nobody_confirmed_for_a_day_is_forgotten(games, media):
    client = alice()
    upload(client, games, CHANGES)
    RosterImport.objects.update(created_at=timezone.now() - timedelta(days=2))
    upload(client, games, CHANGES)
    assert RosterImport.objects.count() == 1
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1


CUT_OFF = "The import was cut off, and nothing was imported. Upload the file again."


@pytest.mark.parametrize(
    ("state", "job", "days", "after"),
    [
        ("running", "dead", 0, "failed"),
        ("waiting", "dead", 0, "failed"),
        ("running", None, 3, "failed"),  # a request that the server's end cut off, or a job that is gone
        ("running", None, 1, "running"),  # maybe a request that is at it
        ("running", "running", 3, "running"),
        ("running", "available", 3, "running"),
        ("waiting", "available", 3, "waiting"),
        ("done", "dead", 3, "done"),
    ],
)
def test_import_that_nobody_works_on_any_more_fails_and_its_file_goes(games, media, state, job, days, after):
    now = timezone.now()
    content = CHANGES.encode()
    table = read_roster("people.csv", content)
    row = uploads.keep(event=games.event, table=table, content=content, now=now - timedelta(days=days))
    RosterImport.objects.update(state=state)
    if job:
        ended = now if job == "dead" else None
        Job.objects.create(task="checkin.import_roster", subject=row.pk, state=job, finished_at=ended)
    uploads.forget_abandoned(now=now)
    row.refresh_from_db()
    failed = after == "failed"
    assert (row.state, row.report) == (after, {"error": CUT_OFF} if failed else {})
    assert len([path for path in media.rglob("*") if path.is_file()]) == (0 if failed else 1)


def test_large_file_is_read_once_by_the_page_however_often_it_is_looked_at(games, monkeypatch):
    monkeypatch.setattr(uploads, "LARGE", 2)
    reads = []

    def count(name, *more):
        reads.append(name)
        return read_roster(name, *more)

    for module in (rosters, importing):
        monkeypatch.setattr(module, "read_roster", count)
    client = alice()
    page = upload(client, games, CHANGES)
    again = client.get(page.redirect_chain[-1][0])
    assert again.context["preview"] == page.context["preview"]
    assert {name: part["count"] for name, part in again.context["parts"].items()} == {
        "new": 1, "changed": 1, "problems": 0, "warnings": 0, "skipped": 0,
    }  # fmt: skip
    for piece in ("Zoë", "<del>Guest 0</del>", "<ins>Guest Zero</ins>", "<del>(empty)</del>", "<ins>Malta</ins>"):
        assert piece in again.content.decode()
    assert "Waiting for a worker." in confirm(client, page).content.decode()
    assert reads == ["people.csv"]


def test_large_file_with_problems_is_not_owed(games, monkeypatch):
    monkeypatch.setattr(uploads, "LARGE", 2)
    client = alice()
    page = upload(client, games, "number,name\n7,Good\n8,\n7,Twice\n")
    assert 'name="import"' not in page.content.decode()
    confirm(client, page)
    assert not Job.objects.exists()


def test_long_lists_of_a_preview_are_cut(games, monkeypatch):
    monkeypatch.setattr(uploads, "SHOWN", 2)
    page = upload(alice(), games, "number,name\n" + "".join(f"n{number},New\n" for number in range(5)))
    part = page.context["parts"]["new"]
    assert ([each["number"] for each in part["rows"]], part["count"], part["more"]) == (["n0", "n1"], 5, 3)
    assert "and 3 more." in page.content.decode()


def test_invisible_characters_of_a_header_can_be_stored(games, monkeypatch):
    monkeypatch.setattr(uploads, "LARGE", 0)
    page = upload(alice(), games, 'number,name,"si\nze\0"\n7,Good,L\n')
    assert page.context["preview"]["remarks"] == ["Columns that are not used: si ze."]


def test_large_file_becomes_a_job_once_and_its_page_follows_it(games, monkeypatch):
    monkeypatch.setattr(uploads, "LARGE", 2)
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
    assert viewer.post(address, {"seen": page.context["preview"]["seen"]}).status_code == 403
    assert viewer.get(UPLOAD).status_code == 403
    assert not Person.objects.filter(name="Zoë").exists()

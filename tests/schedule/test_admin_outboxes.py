"""Exported outboxes at the desk: looked at first, brought in once, and remembered with who did it."""

import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.utils import timezone

from checkin.models import Headcount
from eventsync.schedule.admin import outboxes
from eventsync.sync import push as push_module
from eventsync.sync.models import Device, Operation, OutboxImport
from tests.cast import Phone, make_games, make_phone
from tests.desk import alice, bob, charlie
from tests.schedule.outbox_files import exported

LIST = "/admin/sync/outboximport/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, content: bytes, event: object = ""):
    file = SimpleUploadedFile("ben.ndjson", content)
    return client.post(f"{LIST}add/", {"file": file, "event": event}, follow=True)


def page() -> str:
    return f"{LIST}{OutboxImport.objects.get().pk}/change/"


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def kept(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_upload_shows_what_is_in_the_file_and_changes_nothing(games, phone):
    sent = phone.arrive(games.people[0])
    phone.push(sent)
    content = exported(phone, sent, phone.arrive(games.people[1]), phone.arrive(games.people[2])) + b"{\n"
    shown = text(upload(alice(), content))
    for words in (
        "2 new",
        "1 already here",
        "1 unreadable",
        "Phone 3 2",
        "5 It is no whole record",
        "Import 3 records",
    ):
        assert words in shown
    assert "not known here" not in shown
    assert Operation.objects.count() == 1


def test_import_counts_says_what_came_of_it_and_who_did_it(games, phone, tmp_path):
    client = alice()
    upload(client, exported(phone, phone.arrive(games.people[0]), phone.record("strange.kind", {})))
    shown = text(client.post(page(), {"import": ""}, follow=True))
    for words in ("1 accepted", "0 flagged", "1 quarantined", "0 already here", "Imported by alice", "made by Phone"):
        assert words in shown
    assert "Not everything" not in shown
    assert Headcount.objects.get().present == 1
    assert [(entry.user.username, entry.get_change_message()) for entry in LogEntry.objects.all()] == [
        ("alice", "Imported: 2 records.")
    ]
    assert kept(tmp_path) == []
    again = client.post(page(), {"import": ""}, follow=True)
    assert ("1 accepted" in text(again), LogEntry.objects.count()) == (True, 1)


def test_unknown_phone_is_created_when_somebody_says_so(games):
    stranger, client = Phone(games, str(uuid.uuid4()), ""), alice()
    content = exported(stranger, stranger.arrive(games.people[0]))
    asked = text(upload(client, content))
    assert (f"{stranger.id} not known here" in asked, "Phones that are not known here" in asked) == (True, True)
    shown = client.post(page(), {"import": "", "create": "door"}, follow=True)
    assert "It may deliver; to let it read, make a code for it." in text(shown)
    device = Device.objects.get()
    listed = text(client.get("/admin/sync/device/"))
    assert ("From a file" in listed, "Never" in listed) == (True, True)
    assert "known from an imported outbox only" in text(client.get(f"/admin/sync/device/{device.pk}/change/"))
    messages = {entry.get_change_message() for entry in LogEntry.objects.all()}
    assert messages == {"Imported: 1 records.", "Created as the author of records in ben.ndjson."}


def test_unknown_phone_is_left_out_when_nobody_says_so(games):
    stranger, client = Phone(games, str(uuid.uuid4()), ""), alice()
    upload(client, exported(stranger, stranger.arrive(games.people[0])))
    shown = text(client.post(page(), {"import": "", "create": ""}, follow=True))
    assert f"1 record of {stranger.id} was left out: that phone is not known here." in shown
    assert "Keep the file" in shown
    assert "Brought in, not whole" in text(client.get(LIST))
    assert (Operation.objects.count(), Device.objects.count()) == (0, 0)


def test_phone_of_another_event_is_named_and_left_out(games, phone):
    other, client = make_phone(make_games("other"), name="Theirs"), alice()
    theirs = other.arrive(other.games.people[0]) | {"device": other.id}
    assert "Theirs of another event: left out" in text(upload(client, exported(phone, theirs)))
    shown = text(client.post(page(), {"import": ""}, follow=True))
    assert "1 record of Theirs was left out: it is of another event." in shown


def test_file_that_was_cut_off_says_so_before_and_after(games, phone):
    client = alice()
    shown = text(upload(client, exported(phone, phone.arrive(games.people[0]), count=4)))
    assert "The file was cut off: 3 records of 4 are missing." in shown
    assert "3 records are missing. Export it again" in text(client.post(page(), {"import": ""}, follow=True))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "The submitted file is empty."), (b"x", "This is no exported outbox"), (b"\n", "The file is empty.")],
)
def test_file_that_is_no_outbox_is_explained(games, content, sentence):
    assert sentence in text(upload(alice(), content))
    assert not OutboxImport.objects.exists()


def test_file_of_another_event_is_explained(games, phone):
    other = make_games("other", people=0).event
    shown = text(upload(alice(), exported(phone), event=other.pk))
    assert "The file is of the event “games”, not of “other”." in shown


def test_file_that_is_too_large_for_the_page_names_the_command(games, phone, monkeypatch):
    monkeypatch.setattr(outboxes, "MAX_BYTES", 10)
    assert "Use: manage.py import_outbox." in text(upload(alice(), exported(phone)))


def test_file_can_be_thrown_away_and_is_after_a_day(games, phone, tmp_path):
    client = alice()
    upload(client, exported(phone))
    assert len(kept(tmp_path)) == 1
    client.post(page(), {"discard": ""})
    assert (kept(tmp_path), OutboxImport.objects.count()) == ([], 0)
    upload(client, exported(phone))
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        upload(client, exported(phone))
    assert (len(kept(tmp_path)), OutboxImport.objects.count()) == (1, 1)


def test_file_that_is_gone_is_asked_for_again(games, phone, tmp_path):
    client = alice()
    upload(client, exported(phone))
    for path in tmp_path.rglob("*.ndjson"):
        path.unlink()
    assert "is not here any more. Upload it again." in text(client.get(page(), follow=True))


def test_busy_database_keeps_the_file(games, phone, tmp_path, monkeypatch):
    def locked(*_, **__):
        raise OperationalError("database is locked")

    client = alice()
    upload(client, exported(phone, phone.arrive(games.people[0])))
    with monkeypatch.context() as broken:
        broken.setattr(push_module, "PATIENCE", 0)
        broken.setattr(push_module, "apply_batch", locked)
        assert "import the file again in a moment" in text(client.post(page(), {"import": ""}, follow=True))
    assert len(kept(tmp_path)) == 1
    assert "1 accepted" in text(client.post(page(), {"import": ""}, follow=True))


def test_bob_may_look_and_charlie_must_not(games, phone):
    upload(alice(), exported(phone, phone.arrive(games.people[0])))
    viewer, outsider = bob("sync.view_outboximport", "sync.view_device"), charlie()
    assert "Import 1 record" not in text(viewer.get(page()))
    assert "Import an outbox" not in text(viewer.get("/admin/sync/device/"))
    assert [client.get(LIST).status_code for client in (viewer, outsider)] == [200, 403]
    for client in (viewer, outsider):
        assert client.post(page(), {"import": ""}).status_code == 403
        assert client.post(page(), {"discard": ""}).status_code == 403
        assert upload(client, exported(phone)).status_code == 403
    assert (Operation.objects.count(), OutboxImport.objects.count()) == (0, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_one_file_as_for_three(games, phone, count, django_assert_num_queries):
    client = alice()
    for _ in range(count):
        upload(client, exported(phone))
    with django_assert_num_queries(5):  # session, user, how many, files; events to filter by
        assert client.get(LIST).context["cl"].result_count == count


def test_import_that_is_not_there_is_not_found(db):
    assert alice().get(f"{LIST}{uuid.uuid4()}/change/").status_code == 404

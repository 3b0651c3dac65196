"""`manage.py import_outbox`: whatever the file is like, its whole lines are taken, once, and nothing is lost."""

import json
import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from checkin.models import AttendanceRecord, Headcount
from eventsync.schedule.models import Event
from eventsync.sync import push as push_module
from eventsync.sync.enrolment import invite
from eventsync.sync.models import Device, Operation, OutboxImport, Quarantined
from eventsync.sync.wire import write_time
from tests.cast import NOON, Phone, make_games, make_phone
from tests.schedule.outbox_files import exported


@pytest.fixture
def bring(tmp_path):
    """Runs the command over a file with this content: its exit code and what it reports."""

    def run(content: bytes, *options: str) -> tuple[int, dict[str, Any]]:
        path, out, code = tmp_path / "outbox.ndjson", StringIO(), 0
        path.write_bytes(content)
        try:
            call_command("import_outbox", str(path), "--json", *options, stdout=out, stderr=StringIO())
        except SystemExit as end:
            code = int(str(end.code))
        return code, json.loads(out.getvalue())

    return run


def some(report: dict[str, Any], *names: str) -> list[Any]:
    return [report[name] for name in names]


COUNTS = ("operations", "accepted", "flagged", "quarantined", "already_here")


def test_import_takes_what_the_phone_could_not_send(games, phone, bring):
    sent, lost = phone.arrive(games.people[0]), [phone.arrive(person) for person in games.people[:3]]
    phone.push(sent)
    strange = phone.record("strange.kind", {})
    code, report = bring(exported(phone, sent, *lost, strange))
    assert (code, some(report, *COUNTS), report["whole"]) == (0, [5, 2, 1, 1, 1], True)
    assert Headcount.objects.get().present == 3
    assert [str(row.device_id) for row in Quarantined.objects.all()] == [phone.id]
    row = OutboxImport.objects.get()
    assert (row.by, str(row.device), row.report["accepted"], row.done_at is not None) == (
        "manage.py",
        phone.id,
        2,
        True,
    )


def test_import_twice_counts_once_and_the_phone_gets_the_same_verdicts(games, phone, bring):
    operations = [phone.arrive(person) for person in games.people]
    assert bring(exported(phone, *operations))[1]["accepted"] == 5
    assert some(bring(exported(phone, *operations))[1], *COUNTS) == [5, 0, 0, 0, 5]
    assert {(each["verdict"], each["replayed"]) for each in phone.push(*operations)} == {("accepted", True)}
    assert (AttendanceRecord.objects.count(), Headcount.objects.get().present) == (5, 5)


def test_import_is_no_contact_with_the_phone(games, phone, bring):
    phone.push(pending=3, battery=70)
    Device.objects.update(heard_at=NOON)
    bring(exported(phone, phone.arrive(games.people[0])))
    device = Device.objects.get()
    assert (device.heard_at, device.pending, device.battery) == (NOON, 3, 70)


def test_import_of_several_phones_keeps_each_author(games, phone, other_phone, bring):
    carried = other_phone.arrive(games.people[1]) | {"device": other_phone.id}
    assert bring(exported(phone, phone.arrive(games.people[0]), carried))[1]["accepted"] == 2
    authors = {str(row.id): str(row.device_id) for row in Operation.objects.all()}
    assert authors[carried["id"]] == other_phone.id
    assert set(authors.values()) == {phone.id, other_phone.id}


def test_dry_run_changes_nothing_and_tells_whose_they_are(games, phone, bring):
    sent, lost = phone.arrive(games.people[0]), phone.arrive(games.people[1])
    phone.push(sent)
    stranger = str(uuid.uuid4())
    code, found = bring(exported(phone, sent, lost, lost, lost | {"id": stranger, "device": stranger}), "--dry-run")
    assert (code, some(found, "operations", "new", "already_here")) == (0, [4, 2, 2])
    assert found["authors"] == [
        {"device": phone.id, "standing": "known", "operations": 3, "new": 1},
        {"device": stranger, "standing": "unknown", "operations": 1, "new": 1},
    ]
    assert (Operation.objects.count(), OutboxImport.objects.count()) == (1, 0)


@pytest.fixture
def stranger(games):
    """A phone that enrolled after the backup which this database came from."""
    return Phone(games, str(uuid.uuid4()), "no token")


def test_unknown_author_is_left_out_until_somebody_says_so(games, stranger, bring):
    content = exported(stranger, stranger.arrive(games.people[0]), stranger.arrive(games.people[1]))
    code, report = bring(content)
    assert (code, report["left_out"], report["whole"], Device.objects.count()) == (1, {stranger.id: 2}, False, 0)

    code, report = bring(content, "--create", "door")
    assert (code, report["created"], report["flagged"], report["whole"]) == (0, [stranger.id], 2, True)
    device = Device.objects.get()
    assert (str(device.id), device.event_id, device.profile) == (stranger.id, games.event.id, "door")
    assert (device.heard_at, device.enrolled_at, device.revoked_at is not None) == (None, None, True)
    assert set(Operation.objects.values_list("flags", flat=True)) == {'["device_revoked"]'}
    assert Headcount.objects.get().present == 2
    assert bring(content, "--create", "door")[1]["created"] == []


def test_created_author_comes_back_with_a_code_of_its_own_only(games, stranger, bring):
    operation = stranger.arrive(games.people[0])
    bring(exported(stranger, operation), "--create", "door")

    def enrol(device: Device | None) -> Any:
        made = invite(
            event_id=games.event.id, venue_id=None, profile="door", uses=1, now=NOON.now(NOON.tzinfo), device=device
        )
        asked = {"code": made.code, "device": stranger.id, "name": "Back", "app_version": "1", "protocol": 1}
        return stranger.client.post("/api/v1/enrol", asked, content_type="application/json")

    assert enrol(None).status_code == 403
    answer = enrol(Device.objects.get())
    assert answer.status_code == 201
    device = Device.objects.get()
    assert (device.revoked_at, device.enrolled_at == device.heard_at) == (None, True)
    back = Phone(games, stranger.id, answer.json()["token"])
    assert [(each["verdict"], each["replayed"]) for each in back.push(operation)] == [("flagged", True)]


def test_author_of_another_event_is_left_out(games, phone, bring):
    other = make_phone(make_games("other"))
    code, report = bring(
        exported(phone, phone.arrive(games.people[0]), other.arrive(other.games.people[0]) | {"device": other.id}),
        "--create",
        "door",
    )
    assert (code, report["accepted"], report["left_out"], report["created"]) == (1, 1, {other.id: 1}, [])


def test_import_corrects_clocks_as_a_push_does(games, phone, bring):
    operation = phone.arrive(
        games.people[0], occurred_at=write_time(NOON - timedelta(hours=3)), offset_ms=3 * 3_600_000
    )
    assert bring(exported(phone, operation))[1]["flagged"] == 1
    assert Operation.objects.get().corrected_at == NOON


WHOLE_ID = '"id":"018f0000-0000-7000-8000-000000000001"'


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "It is no whole record with an id."),
        (b"[]", "It is no whole record with an id."),
        (b"5", "It is no whole record with an id."),
        (b"{}", "It is no whole record with an id."),
        (b'{"id":"x"}', "It is no whole record with an id."),
        (b"\xff\xfe\x00", "It is no whole record with an id."),
        (b"[" * 20_000, "It is longer than 16 KiB."),
        (b'{%s,"a":"%s"}' % (WHOLE_ID.encode(), b"x" * 3_000_000), "It is longer than 16 KiB."),
        (b'{%s,"device":"me"}' % WHOLE_ID.encode(), "It does not say which phone recorded it."),
        (b'{%s,"device":[1]}' % WHOLE_ID.encode(), "It does not say which phone recorded it."),
    ],
    ids=range(10),
)
def test_unreadable_line_harms_no_other(games, phone, bring, line, why):
    first, second = exported(phone, phone.arrive(games.people[0])), exported(phone, phone.arrive(games.people[1]))
    content = first + line + b"\n" + second.partition(b"\n")[2]
    code, report = bring(content)
    assert (code, report["accepted"], report["unreadable"]) == (1, 2, 1)
    assert report["unreadable_lines"] == [{"line": 3, "why": why}]


def test_record_that_cannot_be_stored_goes_to_quarantine(games, phone, bring):
    code, report = bring(exported(phone, phone.arrive(games.people[0], actor="a\0b"), phone.arrive(games.people[1])))
    assert (code, report["accepted"], report["quarantined"]) == (0, 1, 1)
    assert Quarantined.objects.get().code == "unstorable"


@pytest.mark.parametrize(("cut", "accepted", "unreadable"), [(1, 3, 0), (2, 2, 1), (300, 2, 1), (-1, 0, 0)])
def test_file_that_was_cut_off_gives_its_whole_lines(games, phone, bring, cut, accepted, unreadable):
    content = exported(phone, *(phone.arrive(person) for person in games.people[:3]))
    torn = content[:-cut] if cut > 0 else content.partition(b"\n")[0]
    code, report = bring(torn)
    assert some(report, "accepted", "unreadable", "missing") == [accepted, unreadable, 3 - accepted - unreadable]
    assert code == (0 if accepted == 3 else 1)


def test_empty_lines_windows_lines_and_a_byte_order_mark_are_no_fault(games, phone, bring):
    content = exported(phone, phone.arrive(games.people[0]), phone.arrive(games.people[1]))
    code, report = bring(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n\r\n"))
    assert (code, report["accepted"], report["unreadable"]) == (0, 2, 0)


NO_OUTBOX = "This is no exported outbox"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n", "The file is empty."),
        (b"number,name\n1,Ann\n", NO_OUTBOX),
        (b"PK\x03\x04" + bytes(range(256)) * 500, NO_OUTBOX),
        (b"{}", NO_OUTBOX),
        (b"[" * 200_000, NO_OUTBOX),
        (b'{"format":"eventsync-roster","version":1,"device":"018f0000-0000-7000-8000-000000000001"}', NO_OUTBOX),
        (b'{"format":"eventsync-outbox","version":2,"device":"018f0000-0000-7000-8000-000000000001"}', "of version 2,"),
        (
            b'{"format":"eventsync-outbox","version":true,"device":"018f0000-0000-7000-8000-000000000001"}',
            "version True",
        ),
        (b'{"format":"eventsync-outbox","version":1,"device":"x"}', NO_OUTBOX),
    ],
    ids=range(10),
)
def test_file_that_is_no_outbox_is_refused_with_a_sentence(games, bring, content, sentence):
    with pytest.raises(CommandError, match=sentence):
        bring(content)


def test_file_that_is_not_there_is_refused_with_a_sentence(games, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_outbox", str(tmp_path / "nowhere"))


def test_file_of_another_event_is_refused(games, phone, bring):
    make_games("other", people=0)
    content = exported(phone, phone.arrive(games.people[0]))
    with pytest.raises(CommandError, match=r"The file is of the event “games”, not of “other”\."):
        bring(content, "--event", "other")
    with pytest.raises(CommandError, match=r"There is no event “nowhere”\."):
        bring(content, "--event", "nowhere")
    assert bring(content, "--event", "games")[0] == 0


def test_file_of_an_event_that_is_not_here_is_refused(games, phone, bring):
    gone = Event(slug="gone")
    with pytest.raises(CommandError, match="“gone”, which is not here"):
        bring(exported(phone, event={"id": str(gone.id), "slug": "gone"}))


def test_file_without_an_event_needs_one(games, phone, bring):
    content = exported(phone, phone.arrive(games.people[0]), event=None)
    with pytest.raises(CommandError, match="Say which"):
        bring(content)
    assert bring(content, "--event", "games")[1]["accepted"] == 1


def test_busy_database_takes_nothing_half_and_says_that_it_can_be_run_again(games, phone, bring, monkeypatch):
    def locked(*_: Any, **__: Any) -> Any:
        raise OperationalError("database is locked")

    content = exported(phone, phone.arrive(games.people[0]))
    with monkeypatch.context() as broken:
        broken.setattr(push_module, "PATIENCE", 0)
        broken.setattr(push_module, "apply_batch", locked)
        with pytest.raises(CommandError, match="run this again"):
            bring(content)
    assert bring(content)[1]["accepted"] == 1


def test_large_file_is_taken_in_batches_and_shows_how_far_it_is(games, phone, tmp_path):
    """By repeats, which are quick: the same lines through the same batches."""
    operations = [phone.arrive(games.people[0]) for _ in range(501)]
    path, out, err = tmp_path / "large", StringIO(), StringIO()
    path.write_bytes(exported(phone, *(operations * 24), count=12_024))
    call_command("import_outbox", str(path), stdout=out, stderr=err)
    assert err.getvalue() == "10,000 of 12,024…\n"
    assert "12,024 records: 1 accepted, 500 flagged, 0 refused, 0 quarantined, 11,523 already here." in out.getvalue()


def test_command_tells_in_words_what_was_not_taken(games, phone, stranger, tmp_path):
    path, out = tmp_path / "outbox", StringIO()
    content = exported(
        phone, phone.arrive(games.people[0]), stranger.arrive(games.people[1]) | {"device": stranger.id}, count=5
    )
    path.write_bytes(content + b"{\n" * 120)
    with pytest.raises(SystemExit):
        call_command("import_outbox", str(path), stdout=out)
    told = out.getvalue()
    for sentence in (
        f"Left out: 1 of phone {stranger.id}",
        "Line 4: It is no whole",
        "… and 20 more unreadable lines.",
        "Keep the file",
    ):
        assert sentence in told

"""Every page of check-in's admin: Alice owns, Bob may, Charlie must not, a stranger logs in first."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from checkin import roster
from checkin.models import AttendanceRecord, Checkpoint, Credential, RosterImport
from eventsync.jobs.models import Job
from eventsync.schedule.models import Venue
from tests.cast import add_person, make_phone
from tests.desk import alice, bob, charlie

PAGES = {
    "/admin/checkin/headcount/": ["checkin.view_headcount"],
    "/admin/checkin/attendancerecord/": ["checkin.view_attendancerecord"],
    "/admin/checkin/attendancerecord/export/": ["checkin.view_attendancerecord"],
    "/admin/checkin/person/": ["checkin.view_person"],
    "/admin/checkin/person/add/": ["checkin.add_person"],
    "/admin/checkin/person/export/": ["checkin.view_person", "checkin.view_credential"],
    "/admin/checkin/credential/": ["checkin.view_credential"],
    "/admin/checkin/checkpoint/": ["checkin.view_checkpoint"],
    "/admin/checkin/checkpoint/add/": ["checkin.add_checkpoint"],
    "/admin/checkin/rosterimport/": ["checkin.view_rosterimport"],
    "/admin/checkin/rosterimport/add/": ["checkin.add_rosterimport"],
    "/admin/schedule/event/": ["schedule.view_event"],
    "/admin/schedule/event/add/": ["schedule.add_event"],
    "/admin/schedule/venue/": ["schedule.view_venue"],
    "/admin/schedule/venue/add/": ["schedule.add_venue"],
    "/admin/sync/device/": ["sync.view_device"],
    "/admin/sync/device/revoke/": ["sync.change_device"],
    "/admin/sync/enrolmentcode/": ["sync.view_enrolmentcode"],
    "/admin/sync/enrolmentcode/add/": ["sync.add_enrolmentcode"],
    "/admin/sync/operation/": ["sync.view_operation"],
    "/admin/sync/outboximport/": ["sync.view_outboximport"],
    "/admin/sync/outboximport/add/": ["sync.add_outboximport"],
    "/admin/sync/quarantined/": ["sync.view_quarantined"],
    "/admin/jobs/job/": ["jobs.view_job"],
    "/admin/jobs/worker/": ["jobs.view_worker"],
}


@pytest.mark.parametrize("page", PAGES)
def test_page_for_alice_bob_charlie_and_a_stranger(games, page):
    answers = [client.get(page) for client in (alice(), bob(*PAGES[page]), charlie(), Client())]
    assert [answer.status_code for answer in answers] == [200, 200, 403, 302]
    assert answers[-1]["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("page", [page for page, needed in PAGES.items() if len(needed) > 1])
def test_page_that_needs_two_permissions_is_closed_with_one(games, page):
    assert bob(PAGES[page][0]).get(page).status_code == 403


@pytest.mark.parametrize("table", ["attendancerecord", "credential"])
def test_rows_that_nobody_edits_offer_no_adding_changing_or_deleting(games, phone, table):
    phone.push(phone.arrive(games.people[0]))
    rows = {"attendancerecord": AttendanceRecord.objects.all(), "credential": Credential.objects.all()}
    row = rows[table][0]
    client, base = alice(), f"/admin/checkin/{table}"
    assert client.get(f"{base}/add/").status_code == 403
    assert client.post(f"{base}/{row.pk}/change/", {}).status_code == 403
    assert client.post(f"{base}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{base}/{row.pk}/change/").status_code == 200


def test_every_page_carries_the_links_that_its_reader_may_follow(games):
    page = alice().get("/admin/").content.decode()
    assert "EventSync" in page
    for link in ("/admin/checkin/headcount/", "/admin/checkin/rosterimport/add/", "/app/"):
        assert f'href="{link}"' in page
    assert '/admin/checkin/headcount/"' not in charlie().get("/admin/").content.decode()


def test_pages_of_the_queue_library_are_not_shown(db):
    assert "django_q" not in alice().get("/admin/").content.decode()


def fill(games, phone, numbers):
    """A row for each number in every list."""
    for number in numbers:
        person, _ = add_person(games.event, name=f"New {number}", number=f"new-{number}")
        phone.push(phone.arrive(person), phone.arrive("A" * 21 + str(number)), phone.record("unknown.kind", {}))
        RosterImport.objects.create(event=games.event, name=f"{number}.csv")
        make_phone(games)
        Job.objects.create(task="test", subject=games.event.id)
        venue = Venue.objects.create(event=games.event, name=f"Tent {number}", slug=f"tent-{number}")
        Checkpoint.objects.create(venue=venue, name="Flap")


QUERIES = {
    "/admin/checkin/attendancerecord/": 13,
    "/admin/checkin/person/": 5,
    "/admin/checkin/credential/": 5,
    "/admin/checkin/checkpoint/": 7,
    "/admin/checkin/headcount/": 13,
    "/admin/checkin/rosterimport/": 5,
    "/admin/schedule/event/": 5,
    "/admin/schedule/venue/": 6,
    "/admin/sync/device/": 7,
    "/admin/sync/enrolmentcode/": 5,
    "/admin/sync/operation/": 7,
    "/admin/sync/quarantined/": 5,
    "/admin/jobs/job/": 5,
}


@pytest.mark.parametrize("page", QUERIES)
def test_list_asks_the_same_number_of_questions_for_one_row_and_for_three(games, phone, page):
    client = alice()
    roster.remove_people(games.event.id, [person.id for person in games.people])
    fill(games, phone, [1])
    with CaptureQueriesContext(connection) as one:
        assert client.get(page).status_code == 200
    fill(games, phone, [2, 3])
    with CaptureQueriesContext(connection) as three:
        assert client.get(page).status_code == 200
    assert (len(one), len(three)) == (QUERIES[page], QUERIES[page])

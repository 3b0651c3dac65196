"""Phones, operations and quarantine in admin."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from eventsync.schedule.models import Event
from eventsync.sync.admin import visible
from eventsync.sync.models import Device, Operation, Quarantined
from tests.cast import DAY, NOON, make_games, make_phone
from tests.desk import alice, bob

OPERATIONS = "/admin/sync/operation/"
REVOKE = "/admin/sync/device/revoke/"


def test_phones_are_listed_with_event_venue_and_what_waits_on_them(games, phone):
    phone.push(pending=7)
    page = alice().get("/admin/sync/device/").content.decode()
    for text in ("Phone", "Games", "All venues", "Door volunteer", "Enrolled", ">7<"):
        assert text in page


def test_revoking_asks_first_and_then_leaves_the_phone_its_push(games, phone):
    client = alice()
    asked = client.post("/admin/sync/device/", {"action": "revoke_selected", "_selected_action": [phone.id]})
    assert "Revoke 1 phone" in asked.content.decode()
    assert "Revoke 1 phone" in client.get(REVOKE, {"devices": phone.id}).content.decode()
    assert Device.objects.get().revoked_at is None
    done = client.post(REVOKE, {"devices": phone.id}, follow=True)
    assert "1 phone was revoked." in done.content.decode()
    assert phone.streams().status_code == 403
    assert phone.push(phone.arrive(games.people[0]))[0]["flags"] == ["device_revoked"]


def test_revoking_a_phone_warns_of_what_still_waits_on_it(games, phone):
    phone.push(pending=3)
    assert (
        "holds <strong>3 records</strong>, undelivered" in alice().get(REVOKE, {"devices": phone.id}).content.decode()
    )


@pytest.mark.parametrize("devices", ["", "nonsense", "018f0000-0000-7000-8000-000000000001"])
def test_revoking_nobody_is_no_fault(games, phone, devices):
    client = alice()
    assert "nothing to revoke" in client.get(REVOKE, {"devices": devices}).content.decode()
    assert client.post(REVOKE, {"devices": devices}).status_code == 302
    assert Device.objects.get().revoked_at is None


def test_bob_who_may_only_see_phones_cannot_revoke_them(games, phone):
    viewer = bob("sync.view_device")
    assert "Revoke" not in viewer.get(f"/admin/sync/device/{phone.id}/change/").content.decode()
    viewer.post("/admin/sync/device/", {"action": "revoke_selected", "_selected_action": [phone.id]})
    assert viewer.post(REVOKE, {"devices": phone.id}).status_code == 403
    assert Device.objects.get().revoked_at is None


def test_operation_shows_its_body_and_verdict(games, phone):
    operation = phone.arrive(games.people[0], actor="<b>Maria</b>")
    phone.push(operation, phone.arrive(games.people[0]))
    client = alice()
    page = client.get(f"/admin/sync/operation/{operation['id']}/change/").content.decode()
    assert ("Accepted" in page, "<b>Maria" in page, "&lt;b&gt;Maria" in page) == (True, False, True)
    listed = client.get("/admin/sync/operation/", {"q": operation["id"]}).context["cl"].result_list
    assert [str(each.pk) for each in listed] == [operation["id"]]
    flagged = client.get("/admin/sync/operation/", {"verdict": "flagged"}).content.decode()
    assert "second_admission" in flagged
    assert Operation.objects.count() == 2


def test_operations_are_listed_for_one_event_at_a_time(games, phone):
    camp = make_games("camp", people=1)
    Event.objects.filter(slug="camp").update(first_day=DAY + timedelta(days=9), last_day=DAY + timedelta(days=9))
    theirs = make_phone(camp)
    mine, other = phone.arrive(games.people[0]), theirs.arrive(camp.people[0])
    phone.push(mine)
    theirs.push(other)
    client = alice()

    def listed(**query):
        return [str(each.pk) for each in client.get(OPERATIONS, query).context["cl"].result_list]

    with time_machine.travel(NOON):
        assert listed() == [mine["id"]]
        choices = list(
            client.get(OPERATIONS).context["cl"].filter_specs[0].choices(client.get(OPERATIONS).context["cl"])
        )
    assert [(each["display"], each["selected"]) for each in choices] == [("Camp", False), ("Games", True)]
    with time_machine.travel(NOON + timedelta(days=9)):
        assert listed() == [other["id"]]
        assert listed(event=str(games.event.id)) == [mine["id"]]
        assert listed(event="x") == []
        assert listed(q=mine["id"]) == [mine["id"]]


def test_operations_of_an_event_are_found_in_order_by_an_index(games, phone):
    phone.push(phone.arrive(games.people[0]))
    page = alice().get(OPERATIONS).context["cl"].queryset[:100]
    if connection.vendor == "postgresql":  # which reads so small a table whole
        with connection.cursor() as cursor:
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
    assert "operation_event_received" in page.explain()


@pytest.mark.parametrize(("page", "name"), [("device", "revoked"), ("device", "event"), ("operation", "kind")])
@pytest.mark.parametrize("value", ["x", ""])
def test_nonsense_in_the_address_finds_nothing(games, phone, page, name, value):
    phone.push(phone.arrive(games.people[0]))
    assert list(alice().get(f"/admin/sync/{page}/", {name: value}).context["cl"].result_list) == []


@pytest.mark.parametrize("table", ["operation", "quarantined"])
def test_what_a_phone_sent_is_searched_by_operation_phone_and_name(games, phone, other_phone, table):
    sent = [each.record("strange.kind", {}) for each in (phone, other_phone)]
    for each, operation in zip((phone, other_phone), sent, strict=True):
        each.push(operation)
    client = alice()
    for term in (sent[1]["id"], other_phone.id, "Other"):
        found = client.get(f"/admin/sync/{table}/", {"q": term}).context["cl"].result_list
        assert [str(getattr(each, "operation_id", each.pk)) for each in found] == [sent[1]["id"]]


def test_quarantined_bytes_are_shown_safely_and_given_back_exactly(games, phone):
    phone.push(phone.record("strange.kind", {"text": "<script>\u202e</script>"}))
    row, client = Quarantined.objects.get(), alice()
    page = client.get(f"/admin/sync/quarantined/{row.pk}/change/").content.decode()
    assert ("<script>\\u202e" in page, "&lt;script&gt;" in page, "unknown_kind" in page) == (False, True, True)
    answer = client.get(f"/admin/sync/quarantined/{row.pk}/bytes/")
    assert answer.content == bytes(row.body)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="{row.operation_id}.bin"'
    assert client.get("/admin/sync/quarantined/999/bytes/").status_code == 404


def test_bob_needs_the_permission_to_take_quarantined_bytes(games, phone):
    phone.push(phone.record("strange.kind", {}))
    page = f"/admin/sync/quarantined/{Quarantined.objects.get().pk}/bytes/"
    assert bob("sync.view_operation").get(page).status_code == 403


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain ä 😀", "plain ä 😀"), ("a\0b", "a\\x00b"), ("\u202eevil", "\\u202eevil"), ("two\nlines", "two\nlines")],
)
def test_text_of_strangers_is_made_visible(text, shown):
    assert visible(text) == shown


def test_device_page_names_the_numbers_that_never_arrived(games, phone):
    operations = [phone.arrive(games.people[0]) for _ in range(4)]
    phone.push(operations[3])
    page = alice().get(f"/admin/sync/device/{phone.id}/change/").content.decode()
    assert re.findall(r"<label>Never arrived:</label>\s*<div class=\"readonly\">([^<]*)</div>", page) == ["1–3"]

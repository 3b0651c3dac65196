"""Phones, operations and quarantine in admin."""

import pytest

from eventsync.sync.admin import visible
from eventsync.sync.models import Device, Operation, Quarantined
from tests.desk import alice, bob

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
    assert "3 records still waiting on it" in alice().get(REVOKE, {"devices": phone.id}).content.decode()


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

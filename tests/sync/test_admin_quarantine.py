"""The quarantine desk: what is kept aside is seen, re-run, discarded, reopened, never deleted; and who did so."""

import json
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from checkin import roster
from checkin.models import Checkpoint, Headcount
from eventsync.sync.models import Quarantined
from tests.desk import alice, bob, charlie

LIST = "/admin/sync/quarantined/"


@pytest.fixture
def door(games):
    """Not built yet."""
    return Checkpoint(id=uuid.uuid4(), venue=games.hall, name="New door")


@pytest.fixture
def aside(games, phone, door):
    """An arrival there, in quarantine."""
    phone.push(phone.arrive(games.people[0], door=door))
    return Quarantined.objects.get()


def build(door):
    door.save()
    roster.publish_checkpoints([door])


def page(row, what="resolve"):
    return f"{LIST}{row.pk}/{what}/"


def logged():
    return [(entry.user.username, entry.get_change_message()) for entry in LogEntry.objects.order_by("pk")]


def test_page_tells_why_about_whom_and_what_else_has_the_id(games, phone, aside):
    phone.push(json.loads(bytes(aside.body)) | {"actor": "Clone"})
    shown = alice().get(page(aside, "change")).content.decode()
    for text in (
        "names a checkpoint that does not exist (yet)",
        "Guest 0",
        "id_reused",
        "nothing yet",
        "&quot;seq&quot;: 1",
    ):
        assert text in shown


def test_rerun_from_the_page_says_what_came_of_it_and_logs_it(aside, door):
    client = alice()
    failed = client.post(page(aside), {"rerun": ""}, follow=True).content.decode()
    assert "It still cannot be applied (invalid_payload): There is no such checkpoint." in failed
    build(door)
    assert "Re-run it now" in client.get(page(aside)).content.decode()
    done = client.post(page(aside), {"rerun": ""}, follow=True).content.decode()
    assert ("It was applied: the verdict is accepted." in done, "Re-run or discard" in done) == (True, False)
    assert logged() == [
        ("alice", "Re-run. It still cannot be applied (invalid_payload): There is no such checkpoint."),
        ("alice", "Re-run. It was applied: the verdict is accepted."),
    ]


@pytest.mark.parametrize("more", [0, 2])
def test_rerun_selected_applies_what_can_be_and_counts_the_rest(games, phone, aside, door, more):
    phone.push(phone.record("strange.kind", {}))
    phone.push(*(phone.arrive(person, door=door) for person in games.people[1 : 1 + more]))
    build(door)
    keys = list(Quarantined.objects.values_list("pk", flat=True))
    answer = alice().post(LIST, {"action": "rerun_selected", "_selected_action": keys}, follow=True)
    assert f"{1 + more} of {2 + more} applied. 1 could not be" in answer.content.decode()
    assert Headcount.objects.get(checkpoint=door).present == 1 + more


def test_discarding_needs_a_reason_and_can_be_taken_back(aside):
    client = alice()
    assert "This field is required" in client.post(page(aside), {"discard": "", "reason": " "}).content.decode()
    client.post(page(aside), {"discard": "", "reason": "A trial."})
    assert client.get(LIST, {"resolution__exact": "open"}).context["cl"].result_count == 0
    assert "Discarded by alice: A trial." in client.get(page(aside)).content.decode()
    quicker = client.post(page(aside), {"discard": "", "reason": "Again."}, follow=True).content.decode()
    assert "Somebody else was quicker." in quicker
    client.post(page(aside), {"reopen": ""})
    assert Quarantined.objects.get().resolution == "open"
    assert logged() == [("alice", "Discarded: A trial."), ("alice", "Opened again.")]


def test_list_is_filtered_by_phone(phone, other_phone, aside):
    other_phone.push(other_phone.record("strange.kind", {}))
    client = alice()
    found = client.get(LIST, {"device": other_phone.id}).context["cl"].result_list
    assert [row.code for row in found] == ["unknown_kind"]
    assert f"{LIST}?device={phone.id}" in client.get(f"/admin/sync/device/{phone.id}/change/").content.decode()


def test_bob_who_may_only_look_changes_nothing(aside, door):
    build(door)
    viewer = bob("sync.view_quarantined")
    shown = viewer.get(page(aside, "change"))
    assert (shown.status_code, "Re-run or discard" in shown.content.decode()) == (200, False)
    assert [viewer.get(page(aside)).status_code, viewer.post(page(aside), {"rerun": ""}).status_code] == [403, 403]
    viewer.post(LIST, {"action": "rerun_selected", "_selected_action": [aside.pk]})
    assert (Quarantined.objects.get().resolution, LogEntry.objects.count()) == ("open", 0)


def test_charlie_sees_nothing_and_nobody_deletes(aside):
    outsider = charlie()
    paths = [LIST, *(page(aside, what) for what in ("change", "resolve", "bytes"))]
    assert [outsider.get(path).status_code for path in paths] == [403] * 4
    owner = alice()
    assert owner.post(page(aside, "delete"), {"post": "yes"}).status_code == 403
    assert owner.get(page(aside, "change")).context["has_delete_permission"] is False
    assert Quarantined.objects.count() == 1


@pytest.mark.parametrize("body", [b'"text"', b"[]", b"{", b"\xff", b'{"payload": [1]}', b'{"payload": {"person": 3}}'])
def test_page_shows_bytes_of_any_shape(aside, body):
    Quarantined.objects.update(body=body)
    assert alice().get(page(aside, "change")).status_code == 200


def test_resolving_what_is_not_there_is_not_found(db):
    assert alice().get(f"{LIST}999/resolve/").status_code == 404


def test_index_counts_what_is_open_for_those_who_may_see_it(aside):
    assert "1 record in quarantine" in alice().get("/admin/").content.decode()
    assert "in quarantine" not in bob("sync.view_device").get("/admin/").content.decode()
    assert User.objects.count() == 2

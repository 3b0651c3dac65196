"""Alerts: counted while open, shown at the desk, marked as handled by somebody, never removed."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry

from eventsync.jobs.alerts import alert, handle
from eventsync.jobs.models import Alert
from tests.cast import NOON
from tests.desk import alice, bob, charlie

LIST = "/admin/jobs/alert/"


def raise_one(minutes: int = 0, subject: str = "checkin.arrive") -> Alert:
    now = NOON + timedelta(minutes=minutes)
    alert(kind="handler_error", subject=subject, message=f"Failed at {minutes}.", now=now)
    return Alert.objects.get(subject=subject, handled_at=None)


def test_alert_that_is_open_is_counted_and_a_handled_one_begins_anew(db):
    raise_one()
    row = raise_one(5)
    assert (row.count, row.message, row.first_at, row.last_at) == (2, "Failed at 5.", NOON, NOON + timedelta(minutes=5))
    assert [handle(alert_id=row.pk, by="alice", now=NOON), handle(alert_id=row.pk, by="bob", now=NOON)] == [True, False]
    assert raise_one(9).count == 1
    assert list(Alert.objects.order_by("pk").values_list("count", "handled_by")) == [(2, "alice"), (1, "")]


def test_list_has_open_alerts_first_and_marks_them_as_handled(db):
    done, waiting = raise_one(9, "done"), raise_one(1, "waiting")
    client = alice()
    answer = client.post(LIST, {"action": "mark_handled", "_selected_action": [done.pk]}, follow=True)
    assert "1 alert was marked as handled." in answer.content.decode()
    assert list(client.get(LIST).context["cl"].result_list) == [waiting, done]
    assert list(client.get(LIST, {"handled": "0"}).context["cl"].result_list) == [waiting]
    assert "Handled by alice" in client.get(f"{LIST}{done.pk}/change/").content.decode()
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Marked as handled."]


def test_nonsense_in_the_address_finds_no_alert(db):
    raise_one()
    assert list(alice().get(LIST, {"handled": "x"}).context["cl"].result_list) == []


def test_bob_may_look_charlie_must_not_and_nobody_adds_or_deletes(db):
    row = raise_one()
    viewer = bob("jobs.view_alert")
    assert "1 open alert" in viewer.get("/admin/").content.decode()
    viewer.post(LIST, {"action": "mark_handled", "_selected_action": [row.pk]})
    outsider = charlie()
    assert "open alert" not in outsider.get("/admin/").content.decode()
    owner = alice()
    refused = [outsider.get(LIST), owner.get(f"{LIST}add/"), owner.post(f"{LIST}{row.pk}/delete/", {"post": "yes"})]
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert Alert.objects.get().handled_at is None

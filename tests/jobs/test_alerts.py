"""Alerts: counted while open, acknowledged, silenced, cleared by somebody or by itself, never removed."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from eventsync.jobs.alerts import acknowledge, alert, clear, clear_all, describe, silence, unsilenced
from eventsync.jobs.models import Alert
from eventsync.jobs.rules import WHOLE_SERVER, Partition
from tests.cast import NOON
from tests.desk import alice, bob, charlie

GAMES, HALL = UUID(int=1), UUID(int=2)
LIST = "/admin/jobs/alert/"
HOUR = timedelta(hours=1)


def raise_one(minutes: int = 0, subject: str = "checkin.arrive") -> Alert:
    now = NOON + timedelta(minutes=minutes)
    alert(kind="handler_error", subject=subject, message=f"Failed at {minutes}.", now=now)
    return Alert.objects.get(subject=subject, cleared_at=None)


def test_alert_that_is_open_is_counted_and_a_cleared_one_begins_anew(db):
    raise_one()
    row = raise_one(5)
    assert (row.count, row.message, row.first_at, row.last_at) == (2, "Failed at 5.", NOON, NOON + timedelta(minutes=5))
    assert [clear(alert_id=row.pk, by="alice", now=NOON), clear(alert_id=row.pk, by="bob", now=NOON)] == [True, False]
    assert raise_one(9).count == 1
    assert list(Alert.objects.order_by("pk").values_list("count", "cleared_by")) == [(2, "alice"), (1, "")]


def test_alert_that_is_cleared_at_that_moment_is_raised_anew(db, monkeypatch):
    """Somebody said that the one before was dealt with; nobody has seen this one."""
    row, found = raise_one(), Alert.objects.get_or_create

    def cleared_meanwhile(**like):
        answer = found(**like)
        clear(alert_id=row.pk, by="alice", now=NOON)
        return answer

    monkeypatch.setattr(Alert.objects, "get_or_create", cleared_meanwhile)
    assert raise_one(5).message == "Failed at 5."
    assert list(Alert.objects.order_by("pk").values_list("count", "cleared_by")) == [(1, "alice"), (1, "")]


def test_the_same_at_two_places_is_two_alerts_and_a_silence_is_for_one(db):
    places = [Partition(GAMES, HALL), Partition(GAMES), WHOLE_SERVER]
    for of in (*places, *places[:1]):
        alert(kind="dead_letter", subject="send", message="It rained.", now=NOON, of=of)
    rows = Alert.objects.order_by("pk")
    assert [(row.event_id, row.venue_id, row.count) for row in rows] == [
        (GAMES, HALL, 2),
        (GAMES, None, 1),
        (None, None, 1),
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(kind="dead_letter", subject="send", event_id=GAMES, first_at=NOON, last_at=NOON)
    silence(alert_id=rows[0].pk, by="bob", now=NOON, span=HOUR)
    clear_all(kind="dead_letter", subject="send", now=NOON)
    for of in places:
        alert(kind="dead_letter", subject="send", message="It rained.", now=NOON, of=of)
    assert {row.venue_id for row in Alert.objects.filter(cleared_at=None).exclude(silenced_until=None)} == {HALL}


def test_one_that_is_acknowledged_stays_until_it_is_cleared(db):
    row = raise_one()
    said = [acknowledge(alert_id=row.pk, by=by, now=NOON) for by in ("alice", "bob")]
    row = raise_one(5)
    assert (said, row.count, describe(row, now=NOON)) == ([True, False], 2, "Acknowledged by alice")
    assert list(unsilenced(now=NOON)) == [row]
    clear_all(kind="handler_error", subject="checkin.arrive", now=NOON)
    row.refresh_from_db()
    assert describe(row, now=NOON) == "Well again by itself"
    assert not acknowledge(alert_id=row.pk, by="alice", now=NOON)


def test_silence_ends_by_itself_and_outlives_the_alert(db):
    row = raise_one()
    assert silence(alert_id=row.pk, by="alice", now=NOON, span=HOUR)
    clear(alert_id=row.pk, by="alice", now=NOON)
    assert not silence(alert_id=row.pk, by="alice", now=NOON, span=HOUR)
    row = raise_one(30)
    assert describe(row, now=NOON) == "Open, silenced until 2026-07-04 13:00 UTC"
    assert list(unsilenced(now=NOON + timedelta(minutes=59))) == []
    assert list(unsilenced(now=NOON + HOUR)) == [row]
    clear(alert_id=row.pk, by="alice", now=NOON)
    assert raise_one(61).silenced_until is None


@pytest.mark.parametrize(
    ("action", "said", "state"),
    [
        ("acknowledge_selected", "acknowledged", "Acknowledged by alice"),
        ("clear_selected", "marked as dealt with", "Dealt with by alice"),
    ],
)
def test_list_has_open_alerts_first_and_people_decide(db, action, said, state):
    done, waiting = raise_one(9, "done"), raise_one(1, "waiting")
    client = alice()
    answer = client.post(LIST, {"action": action, "_selected_action": [done.pk]}, follow=True)
    assert f"1 alert was {said}." in answer.content.decode()
    page = client.get(f"{LIST}{done.pk}/change/").content.decode()
    assert (state in page, 'href="/control/runbook/#handler_error"' in page) == (True, True)
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == [f"{said.capitalize()}."]
    clear(alert_id=done.pk, by="alice", now=NOON)
    assert list(client.get(LIST).context["cl"].result_list) == [waiting, done]
    assert list(client.get(LIST, {"state": "open"}).context["cl"].result_list) == [waiting]


def test_page_of_an_alert_has_buttons_until_it_is_over(db):
    row, desk = raise_one(), alice()
    page = f"{LIST}{row.pk}/change/"

    def offered(client):
        return re.findall('name="action" value="(.*?)"', client.get(page).content.decode())

    silences = ["silence_for_an_hour", "silence_for_a_day"]
    assert offered(desk) == ["acknowledge_selected", *silences, "clear_selected"]
    assert offered(bob("jobs.view_alert")) == []
    for action, left in (("acknowledge_selected", [*silences, "clear_selected"]), ("clear_selected", [])):
        answer = desk.post(LIST, {"action": action, "_selected_action": [row.pk], "row": row.pk})
        assert (answer["location"], offered(desk)) == (page, left)


def test_button_whose_alert_is_gone_leads_to_the_list(db):
    answer = alice().post(LIST, {"action": "clear_selected", "_selected_action": ["7"], "row": "7"})
    assert (answer.status_code, answer["location"]) == (302, LIST)


@pytest.mark.parametrize(("action", "hours"), [("silence_for_an_hour", 1), ("silence_for_a_day", 24)])
def test_silenced_ones_have_a_list_of_their_own(db, action, hours):
    quiet, loud = raise_one(9, "quiet"), raise_one(1, "loud")
    client, before = alice(), timezone.now()
    client.post(LIST, {"action": action, "_selected_action": [quiet.pk]})
    quiet.refresh_from_db()
    assert quiet.silenced_until is not None
    assert timedelta(0) <= quiet.silenced_until - before - timedelta(hours=hours) < timedelta(minutes=1)
    lists = [list(client.get(LIST, {"state": state}).context["cl"].result_list) for state in ("silenced", "open")]
    assert lists == [[quiet], [loud]]
    assert "1 open alert" in client.get("/admin/").content.decode()


@pytest.mark.parametrize(("state", "found"), [("acknowledged", 0), ("cleared", 0), ("x", 0), ("open", 1)])
def test_each_state_has_its_list_and_nonsense_finds_none(db, state, found):
    raise_one()
    assert len(alice().get(LIST, {"state": state}).context["cl"].result_list) == found


def test_bob_may_look_charlie_must_not_and_nobody_adds_or_deletes(db):
    row = raise_one()
    viewer = bob("jobs.view_alert")
    assert "1 open alert" in viewer.get("/admin/").content.decode()
    for action in ("acknowledge_selected", "silence_for_a_day", "clear_selected"):
        viewer.post(LIST, {"action": action, "_selected_action": [row.pk]})
    outsider = charlie()
    assert "open alert" not in outsider.get("/admin/").content.decode()
    owner = alice()
    refused = [outsider.get(LIST), owner.get(f"{LIST}add/"), owner.post(f"{LIST}{row.pk}/delete/", {"post": "yes"})]
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    row.refresh_from_db()
    assert (row.acknowledged_at, row.silenced_until, row.cleared_at) == (None, None, None)

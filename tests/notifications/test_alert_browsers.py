"""Staff have alerts shown on a phone: each once, of theirs alone, quietly, and nothing that others may not read."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from eventsync.jobs.alerts import alert, clear, silence
from eventsync.jobs.models import Alert, Job
from eventsync.jobs.rules import WHOLE_SERVER
from notifications.alerts import telling
from notifications.alerts.rules import CRITICAL
from notifications.models import AlertBrowser
from notifications.push.rules import topic
from tests.cast import NOON
from tests.desk import alice
from tests.notifications.alerting import HOUR, MINUTE, NIGHT, before, comes, go, lead, subscribe
from tests.notifications.push_service import PushService

__all__ = ["before"]  # a fixture


def test_alert_is_shown_once_and_names_nobody(games, service: PushService):
    phone = service.browser()
    subscribe(lead(games), phone)
    came = comes(games)
    go()
    comes(games)  # again, and counted up
    go(NOON + MINUTE)
    [shown] = phone.shown
    assert shown == {
        "navigate": f"http://127.0.0.1:8000/admin/jobs/alert/{came.pk}/change/",
        "lang": "en",
        "dir": "ltr",
        "title": "Dead letter",
        "body": "Games. Open to read.",
        "tag": f"alert:{came.pk}",
        "silent": True,
    }
    [headers] = phone.headers
    assert (headers["topic"], headers["urgency"], headers["ttl"]) == (topic(shown["tag"]), "normal", "43200")
    assert service.refused == []


def test_each_alert_is_one_of_its_own_and_what_is_open_when_they_ask_is_no_news(games, service):
    phone = service.browser()
    comes(games, subject="before")
    subscribe(lead(games), phone)
    made = [comes(games, subject=each) for each in ("one", "two")]
    go()
    assert {each["tag"] for each in phone.shown} == {f"alert:{each.pk}" for each in made}
    assert len(phone.shown) == 2


@pytest.mark.parametrize(
    ("kind", "said", "at", "told"),
    [
        ("dead_letter", {}, NOON, (True, "Games. Open to read.")),
        ("dead_letter", {}, NIGHT, None),
        ("help_asked", {}, NOON, (False, "Games. Open to read.")),
        ("help_asked", {}, NIGHT, (False, "Games. Open to read.\nIt does not wait for the morning.")),
        ("dead_letter", {"loud": "on"}, NIGHT, (False, "Games. Open to read.")),
    ],
)
def test_it_is_quiet_unless_they_want_it_loud_or_it_cannot_wait(games, service, kind, said, at, told):
    phone = service.browser()
    subscribe(lead(games), phone, **said)
    comes(games, kind)
    go(at)
    assert [(each["silent"], each["body"]) for each in phone.shown] == ([told] if told else [])
    go(at + 10 * HOUR)  # at eight in the morning, or in the evening
    assert len(phone.shown) == 1


def test_night_is_by_the_clock_of_their_event(games, service):
    games.event.tz = "Pacific/Auckland"  # midnight there
    games.event.save()
    phone = service.browser()
    subscribe(lead(games), phone)
    comes(games)
    go()
    assert phone.shown == []


def test_what_cannot_wait_is_what_the_runbook_says_to_act_on_now():
    book = Path("docs/runbook.md").read_text(encoding="utf-8")
    parts = dict(part.split("`\n\n", 1) for part in book.split("\n### `")[1:])
    now = {kind for kind, said in parts.items() if said.startswith("**Act now")}
    assert now <= CRITICAL <= parts.keys()


def test_of_others_or_what_needs_nobody_nothing_is_shown(games, service):
    phone = service.browser()
    subscribe(lead(games), phone)
    alert(kind="backlog", subject="it", message="Many.", now=NOON, of=WHOLE_SERVER)
    clear(alert_id=comes(games, "help_asked").pk, by="", now=NOON)
    silence(alert_id=comes(games, "sms_refused").pk, by="lea", now=NOON, span=HOUR)
    go()
    assert phone.shown == []


def test_who_runs_the_server_is_told_of_it(games, service):
    phone = service.browser()
    subscribe(alice(), phone)
    alert(kind="backlog", subject="it", message="Many.", now=NOON, of=WHOLE_SERVER)
    go()
    assert [each["body"] for each in phone.shown] == ["The server. Open to read."]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}])
def test_who_is_of_the_staff_no_more_is_told_nothing(games, service, gone):
    phone = service.browser()
    subscribe(lead(games), phone)
    User.objects.filter(username="lea").update(**gone)
    comes(games)
    go()
    assert phone.shown == []


@pytest.mark.parametrize("status", [404, 410])
def test_browser_that_wants_none_any_more_is_forgotten(games, service, status):
    gone = subscribe(lead(games), service.browser(status))
    kept = subscribe(lead(games, "lena"), service.browser())
    comes(games)
    go()
    assert list(telling.reachable()) == [kept]
    gone.refresh_from_db()
    assert (gone.endpoint, gone.p256dh, gone.auth) == ("", "", "")


def test_what_a_push_service_did_not_take_is_tried_again_as_late_as_it_asks_for(games, service):
    phone = service.browser(503, 201, retry_after="240")
    row = subscribe(lead(games), phone)
    comes(games)
    for minutes in (0, 1, 3):
        go(NOON + minutes * MINUTE)
    assert (phone.shown, AlertBrowser.objects.get().failures) == ([], 1)
    go(NOON + 5 * MINUTE)
    go(NOON + 6 * MINUTE)
    assert (len(phone.shown), AlertBrowser.objects.get(pk=row.pk).failures) == (1, 0)


@pytest.mark.parametrize("status", [400, 405])
def test_what_it_never_takes_is_tried_for_as_long_as_the_alert_is_open(games, service, status):
    subscribe(lead(games), service.browser(status))
    came = comes(games)
    for hours in range(8):
        go(NOON + hours * MINUTE * 15)
    assert (AlertBrowser.objects.get().failures, Job.objects.filter(state="dead").count()) == (5, 0)
    assert Alert.objects.filter(kind="push_refused").count() == (status == 400)
    clear(alert_id=came.pk, by="", now=NOON)


def test_two_workers_at_once_send_it_once_and_what_one_had_that_died_goes_out_a_minute_later(games, service):
    phone = service.browser()
    row = subscribe(lead(games), phone)
    first = AlertBrowser.objects.get()
    assert telling._claim(first, NOON)
    assert not telling._claim(row, NOON)
    comes(games)
    go(NOON + MINUTE / 2)
    assert phone.shown == []
    go(NOON + MINUTE)
    assert len(phone.shown) == 1

"""Staff have alerts shown on a phone: each once, of theirs alone, quietly, and nothing that others may not read."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.jobs import queue
from eventsync.jobs.alerts import alert, clear, silence
from eventsync.jobs.models import Alert, Job
from eventsync.jobs.rules import WHOLE_SERVER, Partition
from notifications.alerts import telling, trying
from notifications.alerts.rules import CRITICAL
from notifications.models import AlertBrowser
from notifications.push.rules import topic
from tests.cast import NOON, Games
from tests.desk import alice, charlie, staff, text_of
from tests.notifications.joining import subscription
from tests.notifications.push_service import Browser, PushService

PAGE = "/control/phone/"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHT = NOON + 10 * HOUR


def lead(games: Games, name: str = "lea", rank: Rank = Rank.LEAD) -> Client:
    return staff(name, rank, games.event)


def tell(client: Client, said: Any, **headers: str) -> int:
    """As the page's script does it."""
    body = json.dumps(said)
    return client.post(f"{PAGE}browser/", body, content_type="application/json", headers=headers).status_code


def subscribe(client: Client, browser: Browser, **said: str) -> AlertBrowser:
    client.post(PAGE, {"begin": ""} | said)
    assert tell(client, subscription(browser)) == 204
    return AlertBrowser.objects.get(endpoint=browser.endpoint)


def comes(games: Games, kind: str = "dead_letter", subject: str = "it", at=NOON) -> Alert:
    of = Partition(games.event.pk)
    alert(kind=kind, subject=subject, message="Guest 1 waits.", now=at, of=of)
    return Alert.objects.latest("pk")


def go(at=NOON) -> None:
    """What workers do at this time."""
    with time_machine.travel(at, tick=False):
        telling.owe(now=at)
        queue.run()


@pytest.fixture(autouse=True)
def before() -> Iterator[None]:
    """Whatever is not done by workers is done a minute before noon."""
    with time_machine.travel(NOON - MINUTE, tick=False):
        yield


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


def test_same_browser_is_there_once_whoever_sits_at_it(games, service):
    phone = service.browser()
    first = lead(games)
    subscribe(first, phone)
    subscribe(first, phone)
    lena = subscribe(lead(games, "lena"), phone)
    comes(games)
    go()
    assert (list(AlertBrowser.objects.exclude(digest=None)), len(phone.shown)) == ([lena], 1)


def test_it_follows_its_browser_to_a_new_address(games, service):
    client, old, new = lead(games), service.browser(410), service.browser()
    subscribe(client, old)
    assert tell(client, subscription(new)) == 204
    comes(games)
    go()
    assert (old.shown, len(new.shown)) == ([], 1)


@pytest.mark.parametrize("signs_in_again", [False, True])
def test_browser_that_its_push_service_moved_is_known_again_with_no_page_open(games, service, signs_in_again):
    """As its service worker says it; by the time it does, the old address may be gone."""
    client, old, new = lead(games), service.browser(410), service.browser()
    subscribe(client, old)
    comes(games)
    go()
    if signs_in_again:
        client = Client()
        client.force_login(User.objects.get(username="lea"))
    assert tell(client, subscription(new) | {"was": old.endpoint}) == 204
    go(NOON + MINUTE)
    assert [each["title"] for each in new.shown] == ["Dead letter"]  # it had not come through before
    assert AlertBrowser.objects.get().endpoint == new.endpoint


def test_nobody_takes_the_browser_of_somebody_else_by_its_address(games, service):
    phone, moved = service.browser(), subscription(service.browser())
    row = subscribe(lead(games), phone)
    other = lead(games, "lena")
    for was in (phone.endpoint, "", None, 5, "\ud800"):
        assert tell(other, moved | {"was": was}) == 403
    assert AlertBrowser.objects.get() == row


def test_test_comes_to_this_browser_once_a_minute(games, service):
    client, phone, other = lead(games), service.browser(), service.browser()
    subscribe(client, phone)
    elsewhere = Client()
    elsewhere.force_login(User.objects.get(username="lea"))
    subscribe(elsewhere, other)
    for _ in range(2):
        said = text_of(client.post(PAGE, {"test": ""}, follow=True))
        assert "A test is on its way. If none comes within a minute" in said
    go(NOON - MINUTE)
    [shown] = phone.shown
    assert shown == {
        "navigate": "http://127.0.0.1:8000/control/phone/",
        "lang": "en",
        "dir": "ltr",
        "title": "This is a test",
        "body": "Alerts look like this. You do not need to do anything.",
        "tag": "test",
        "silent": True,
    }
    assert (other.shown, service.refused) == ([], [])


def test_test_makes_the_sound_of_alerts_and_finds_out_who_wants_none_any_more(games, service):
    client, phone = lead(games), service.browser(201, 410)
    subscribe(client, phone, loud="on")
    for minutes in (0, 1):
        with time_machine.travel(NOON + minutes * MINUTE, tick=False):
            client.post(PAGE, {"test": ""})
        go(NOON + minutes * MINUTE)
    assert [each["silent"] for each in phone.shown] == [False]
    assert list(telling.reachable()) == []


def test_who_has_not_begun_has_nothing_to_test(games, service):
    client = lead(games)
    assert "on its way" not in text_of(client.post(PAGE, {"test": ""}, follow=True))
    client.post(PAGE, {"begin": ""})
    client.post(PAGE, {"test": ""})
    go(NOON - MINUTE)
    assert Job.objects.get(task=trying.TRY).state == "done"


def test_page_explains_first_and_one_press_stops_it_everywhere(games, service):
    client, other = lead(games), Client()
    other.force_login(User.objects.get(username="lea"))
    before = client.get(PAGE)
    assert "One message for each alert, from now on." in text_of(before)
    assert (b'id="phone"' in before.content, b"messages.js" in before.content) == (False, False)
    subscribe(client, service.browser())
    subscribe(other, service.browser())
    page = client.get(PAGE)
    assert (b'id="turn-on"' in page.content, b"messages.js" in page.content) == (True, True)
    assert "They are shown on 1 other of your phones and computers." in text_of(page)
    assert "No phone or computer of yours" in text_of(client.post(PAGE, {"end": ""}, follow=True))
    assert not AlertBrowser.objects.exists()
    assert tell(other, subscription(service.browser())) == 403  # whose page is open still


def test_nobody_begins_for_others_and_what_is_no_browser_is_none(games, service):
    client, phone = lead(games), subscription(service.browser())
    assert tell(client, phone) == 403  # before they asked for it
    client.post(PAGE, {"begin": ""})
    assert tell(client, phone, **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert [tell(client, said) for said in ({"endpoint": "x"}, "", 5)] == [400] * 3
    assert tell(client, None) == 204
    assert AlertBrowser.objects.get().digest is None


def test_who_may_read_no_alerts_gets_none(games):
    for who, status in ((lead(games, "vera", Rank.VIEWER), 403), (charlie(), 403), (Client(), 302)):
        assert [who.get(PAGE).status_code, who.post(PAGE, {"begin": ""}).status_code] == [status, status]
        assert tell(who, None) in {302, 403}
    assert not AlertBrowser.objects.exists()
    assert "Alerts on this phone or computer" in text_of(lead(games).get("/control/health/"))


@pytest.mark.parametrize("count", [1, 3])
def test_one_browser_takes_as_many_queries_for_one_alert_as_for_three(games, service, django_assert_num_queries, count):
    row = subscribe(lead(games), service.browser())
    for number in range(count):
        comes(games, subject=str(number))
    with time_machine.travel(NOON, tick=False), django_assert_num_queries(13):
        telling.send(row.pk)

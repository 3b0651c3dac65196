"""The page where staff begin and stop alerts on this phone: whose browser it is, where it moved to, and a test."""

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.jobs.models import Job
from notifications.alerts import telling, trying
from notifications.models import AlertBrowser
from tests.cast import NOON
from tests.desk import charlie, text_of
from tests.notifications.alerting import MINUTE, PAGE, before, comes, go, lead, subscribe, tell
from tests.notifications.joining import subscription

__all__ = ["before"]  # a fixture


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

"""Pushes over a real socket to a push service that checks who sends, and browsers that read what they get."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from eventsync.jobs.models import Alert
from eventsync.sync import epoch
from notifications.models import Delivery, Subscription
from notifications.push import posting, sending
from notifications.push.keys import public_key
from tests.notifications.families import TEXTS, make_notice, make_recipient, owe
from tests.notifications.push_service import Browser, serving
from tests.notifications.pushing import HOUR, became, due, join
from tests.ports import free_port


def test_browser_gets_what_was_said_signed_by_us(service, family):
    browser = service.browser()
    join(family, browser)
    owed = due(family)
    assert sending.send_due(family.event_id) == 1
    assert service.refused == []
    assert browser.pushes == [
        {
            "web_push": 8030,
            "notification": {
                **TEXTS["en"],
                "navigate": f"{configured.BASE_URL}/schedule/games/mine/messages/?lang=en",
                "lang": "en",
                "dir": "ltr",
                "tag": "plan:1",
                "silent": True,
                "data": {"delivery": str(owed.pk), "version": 1, "life": str(epoch.current())[:8]},
                "actions": [
                    {
                        "action": "read",
                        "title": "I have read this",
                        "navigate": f"{configured.BASE_URL}/schedule/games/mine/messages/?lang=en",
                    },
                    {
                        "action": "help",
                        "title": "I need help",
                        "navigate": f"{configured.BASE_URL}/schedule/games/help/?lang=en",
                    },
                ],
            },
            "mutable": True,
        }
    ]
    [headers] = browser.headers
    assert (headers["urgency"], headers["content-encoding"], len(headers["topic"])) == ("normal", "aes128gcm", 24)
    assert 3500 < int(headers["ttl"]) <= 3600
    row = became(owed)
    assert (row.state, row.status, row.attempts, row.claim) == ("accepted", 201, 1, None)
    assert row.accepted_at is not None


def test_one_of_several_changes_says_whose_place_it_takes(service, family):
    browser = service.browser()
    join(family, browser)
    due(family, activities=["1", "2"])
    due(family, activities=[str(number) for number in range(50)])
    due(family, activities=["1", "2"], kind="hand", since=0, until=0)
    sending.send_due(family.event_id)
    said = [pushed["notification"]["data"].get("also") for pushed in browser.pushes]
    assert sorted(map(str, said)) == sorted(
        map(str, [["plan:1", "plan:2"], [f"plan:{number}" for number in range(20)], None])
    )


def test_one_that_was_sent_is_not_sent_again(service, family):
    browser = service.browser()
    join(family, browser)
    due(family)
    assert [sending.send_due(family.event_id) for _ in range(2)] == [1, 0]
    assert len(browser.pushes) == 1


def test_two_push_services_get_tokens_of_their_own(service, family):
    with serving(public_key()) as other:
        for each in (service, other):
            join(family, each.browser(), digest=each.origin.rjust(64, "0"))
        notice = make_notice(family.event, expires_at=timezone.now() + HOUR)
        for each in family.subscriptions.all():
            owe(notice, family, endpoint=each.digest)
        sending.send_due(family.event_id)
        assert (service.refused, other.refused) == ([], [])
    assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}


@pytest.mark.parametrize("status", [404, 410])
def test_browser_that_is_gone_is_forgotten(service, family, status):
    join(family, service.browser(status))
    owed = due(family)
    sending.send_due(family.event_id)
    assert (became(owed).state, became(owed).status) == ("failed_perm", status)
    assert not Subscription.objects.exists()


def test_what_is_too_long_is_said_in_fewer_words(service, family):
    browser = service.browser(413)
    join(family, browser)
    body = "x" * 119
    owed = due(family, texts={"en": {"title": "Swim", "body": body}})
    sending.send_due(family.event_id)
    assert [each["title"] for each in browser.shown] == ["There is a new plan."]
    assert became(owed).state == "accepted"


@pytest.mark.parametrize("status", [429, 503])
def test_busy_push_service_is_left_in_peace_as_long_as_it_asks(service, family, status):
    browser = service.browser(status, 201, retry_after="600")
    join(family, browser)
    owed = due(family)
    sending.send_due(family.event_id)
    row = became(owed)
    assert (row.state, row.status) == ("failed_temp", status)
    assert row.due_at - row.changed_at >= timedelta(seconds=600)
    assert sending.send_due(family.event_id) == 0
    Delivery.objects.update(due_at=timezone.now())
    sending.send_due(family.event_id)
    assert (became(owed).state, became(owed).attempts) == ("accepted", 2)


def test_slow_push_service_is_not_waited_for(service, family, monkeypatch):
    monkeypatch.setattr(posting, "PATIENCE", 0.3)
    join(family, service.browser(0))
    owed = due(family)
    sending.send_due(family.event_id)
    assert (became(owed).state, became(owed).status) == ("failed_temp", None)
    assert became(owed).error == "It did not answer within 0.3 seconds."


def test_dead_push_service_is_tried_again(settings, family):
    settings.PUSH_PRIVATE = True
    join(family, Browser(f"http://127.0.0.1:{free_port()}/push"))
    owed = due(family)
    sending.send_due(family.event_id)
    assert became(owed).state == "failed_temp"
    assert became(owed).error.startswith("It could not be reached")


def test_our_own_fault_is_an_alert_and_nobody_is_forgotten(service, family, settings):
    """As after somebody changed the key: browsers know us by the one with which they subscribed."""
    join(family, service.browser())
    settings.VAPID_KEY = "A" * 42 + "E"
    owed = due(family)
    sending.send_due(family.event_id)
    assert service.refused == ["not by this key"]
    assert became(owed).state == "failed_temp"
    assert Subscription.objects.count() == 1
    assert Alert.objects.get().kind == "push_refused"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nobody_has_us_post_into_our_own_network(service, settings, family, host):
    browser = service.browser()
    address = browser.endpoint.replace("127.0.0.1", host)
    join(family, browser, endpoint=address)
    settings.PUSH_PRIVATE = False
    owed = due(family)
    sending.send_due(family.event_id)
    assert (became(owed).state, became(owed).status) == ("failed_temp", None)
    assert (browser.pushes, service.refused) == ([], [])
    settings.PUSH_PRIVATE = True  # which would have allowed it, so it was there to be reached
    Delivery.objects.update(due_at=timezone.now())
    sending.send_due(family.event_id)
    assert became(owed).status == (201 if host == "127.0.0.1" else 403)  # as the token is for another name


@pytest.mark.parametrize(
    "said",
    [
        {"p256dh": "AAAA"},
        {"p256dh": "B" * 87},
        {"p256dh": "é"},
        {"auth": ""},
        {"endpoint": "https://[::1]/push"},
        {"endpoint": "https://[/push"},
        {"endpoint": "push"},
        {"endpoint": ""},
    ],
)
def test_browser_that_cannot_be_pushed_to_is_forgotten_and_keeps_nobody_else_from_theirs(service, family, said):
    browser = service.browser()
    broken, well = join(family, browser, digest="1" * 64, **said), join(family, browser, digest="2" * 64)
    notice = make_notice(family.event, expires_at=timezone.now() + HOUR)
    owed = [owe(notice, family, endpoint=each.digest) for each in (broken, well)]
    sending.send_due(family.event_id)
    assert [became(each).state for each in owed] == ["failed_perm", "accepted"]
    assert list(Subscription.objects.values_list("digest", flat=True)) == [well.digest]


def test_whoever_wants_no_more_gets_none_that_was_planned_before(service, family):
    browser = service.browser()
    joined = join(family, browser)
    owed = due(family)
    joined.delete()
    sending.send_due(family.event_id)
    assert (became(owed).state, became(owed).error) == ("failed_perm", "This browser wants none any more.")
    assert browser.pushes == []


def test_sound_is_for_who_wants_it_and_for_safety(service, family):
    browser = service.browser()
    join(family, browser)
    due(family)
    sending.send_due(family.event_id)
    due(family, importance="critical")
    sending.send_due(family.event_id)
    type(family).objects.update(how="sound")
    due(family)
    sending.send_due(family.event_id)
    assert [each["silent"] for each in browser.shown] == [True, False, False]


@pytest.mark.long
def test_hundreds_go_out_by_few_connections(service, games):
    browsers = [service.browser() for _ in range(250)]
    notice = make_notice(games.event, expires_at=timezone.now() + HOUR)
    for number, browser in enumerate(browsers):
        family = make_recipient(games.event, browsers=0)
        owe(notice, family, endpoint=join(family, browser, digest=f"{number:064}").digest)
    before = threading.active_count()
    assert sending.send_due(games.event.pk) == 250
    assert [len(each.pushes) for each in browsers] == [1] * 250
    assert threading.active_count() - before <= posting.AT_ONCE

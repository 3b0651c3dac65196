"""A push service moves a browser: what its old address did not take any more comes to the new one while it helps."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from eventsync.jobs import queue
from notifications.joining import recipients
from notifications.joining.rules import browser_of
from notifications.models import Channel, Delivery, Recipient
from notifications.push import sending
from notifications.rules import State
from tests.cast import NOON
from tests.notifications.families import TEXTS, add_line, make_notice, make_recipient, owe
from tests.notifications.joining import subscription
from tests.notifications.push_service import Browser, PushService

NIGHT, HOUR = NOON + timedelta(hours=10), timedelta(hours=1)


@pytest.fixture
def family(games: Any, time_machine: Any) -> Recipient:
    time_machine.move_to(NOON, tick=False)
    return make_recipient(games.event, browsers=0)


def take(family: Recipient, browser: Browser, *, at: datetime = NOON) -> None:
    found = browser_of(subscription(browser))
    assert found is not None
    recipients.take_browser(family, found, now=at)


def missed(family: Recipient, service: PushService, **said: Any) -> Delivery:
    """Pushed to where a browser is no more."""
    take(family, service.browser(410))
    until = {"expires_at": NOON + 24 * HOUR}
    pushed = owe(make_notice(family.event, kind="hand", since=0, until=0, **(until | said)), family)
    sending.send_due(family.event_id)
    pushed.refresh_from_db()
    assert (pushed.state, family.subscriptions.count()) == ("failed_perm", 0)
    return pushed


def state(pushed: Delivery) -> str:
    pushed.refresh_from_db()
    return pushed.state


def test_what_the_old_address_did_not_take_comes_to_the_new_one_once(family: Recipient, service: PushService):
    pushed, moved = missed(family, service), service.browser()
    for _ in range(2):
        take(family, moved)
        queue.run()
    assert [each["title"] for each in moved.shown] == [TEXTS["en"]["title"]]
    assert (state(pushed), pushed.closed_at) == ("accepted", None)
    assert Delivery.objects.filter(channel=Channel.PUSH).count() == 1


def test_in_the_night_it_waits_as_all_else_does(family: Recipient, service: PushService):
    pushed = missed(family, service)
    take(family, service.browser(), at=NIGHT)
    assert (state(pushed), pushed.why) == ("held", "quiet")


@pytest.mark.parametrize("why", ["over", "read", "in the list", "failed otherwise"])
def test_what_is_over_read_or_not_wanted_stays_where_it_is(family: Recipient, service: PushService, why: str):
    pushed = missed(family, service, **({"expires_at": NOON + HOUR} if why == "over" else {}))
    if why == "read":
        line = add_line(pushed.notice, family)
        Delivery.objects.filter(pk=line.pk).update(state=State.ACKNOWLEDGED)
    if why == "in the list":
        family.timing = "in_the_app"
        family.save()
    if why == "failed otherwise":
        Delivery.objects.filter(pk=pushed.pk).update(closed_why="Somebody discarded it.")
    take(family, service.browser(), at=NOON + 2 * HOUR)
    assert state(pushed) == "failed_perm"

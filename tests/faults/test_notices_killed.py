"""Workers are killed in mid-send: each phone shows a push once, and no text message is there twice but for safety."""

import json
from collections import Counter

import pytest
from django.conf import settings

from notifications.push.keys import public_key
from tests.faults.workshop import Workshop, on, until
from tests.notifications.push_service import Browser, serving
from tests.notifications.sms_gateway import SmsGateway, texting

pytestmark = pytest.mark.long

EACH = 1_000  # pushes, and text messages
KILLS = 2
HANDS = 2  # jobs that a worker does at once
IN_HAND = 10  # text messages of each of them


def states(workshop: Workshop, channel: str) -> Counter[tuple[str, str]]:
    return Counter(
        workshop.database.rows(
            "SELECT importance, state FROM notifications_delivery JOIN notifications_notice "
            f"ON notifications_notice.id = notice_id WHERE channel = '{channel}'"
        )
    )


def waiting(workshop: Workshop) -> int:
    """What may still go out, or is in somebody's hand."""
    found = states(workshop, "push") + states(workshop, "sms")
    return sum(
        count
        for (importance, state), count in found.items()
        if state in {"queued", "sending", "failed_temp"} or (importance, state) == ("critical", "uncertain")
    )


@on("orm", all_of=("orm",))
def test_worker_killed_in_mid_send_of_2000(workshop: Workshop) -> None:
    with serving(public_key()) as service, texting() as gateway:
        workshop.settings |= {
            "EVENTSYNC_VAPID_KEY": settings.VAPID_KEY,
            "EVENTSYNC_PUSH_PRIVATE": "1",
            "EVENTSYNC_SMS": "http",
            "EVENTSYNC_SMS_URL": gateway.origin,
            "EVENTSYNC_SMS_PRIVATE": "1",
            "NOTICES_LEASE": "3",  # seconds instead of minutes, so that nobody waits for them
        }
        browsers = [service.browser() for _ in range(EACH)]
        numbers = [f"+35840{number:07}" for number in range(EACH)]
        keys = [[each.endpoint, each.keys["p256dh"], each.keys["auth"]] for each in browsers]
        workshop.run("notices.py", told=json.dumps({"browsers": keys, "numbers": numbers}))
        for _ in range(KILLS):
            worker, before = workshop.worker(), out(browsers, gateway)
            until(lambda before=before: out(browsers, gateway) > before + EACH // 3, workshop.story, within=120)  # type: ignore[misc]
            worker.kill()
            assert waiting(workshop) > EACH // 10  # it was in the midst of it
        workshop.worker()
        until(lambda: waiting(workshop) == 0, workshop.story, within=240)
        assert states(workshop, "push") == {("big", "accepted"): EACH // 2, ("critical", "accepted"): EACH // 2}
        assert {len({each["tag"] for each in browser.shown}) for browser in browsers} == {1}
        big = Counter(len(gateway.taken.get(each, [])) for each in numbers[::2])
        critical = Counter(len(gateway.taken.get(each, [])) for each in numbers[1::2])
        sent = states(workshop, "sms")
        assert sent["critical", "accepted"] == EACH // 2
        assert sent["big", "accepted"] + sent["big", "uncertain"] == EACH // 2
        assert set(big) <= {0, 1} and big[0] <= sent["big", "uncertain"] <= KILLS * HANDS * IN_HAND
        assert set(critical) <= {1, 2, 3}
        assert critical[2] + critical[3] <= KILLS * HANDS * IN_HAND
        again = workshop.database.rows("SELECT attempts FROM notifications_delivery WHERE why = 'again'")
        assert sum(attempts > 1 for (attempts,) in again) == len(again) >= critical[2] + critical[3]


def out(browsers: list[Browser], gateway: SmsGateway) -> int:
    """How many phones have something."""
    return sum(bool(each.pushes) for each in browsers) + len(gateway.taken)

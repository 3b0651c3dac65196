"""Notices that failed, and the inbox of whoever leads, for tests of both."""

import html
import re
from typing import Any

from django.test import Client

from eventsync.jobs.models import Alert
from notifications import carrying
from notifications.models import Channel, Delivery, Recipient
from notifications.rules import State
from notifications.sms.sending import Texts
from tests.notifications.carried import due_by
from tests.notifications.pushing import became

PAGE = "/control/inbox/"
SENT = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
DISCARDED = "Discarded: it is not sent. It is kept in the list of deliveries, with your reason."
AGAIN = "It goes out again, under the same id."


def read(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.unescape(re.sub(r"\s+", " ", answer.content.decode()))


def listed(client: Client, q: str = "") -> list[str]:
    return re.findall(r'<h2><a href="/control/inbox/notice/([^"]+)/">', read(client, f"{PAGE}?kind=notice&q={q}"))


def act(client: Client, row: Delivery, **said: str) -> str:
    """What the page says afterwards."""
    answer = client.post(f"{PAGE}notice/{row.pk}/", said, follow=True)
    assert answer.status_code == 200
    [told] = re.findall(r'<li class="(?:success|warning)">(.*?)</li>', html.unescape(answer.content.decode()))
    return str(told)


def dealt_with(state: str) -> str:
    return f"Nothing was done: it was dealt with before. It is now: {state.rstrip('.')}."


def opened() -> list[tuple[str, str, int]]:
    return list(Alert.objects.filter(cleared_at=None).order_by("pk").values_list("kind", "subject", "count"))


def text(family: Recipient) -> None:
    carrying.send_due(family.event_id, Texts())


def failed(family: Recipient, **said: Any) -> Delivery:
    """A text message that the gateway refused. Without its alert."""
    row = due_by("sms", family, **said)
    answered = {"status": 400, "error": "The gateway answered 400 (21211).", "attempts": 1}
    Delivery.objects.filter(pk=row.pk).update(state=State.FAILED_PERM, **answered)
    return became(row)


# What becomes a letter

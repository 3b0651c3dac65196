"""A browser that hears of the games, as its page has it."""

import json
import re
from typing import Any

from django.test import Client

from eventsync.schedule.models import Event
from notifications.joining.recipients import recipient_of
from notifications.models import Recipient
from tests.notifications.push_service import Browser

MESSAGES = "/schedule/games/mine/messages/"


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', html))


def join(client: Client, **said: Any) -> Recipient:
    """Presses the button, with these answers."""
    html = client.get(f"{MESSAGES}?lang=en").content.decode()
    answer = client.post(f"{MESSAGES}?lang=en", hidden(html) | said)
    assert (answer.status_code, answer["Location"]) == (303, f"{MESSAGES}?lang=en")
    recipient = recipient_of(Event.objects.get(slug="games"), client.cookies["messages"].value)
    assert recipient is not None
    return recipient


def subscription(browser: Browser) -> dict[str, Any]:
    return {"endpoint": browser.endpoint, "expirationTime": None, "keys": browser.keys}


def tell(client: Client, said: Any) -> Any:
    """As the page's script does it."""
    return client.post(f"{MESSAGES}browser/?lang=en", json.dumps(said), content_type="application/json")

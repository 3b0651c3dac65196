"""Somebody types in a number, gets a code, and answers a notice by the address in its text message: on a small phone,
in both themes, from right to left, and by the keyboard."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pictures import SCHEMES
from tests.e2e.screenshots import PHONE
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.notifications.sms_gateway import SmsGateway, texting

pytestmark = pytest.mark.long

NUMBER = "+358401234567"
MESSAGES = "/schedule/demo/mine/messages/"
RUN = "from eventsync.jobs import queue; queue.run()"
STORM = """
from datetime import timedelta
from django.utils import timezone
from eventsync.schedule.models import Event
from notifications.models import Notice, Recipient
from notifications.plan import telling
from eventsync.jobs import queue
now = timezone.now()
texts = {"en": {"title": "Please go inside", "body": "A storm is near. Go into the nearest house now."}}
times = {"made_at": now, "expires_at": now + timedelta(hours=1)}
event = Event.objects.get()
notice = Notice.objects.create(event=event, kind="hand", importance="critical", key="storm", texts=texts, **times)
telling.plan(notice, list(Recipient.objects.all()), now=now)
queue.run()
"""


@dataclass
class Texting(Server):
    """Text messages go to a gateway on this machine."""

    gateway: str = ""

    @property
    def environment(self) -> dict[str, str]:
        sms = {"EVENTSYNC_SMS": "http", "EVENTSYNC_SMS_URL": self.gateway, "EVENTSYNC_SMS_PRIVATE": "1"}
        return super().environment | sms

    def do(self, script: str) -> None:
        self.manage("shell", "-v", "0", "--no-imports", "-c", script)


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with texting() as gateway:
        yield gateway


@pytest.fixture
def games(tmp_path: Path, migrated: Path, gateway: SmsGateway) -> Iterator[Texting]:
    server = Texting(tmp_path, gateway=gateway.origin)
    shutil.copy(migrated, server.database)
    server.manage("demo", "--people", "5", "--no-invite")
    with server:
        yield server


def faults(page: Page) -> list[str]:
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {each}" for each in axe(page, "color-contrast-enhanced")]
    return found + [f"sideways: {each}" for each in sideways(page, except_in=".skip")]


def ask(page: Page, number: str) -> None:
    """By the keyboard alone."""
    page.get_by_label("Phone number, with the country").fill(number)
    page.keyboard.press("Enter")


def test_somebody_is_reached_by_text_message_and_says_that_they_read_it(
    games: Texting, gateway: SmsGateway, new_phone: Callable[..., Phone]
) -> None:
    page = new_phone(viewport=PHONE).page
    page.goto(f"{games.url}{MESSAGES}?lang=en")
    page.get_by_role("button", name="Yes, tell me").click()
    ask(page, "040 123 4567")
    expect(page.get_by_text("This is no phone number with a country.")).to_be_visible()
    field = page.get_by_label("Phone number, with the country")
    expect(field).to_have_value("040 123 4567")
    assert faults(page) == []

    ask(page, "+358 40 123 4567")
    expect(page.get_by_text("A code is on its way to …67.")).to_be_visible()
    assert faults(page) == []
    games.do(RUN)
    [text] = gateway.taken[NUMBER]
    code = re.findall(r"\b\d{6}\b", text)[0]
    page.get_by_label("The code").fill(f"{(int(code) + 1) % 10**6:06}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is not the code. Please look again.")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("The code").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_text("We write to …67.")).to_be_visible()
    page.goto(f"{games.url}{MESSAGES}?lang=ar")
    assert faults(page) == []

    games.do(STORM)
    [address] = re.findall(r"/m/\S+", gateway.taken[NUMBER][-1])
    elsewhere = new_phone(viewport=PHONE).page
    elsewhere.goto(games.url + address)
    expect(elsewhere.get_by_role("heading", name="Please go inside")).to_be_visible()
    assert faults(elsewhere) == []
    elsewhere.get_by_role("button", name="I have read this").click()
    expect(elsewhere.get_by_text("You have read this.")).to_be_visible()
    page.goto(f"{games.url}{MESSAGES}?lang=en")
    expect(page.get_by_text("You have read this.")).to_be_visible()

    elsewhere.get_by_role("link", name="Stop text messages").click()
    assert faults(elsewhere) == []
    elsewhere.get_by_role("button", name="Yes, stop").click()
    expect(elsewhere.get_by_text("We do not write there any more.")).to_be_visible()
    assert faults(elsewhere) == []
    page.reload()
    expect(page.get_by_label("Phone number, with the country")).to_be_visible()

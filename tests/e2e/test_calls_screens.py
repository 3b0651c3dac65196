"""Calls are made on a phone, by somebody in a hurry: nothing is too wide, small or pale, and the number dials."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pictures import SCHEMES
from tests.e2e.screenshots import PASSWORD, PHONE, USER, sign_in
from tests.e2e.stage import Phone, Server, axe, sideways

pytestmark = pytest.mark.long

NUMBER = "+358401234567"
MAKE = f"""
from datetime import timedelta
from django.utils import timezone
from eventsync.schedule.models import Event
from notifications.models import CallTask, Notice, Recipient
now = timezone.now()
event = Event.objects.get()
said = {{"en": {{"title": "Please go inside", "body": "A storm is near. Go into the nearest house now."}},
        "ar": {{"title": "ادخلوا من فضلكم", "body": "العاصفة قريبة. ادخلوا أقرب بيت الآن."}}}}
times = {{"made_at": now, "expires_at": now + timedelta(hours=1)}}
notice = Notice.objects.create(event=event, kind="hand", importance="critical", key="storm", texts=said, **times)
for minutes, language in ((2, "ar"), (1, "en")):
    whom = Recipient.objects.create(event=event, language=language, phone="{NUMBER}")
    due = now - timedelta(minutes=minutes)
    CallTask.objects.create(notice=notice, recipient=whom, due_at=due, made_at=now, changed_at=now)
"""


def faults(page: Page) -> list[str]:
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {each}" for each in axe(page)]
    return found + [f"sideways: {each}" for each in sideways(page, except_in=".visually-hidden")]


def test_somebody_is_called_on_a_phone(
    server: Server, new_phone: Callable[..., Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.manage("demo", "--people", "5", "--no-invite")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    server.manage("createsuperuser", "--noinput", "--username", USER, "--email", "")
    server.manage("shell", "--no-imports", "--command", MAKE)
    page = new_phone(viewport=PHONE).page
    sign_in(page, server)
    page.goto(f"{server.url}/admin/")
    page.get_by_role("link", name="2 calls to make").click()
    assert faults(page) == []
    page.get_by_role("link", name="number 1 of this list").click()
    expect(page.get_by_text("ادخلوا من فضلكم")).to_be_visible()
    expect(page.get_by_text(NUMBER)).to_have_count(0)
    assert faults(page) == []
    page.get_by_role("button", name="Show the number").click()
    expect(page.get_by_role("link", name=NUMBER)).to_have_attribute("href", f"tel:{NUMBER}")
    assert faults(page) == []
    page.get_by_role("button", name="They know now").click()
    expect(page.get_by_text("Noted: they know now.")).to_be_visible()
    expect(page.get_by_role("link", name="Call about")).to_have_count(1)

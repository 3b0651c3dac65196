"""The way through the control room that pictures are taken along, one event's morning behind it."""

import json
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.e2e.noticed import OURS
from tests.e2e.stage import Server

CONTROL_TITLES = {
    "control-health": "Health, at a glance",
    "control-inbox": "The inbox of dead letters",
    "control-letter": "One of them: what failed, what to do, what it is about",
    "control-trace": "One record, every step of its way",
    "control-calls": "Calls to make: whom nothing else reached",
    "control-call": "One call: what to say, in their language and yours, and what came of it",
    "control-alerts": "Alerts on this phone: what comes, before one asks for it",
    "control-alerts-on": "Alerts on this phone, begun: a test, and one button to stop",
}
# Three imports for which there was no room, as a worker would have left them, and the alert of them.
_FAIL = """
import uuid
from django.utils import timezone
from eventsync.jobs.alerts import alert
from eventsync.jobs.models import Attempt, Job
from eventsync.jobs.rules import Partition
from eventsync.schedule.models import Venue
now, venue = timezone.now(), Venue.objects.first()
error = "OSError: no room left on the disk"
for number in range(3):
    job = Job.objects.create(task="checkin.import_roster", subject=uuid.uuid4(), event_id=venue.event_id,
        partition=str(venue.event_id), state="dead", error=error, attempts=1, finished_at=now)
    Attempt.objects.create(job=job, number=1, worker="host:7", began_at=now, ended_at=now, error=error)
    alert(kind="dead_letter", subject=job.task, now=now, of=Partition(venue.event_id),
        message="A roster could not be imported: no room left on the disk.")
"""

# A storm, of which two families did not say within a quarter of an hour that they read it.
_CALLS = """
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.utils import timezone
from eventsync.schedule.models import Event
from notifications.ladder import climbing
from notifications.models import CallTask, Notice, Recipient
from notifications.plan import telling
event, now = Event.objects.get(slug="demo"), timezone.now() - timedelta(minutes=16)
texts = {
    "en": {"title": "A storm is coming", "body": "Please go into the hall now. Stay there until we say more."},
    "fi": {"title": "Myrsky on tulossa", "body": "Mene halliin nyt. Odota siellä, kunnes kerromme lisää."},
    "ar": {"title": "عاصفة قادمة", "body": "اذهبوا إلى القاعة الآن. ابقوا هناك حتى نخبركم بالمزيد."},
}
notice = Notice.objects.create(event=event, kind="hand", importance="critical", texts=texts, key="storm", made_at=now,
    expires_at=now + timedelta(hours=2))
people = [Recipient.objects.create(event=event, language=language, phone=f"+35840123456{number}")
    for number, language in enumerate(("ar", "fi"))]
telling.plan(notice, people, now=now)
climbing.climb(notice.pk, now=now + timedelta(minutes=15))
CallTask.objects.filter(recipient=people[0]).update(owner=get_user_model().objects.first())
"""
# Pushes can come to a browser here only from a service of our own, and nothing is sent: an address is enough.
_BROWSER = {
    "endpoint": "https://push.example/1",
    "keys": {
        "p256dh": "BEl62iUYgUivxIkv69yViEuiBIa-Ib9-SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3qBUYIHBQFLXYp5Nksh8U",
        "auth": "8eDyX_uCN0XRhbSY5hs7Hg",
    },
}


def control_pages(page: Page, server: Server) -> Iterator[str]:
    """Yields the name of each of CONTROL_TITLES while it is shown, to somebody who is signed in and may see all."""
    server.manage("shell", "--no-imports", "--command", _FAIL)
    page.goto(f"{server.url}/control/health/")
    expect(page.get_by_role("heading", name="Workers")).to_be_visible()
    yield "control-health"
    page.goto(f"{server.url}/control/inbox/")
    yield "control-inbox"
    page.locator("main a[href*='/control/inbox/']").first.click()
    expect(page.get_by_role("button", name="Replay").first).to_be_visible()
    yield "control-letter"
    page.goto(f"{server.url}/control/trace/?id={next(iter(server.operations()))}")
    yield "control-trace"
    yield from _calls(page, server)
    yield from _alerts(page, server)


def _calls(page: Page, server: Server) -> Iterator[str]:
    server.manage("shell", "--no-imports", "--command", _CALLS)
    page.goto(f"{server.url}/admin/notifications/calltask/calls/")
    expect(page.get_by_role("link", name="Call about A storm is coming")).to_have_count(2)
    yield "control-calls"
    page.get_by_role("link", name="Call about A storm is coming").first.click()
    page.get_by_role("button", name="Show the number").click()
    expect(page.get_by_role("button", name="They know now")).to_be_visible()
    yield "control-call"


def _alerts(page: Page, server: Server) -> Iterator[str]:
    page.goto(f"{server.url}/control/phone/")
    expect(page.get_by_role("button", name="Show alerts here")).to_be_visible()
    yield "control-alerts"
    page.context.grant_permissions(["notifications"])
    page.add_init_script(f"({OURS})({json.dumps(_BROWSER)})")
    page.get_by_role("button", name="Show alerts here").click()
    page.get_by_role("button", name="Let it show messages").click()
    expect(page.get_by_role("button", name="Send a test")).to_be_visible()
    yield "control-alerts-on"

"""The way through the control room that pictures are taken along, one event's morning behind it."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.e2e.stage import Server

CONTROL_TITLES = {
    "control-health": "Health, at a glance",
    "control-inbox": "The inbox of dead letters",
    "control-letter": "One of them: what failed, what to do, what it is about",
    "control-trace": "One record, every step of its way",
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

"""The inbox of dead letters on a computer and on a phone, without scripts, with a keyboard, in light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looks import THEMES
from tests.e2e.screenshots import DESK, PHONE
from tests.e2e.stage import Phone, Server, axe, sideways
from tests.e2e.test_seeing import sign_in

pytestmark = pytest.mark.long

FAIL = """
import uuid
from django.utils import timezone
from eventsync.jobs.models import Attempt, Job
from eventsync.schedule.models import Venue
now, venue = timezone.now(), Venue.objects.first()
for number in range(3):
    job = Job.objects.create(task="checkin.import_roster", subject=uuid.uuid4(), partition=str(venue.pk), state="dead",
        error="OSError: " + "no room left on the disk " * 20 + "x" * 200, attempts=1, finished_at=now)
    Attempt.objects.create(job=job, number=1, worker="host:7", began_at=now, ended_at=now, error=job.error)
"""

MISCOUNT = """
import uuid
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from eventsync.jobs.models import Job
from eventsync.jobs.publishing import publish
from eventsync.sync.events import OperationsQuarantined
User.objects.create_superuser("berit", password="for pictures only")
with transaction.atomic():
    [row] = publish(OperationsQuarantined(operations=tuple(str(uuid.UUID(int=number)) for number in range(20))))
Job.objects.filter(subject=row.pk).update(state="dead", error="ValueError: no such record", finished_at=timezone.now())
"""


def looked_at(page: Page, name: str) -> list[str]:
    """What is wrong with a page on a computer and on a phone, in light and dark."""
    found = []
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            found += [f"{name} {size['width']} {theme}: {each}" for each in axe(page)]
        found += [f"{name} {size['width']} cut: {each}" for each in sideways(page)]
    return found


def test_dead_letters_are_found_read_replayed_and_discarded(staffed: Server, new_phone: Callable[..., Phone]) -> None:
    staffed.manage("shell", "--no-imports", "-c", FAIL)
    page = new_phone(viewport=PHONE).page
    sign_in(page, staffed, "/control/health/")
    page.get_by_role("link", name="See more of Failed").click()
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="A roster file was not brought in")).to_have_count(3)
    faults = looked_at(page, "list")
    main.get_by_role("link", name="A roster file was not brought in").first.click()
    expect(page.get_by_text("Try 1 on host:7")).to_be_visible()
    faults += looked_at(page, "letter")
    page.get_by_label("Why nothing is to be done").fill("The games are over.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is now: Cancelled.")).to_be_visible()
    faults += looked_at(page, "discarded")
    page.get_by_role("link", name="Inbox").last.click()
    page.get_by_label("Choose 1").check()
    page.get_by_label("Choose 2").check()
    page.get_by_role("button", name="Replay those that I chose").click()
    expect(page.get_by_text("2 would be replayed:")).to_be_visible()
    faults += looked_at(page, "preview")
    page.get_by_role("button", name="Replay them").click()
    expect(page.get_by_text("Running.")).to_be_visible()
    faults += looked_at(page, "running")
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    assert faults == []


def test_it_works_without_scripts(staffed: Server, new_phone: Callable[..., Phone]) -> None:
    staffed.manage("shell", "--no-imports", "-c", FAIL)
    page = new_phone(viewport=PHONE, java_script_enabled=False).page
    sign_in(page, staffed, "/control/inbox/")
    page.get_by_label("Words of what failed").fill("no room")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Replay all that are listed").click()
    page.get_by_role("button", name="Replay them").click()
    expect(page.get_by_text("Running.")).to_be_visible()
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1
    page.goto(f"{staffed.url}/control/inbox/")
    page.get_by_role("link", name="A roster file was not brought in").first.click()
    page.get_by_role("button", name="Replay it").click()
    expect(page.get_by_text("It is owed again, under the same id.", exact=True)).to_be_visible()


def test_another_payload_is_proposed_and_another_person_agrees(
    staffed: Server, new_phone: Callable[..., Phone]
) -> None:
    staffed.manage("shell", "--no-imports", "-c", MISCOUNT)
    page, other = new_phone(viewport=PHONE).page, new_phone(viewport=PHONE).page
    sign_in(page, staffed, "/control/inbox/")
    page.get_by_role("link", name="Records were kept aside, and no alert says so").click()
    page.get_by_role("link", name="Propose a correction").click()
    payload, reason = page.get_by_label("What it should be"), page.get_by_label("Why it should be this")
    typed = payload.input_value().replace("-000000000013", "-0000000000ff")
    reason.fill("Its number was read wrongly.")
    payload.fill("{" + typed)
    page.get_by_role("button", name="See what would be other").click()
    expect(payload).to_have_attribute("aria-invalid", "true")
    expect(payload).to_have_value("{" + typed)
    faults = looked_at(page, "refused")
    page.get_by_role("link", name="What it should be").click()
    expect(payload).to_be_focused()
    payload.fill(typed)
    page.get_by_role("button", name="See what would be other").click()
    expect(page.get_by_role("listitem").filter(has_text="Goes:")).to_have_count(1)
    faults += looked_at(page, "seen")
    page.get_by_role("button", name="Ask another person").click()
    expect(page.get_by_text("You asked for this yourself")).to_be_visible()
    faults += looked_at(page, "own")
    sign_in(other, staffed, page.url.removeprefix(staffed.url), user="berit")
    faults += looked_at(other, "asked")
    other.get_by_role("button", name="Approve").click()
    expect(other.get_by_text("It is now: Approved, by berit.")).to_be_visible()
    faults += looked_at(other, "agreed")
    page.get_by_role("link", name="The job, with all that was tried").click()
    expect(page.get_by_text("Approved, by berit")).to_be_visible()
    faults += looked_at(page, "letter")
    assert faults == []

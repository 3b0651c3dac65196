"""One id, from the number that a phone shows to what another system got: all places where it stands, in order."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.screenshots import DESK, PASSWORD, USER
from tests.e2e.stage import PATIENCE, ROOT, Phone, Server, axe, sideways
from tests.e2e.test_seeing import sign_in
from tests.jobs.receiver import listening

PREPARE = f"""
from django.contrib.auth.models import User
from eventsync.jobs.models import Webhook
User.objects.create_superuser({USER!r}, password={PASSWORD!r})
Webhook.objects.create(name="Transport", url="ADDRESS", names=["people_arrived"])
"""


@contextmanager
def working(server: Server) -> Iterator[Path]:
    """A real worker for its jobs, which may send to loopback; the file that it writes its log to."""
    log = server.folder / "worker.log"
    with log.open("wb") as file:
        environment = server.environment | {"EVENTSYNC_WEBHOOKS_PRIVATE": "1"}
        command = [sys.executable, "manage.py", "worker"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    try:
        yield log
    finally:
        process.terminate()
        process.wait(PATIENCE)


def rows(server: Server, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(server.database, timeout=PATIENCE)) as database:
        return database.execute(sql).fetchall()


def about(log: Path, number: str) -> list[dict[str, Any]]:
    """The lines of a process's log that bear the number."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("correlation") == number]


def shown_number(page: Page) -> str:
    """What the phone says of the only record that it sent."""
    page.get_by_role("link", name="Sent and waiting").click()
    row = page.get_by_role("main").get_by_role("listitem")
    row.get_by_text("Number of this record").click()
    return row.locator("code").inner_text()


@pytest.mark.long
def test_one_id_is_on_the_phone_in_the_operation_the_job_the_webhook_and_every_log(
    server: Server, at_door: Callable[..., Phone], new_phone: Callable[..., Phone], new: list[dict[str, str]]
) -> None:
    with listening() as transport:
        server.manage("shell", "--no-imports", "-c", PREPARE.replace("ADDRESS", transport.url))
        with working(server) as log:
            phone = at_door()
            phone.check_in(new[0])
            phone.next()
            phone.shows(present=1, pending=0)
            deadline = time.monotonic() + PATIENCE
            while rows(server, "SELECT state FROM jobs_job WHERE task = 'webhooks.send'") != [("done",)]:
                assert time.monotonic() < deadline, log.read_text()[-3000:]
                time.sleep(0.1)
        [(headers, body)] = transport.heard

    number = shown_number(phone.page)
    assert (axe(phone.page, "color-contrast-enhanced"), sideways(phone.page)) == ([], [])
    stored = UUID(number).hex
    assert rows(server, "SELECT id FROM sync_operation") == [(stored,)]
    assert rows(server, f"SELECT name FROM jobs_domainevent WHERE correlation = '{stored}'") == [("people_arrived",)]
    assert rows(server, f"SELECT task FROM jobs_job WHERE correlation = '{stored}'") == [("webhooks.send",)]
    assert (headers["traceparent"].split("-")[1], json.loads(body)["correlationid"]) == (stored, number)
    web, worker = about(server.folder / "daphne.log", number), about(log, number)
    assert sorted(line["event"] for line in web) == ["job.owed", "poke.said", "push.applied", "request"]
    assert [line["event"] for line in worker] == ["job.claimed", "webhook.sent", "job.done"]
    assert worker[1]["sending"] == headers["webhook-id"]

    desk = new_phone(viewport=DESK).page
    sign_in(desk, server, "/control/trace/")
    desk.get_by_label("The id of a record").fill(number)
    desk.get_by_role("button", name="Show every step").click()
    steps = desk.get_by_role("main").get_by_role("list").get_by_role("listitem")
    expect(steps).to_have_count(9)
    said = steps.evaluate_all("found => found.map(each => each.querySelector('span').textContent)")
    assert [words.partition(" on ")[0] if "try 1" in words else words for words in said] == [
        "checkin.arrive was recorded on a phone.",
        "checkin.arrive arrived: accepted.",
        *[words for words in said if words.startswith("Visible in attendance:")],
        "people_arrived, version 1",
        "It is to go to Transport.",
        "webhooks.send is owed.",
        "webhooks.send, try 1 begins",
        "Transport took it: 200.",
        "webhooks.send: Done.",
    ]

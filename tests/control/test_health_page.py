"""/control/health/, as the staff see it, without scripts."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from eventsync.access.ranks import Rank
from eventsync.control import sampling
from eventsync.control.plots import plot
from eventsync.jobs.alerts import acknowledge, alert, silence
from eventsync.jobs.models import Alert, Job, Worker
from eventsync.schedule.models import Event
from tests.cast import NOON, Games, Phone
from tests.desk import alice, bob, charlie, staff

PAGE = "/control/health/"
MINUTE = timedelta(minutes=1)


def page(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def shown(client: Client) -> list[tuple[str, str]]:
    """Each card's title and level, in order."""
    return re.findall(r"<li class=\"level-\d\"> <h2>(.*?)</h2> <p class=\"level\">.*?</span> (.*?)</p>", page(client))


def work() -> None:
    Worker.objects.create(name="here:1", started_at=timezone.now(), heard_at=timezone.now())


def test_all_is_well_is_said_first(games: Games, phone: Phone) -> None:
    work()
    phone.push(phone.arrive(games.people[0]), pending=0)
    found = page(alice())
    assert "<strong>All is well.</strong>" in found
    assert "1 of 1 phone heard from" in found
    assert "100.00% of all records. The aim is 99.9%." in found


def test_what_asks_for_somebody_comes_first(db: None) -> None:
    Job.objects.create(task="send", subject=uuid4(), state="dead", finished_at=timezone.now())
    assert [title for title, level in shown(alice()) if level != "Well"] == ["Workers", "Failed"]


def test_alerts_are_grouped_by_kind_and_lead_to_what_to_do(db: None) -> None:
    now = timezone.now()
    for subject in ("send", "tidy", "quiet"):
        alert(kind="dead_letter", subject=subject, message=f"A job has failed for good: {subject}.", now=now)
    rows = {row.subject: row.pk for row in Alert.objects.all()}
    silence(alert_id=rows["quiet"], by="alice", now=now, span=60 * MINUTE)
    acknowledge(alert_id=rows["tidy"], by="alice", now=now)
    Alert.objects.filter(pk=rows["tidy"]).update(last_at=now + MINUTE)
    found = page(alice())
    assert re.findall(r"<li><p><strong>(.*?)</strong></p>", found) == ["A job has failed for good: tidy."]
    assert "And 1 more of this kind. Looked after by alice." in found
    assert 'href="/control/runbook/#dead_letter"' in found
    assert "1 alert silenced for a while." in found


def test_links_lead_only_where_the_reader_may_go(games: Games) -> None:
    assert page(alice()).count("See more<") == 5
    assert page(staff("vera", Rank.VIEWER, games.event)).count("See more<") == 2
    assert page(bob("control.view_health")).count("See more<") == 0


def test_it_is_for_staff_with_a_role_and_only_to_be_read(games: Games) -> None:
    viewer = staff("vera", Rank.VIEWER, games.event)
    assert [client.get(PAGE).status_code for client in (viewer, charlie(), Client())] == [200, 403, 302]
    assert viewer.post(PAGE).status_code == 405


def test_it_takes_as_many_queries_for_a_thousand_jobs_as_for_one(games: Games, phone: Phone) -> None:
    client, counts = alice(), []
    page(client)  # what is counted once a minute
    for count in (1, 1000):
        Job.objects.bulk_create([Job(task=f"t{n % 7}", subject=uuid4(), partition=f"{n % 5}") for n in range(count)])
        with CaptureQueriesContext(connection) as asked:
            page(client)
        counts.append(len(asked))
    assert counts[0] == counts[1] < 30


def test_plots_say_in_words_what_they_show(db: None, monkeypatch: Any) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    for minutes in (9, 8, 7):
        sampling.sample(now=now - minutes * MINUTE)
    Job.objects.bulk_create([Job(task="t", subject=uuid4(), due_at=now - 60 * MINUTE) for _ in range(4)])
    sampling.sample(now=now - 3 * MINUTE)
    found = page(alice())
    words = "In the last 2 hours between 0 and 4, now 4."
    assert found.count(f'role="img" aria-label="{words}"') == 1
    assert "style=" not in found.split('id="live"')[1].split("</ul>")[0]  # our own policy forbids it


def test_a_plot_has_a_gap_where_nobody_looked() -> None:
    samples = [(NOON - minutes * MINUTE, float(minutes)) for minutes in (60, 59, 30, 29)]
    drawn = plot(samples, now=NOON, span=timedelta(hours=2))
    assert drawn is not None
    assert drawn.lines == ["120.0,2.0 122.0,2.6", "180.0,20.0 182.0,20.6"]
    assert plot(samples[:1], now=NOON, span=timedelta(hours=2)) is None


def test_times_are_those_of_the_events_that_its_reader_may_see(games: Games, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    owner, lead = alice(), staff("lea", Rank.LEAD, games.event)
    Event.objects.update(tz="Europe/Helsinki")
    there = "15:00:00 Europe/Helsinki</time>"
    for desk in (owner, lead):
        assert there in desk.get(PAGE).content.decode()
    far = {"tz": "Asia/Tokyo", "first_day": NOON.date(), "last_day": NOON.date()}
    Event.objects.create(slug="far", name="Far", **far)
    assert "12:00:00 UTC</time>" in owner.get(PAGE).content.decode()
    assert there in lead.get(PAGE).content.decode()
    Event.objects.filter(slug="far").update(first_day=date(2199, 1, 1), last_day=date(2199, 1, 1))  # not now
    assert there in owner.get(PAGE).content.decode()

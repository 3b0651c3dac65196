"""A plan of very many activities: pages stay light, and after a release only what changed is read."""

import re
import uuid

import pytest
from django.urls import reverse

from eventsync.schedule.models import Activity, Release, Revision
from eventsync.schedule.pages import rules
from eventsync.schedule.pages.cards import shelf
from eventsync.schedule.pages.releases import plans
from eventsync.schedule.plan import queries
from tests.cast import NOON
from tests.schedule.pages.reading import SATURDAY, change, part, read, text
from tests.schedule.plan.plans import HOUR, release

DETAILS = re.compile(r"<details[^>]*>.*?</details>", re.DOTALL)


@pytest.fixture
def outlined(day):
    """The relay is explained on one page."""
    Activity.objects.filter(pk=day.relay.pk).update(outline="Four people run.\nEach has a stick.")
    release(day.event)
    shelf.clear()
    return day


@pytest.fixture
def long(outlined, monkeypatch):
    """So is so much else that no page of a day has room for it."""
    monkeypatch.setattr(rules, "MOST_OUTLINES", 10)
    return outlined


def deck(day):
    return reverse("schedule-place", kwargs={"slug": "games", "place": day.deck.pk})


def test_outlines_are_folded_up_on_the_page_of_a_day(outlined, client):
    for page in (SATURDAY, deck(outlined)):
        found = DETAILS.findall(read(client, page).partition('<ol class="day">')[2])
        assert [each.partition(">")[0] for each in found] == ['<details class="extra"']
        assert text(found[0]) == "Read more Four people run. Each has a stick."


def test_outlines_of_a_long_plan_are_on_the_pages_of_places_and_days_lead_there(long, client):
    html = read(client, f"{SATURDAY}?lang=en").partition('<ol class="day">')[2]
    assert (DETAILS.findall(html), "Four people run" in html) == ([], False)
    assert [text(each) for each in re.findall(r'<p class="extra screen">.*?</p>', html)] == ["Read more: Relay"]
    (link,) = re.findall(r'<p class="extra screen"><a class="button" href="(.+?)"', html)
    page, _, anchor = link.partition("#")
    assert page == f"{deck(long)}?lang=en"
    there = read(client, page)
    (item,) = re.findall(rf'<li id="{anchor}">.+?</li>', there, re.DOTALL)
    (outline,) = DETAILS.findall(item)
    assert outline.startswith('<details class="extra" open>')
    assert text(outline) == "Read more Four people run. Each has a stick."


def test_part_of_a_long_plan_has_room_for_its_outlines(outlined, client, monkeypatch):
    """As that of a family has."""
    longest = max(len(each.outline) for each in Activity.objects.all())
    monkeypatch.setattr(rules, "MOST_OUTLINES", longest)
    assert "Four people run" in read(client, SATURDAY)


def test_places_of_activities_on_pages_are_all_different():
    anchors = {rules.anchor(str(uuid.UUID(int=number))) for number in range(5_000)}
    assert len(anchors) == 5_000
    assert {len(each) for each in anchors} == {12}


def test_next_release_is_what_it_changed_of_the_last_one(day, client, monkeypatch):
    plans.clear()
    read(client, SATURDAY)
    monkeypatch.setattr(queries, "current", None)  # all of the plan is read no more
    change(day)
    Activity.objects.filter(pk=day.swim.pk).delete()
    release(day.event, now=NOON)
    monkeypatch.undo()
    last = queries.last_release(day.event)
    assert last is not None
    assert plans.of(day.event, last) == queries.current(day.event)
    assert {told.status for told in plans.of(day.event, last).activities.values()} == {"cancelled", "moved", "planned"}


def test_next_release_says_so_on_the_page_of_a_process_that_knew_the_last_one(day, client):
    read(client, SATURDAY)
    change(day)
    assert part(read(client, SATURDAY), "day").count("Cancelled") == 1
    assert "Dance" in part(read(client, SATURDAY), "day")


def test_plan_of_a_restored_database_is_read_anew(day):
    """What was released meanwhile is not there any more, and another release has its number."""
    change(day)
    lost = Release.objects.get(number=2)
    plans.of(day.event, lost)
    Revision.objects.filter(release=lost).delete()
    for revision in Revision.objects.filter(number=1):
        Revision.objects.filter(pk=revision.pk).update(latest=True)
    lost.delete()
    release(day.event, now=NOON + HOUR)
    Activity.objects.filter(pk=day.party.pk).update(title="Ball")
    release(day.event, now=NOON + HOUR)
    last = queries.last_release(day.event)
    assert last is not None
    assert last.number == 3
    assert plans.of(day.event, last) == queries.current(day.event)

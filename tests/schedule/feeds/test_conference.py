"""The plan for conference software: as its schemas want it, with everything that became of the activities."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import jsonschema
import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from eventsync.schedule.models import Activity, Event, Place
from eventsync.schedule.pages.releases import plans
from eventsync.schedule.pages.rules import anchor
from tests.cast import NOON, Games
from tests.schedule.feeds.published import json_faults, xml_faults
from tests.schedule.feeds.weekend import FRIDAY, HOUR
from tests.schedule.plan.plans import make_day, release

XML, JSON = "/schedule/weekend/schedule.xml", "/schedule/weekend/schedule.json"
SCHEMAS = os.environ.get("SCHEDULE_SCHEMAS", "")
TEXTS = ("title", "start", "duration", "room", "track", "subtitle")


def fetch(client: Client, address: str, kind: str) -> bytes:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    return bytes(answer.content)


def xml(client: Client, address: str = XML) -> bytes:
    return fetch(client, address, "application/xml")


def json(client: Client, address: str = JSON) -> Any:
    return orjson.loads(fetch(client, address, "application/json"))


def faults(client: Client, slug: str) -> list[str]:
    """What is not as c3voc publishes it; by its own schemas, too, where they are at hand."""
    plan = ET.fromstring(xml(client, f"/schedule/{slug}/schedule.xml"))
    own = [*xml_faults(plan), *json_faults(json(client, f"/schedule/{slug}/schedule.json"))]
    return [*own, *(_by_schemas(client, slug) if SCHEMAS else ())]


def _by_schemas(client: Client, slug: str) -> list[str]:
    schema = etree.XMLSchema(etree.parse(Path(SCHEMAS) / "schedule.xml.xsd"))
    schema.validate(etree.fromstring(xml(client, f"/schedule/{slug}/schedule.xml")))
    rules = orjson.loads((Path(SCHEMAS) / "c3voc-schedule.schema.json").read_bytes())
    checked = jsonschema.Draft6Validator(rules, format_checker=jsonschema.FormatChecker())
    wrong = checked.iter_errors(json(client, f"/schedule/{slug}/schedule.json"))
    return [str(each) for each in schema.error_log] + [each.message for each in wrong]


EXPECTED = [
    ("Breakfast", "12:00", "01:00", "Stage (Main hall)", "", ""),
    ("Swim", "15:30", "00:50", "Stage (Main hall)", "Finland, Oslo, Norway", "The bus is late."),
    ("Relay", "18:00", "01:00", "Stage (Lawn)", "", ""),
    ("Please wait: Games", "19:00", "01:00", "Stage (Lawn)", "", "It rains."),
    ("Cancelled: Party", "22:00", "01:00", "Stage (Lawn)", "", "You can watch a film."),
    ("Night walk", "03:00", "01:00", "Stage (Main hall)", "", ""),
    ("Late talk", "03:00", "01:00", "Stage (Main hall)", "", ""),
]


def test_xml_has_days_rooms_and_in_them_what_became_of_each(weekend, client):
    root = ET.fromstring(xml(client, f"{XML}?lang=en"))
    days = [(day.get("index"), day.get("date"), day.get("start")) for day in root.iter("day")]
    assert days == [("1", "2026-10-24", "2026-10-24T00:00:00+03:00"), ("2", "2026-10-25", "2026-10-25T00:00:00+03:00")]
    assert root.findtext("version") == "3"
    assert root.findtext("conference/acronym") == "weekend"
    assert [each.get("name") for each in root.iter("room") if each.get("name")] == [
        "Stage (Main hall)",
        "Stage (Lawn)",
    ] * 2
    found = sorted(root.iter("event"), key=lambda each: each.findtext("date") or "")
    told = [tuple(each.findtext(name) or "" for name in TEXTS) for each in found]
    assert sorted(told) == sorted(EXPECTED)
    swim = next(each for each in found if each.findtext("title") == "Swim")
    assert swim.get("guid") == str(UUID(int=11))
    assert [each.text for each in swim.iter("person")] == ["Finland", "Oslo, Norway"]
    assert (
        swim.findtext("url")
        == f"https://games.example/schedule/weekend/2026-10-24/?lang=en#{anchor(str(UUID(int=11)))}"
    )
    assert [each.findtext("date") for each in found][-2:] == ["2026-10-25T03:00:00+02:00", "2026-10-25T03:00:00+03:00"]


def test_json_says_the_same(weekend, client):
    told = json(client, f"{JSON}?lang=en")["schedule"]["conference"]
    events = [event for day in told["days"] for room in day["rooms"].values() for event in room]
    assert sorted(tuple(each[name] for name in TEXTS) for each in events) == sorted(EXPECTED)
    assert {room["name"]: room["guid"] for room in told["rooms"]} == {
        "Stage (Main hall)": str(UUID(int=4)),
        "Stage (Lawn)": str(UUID(int=5)),
    }
    assert (told["daysCount"], told["time_zone_name"], told["tracks"]) == (
        2, "Europe/Helsinki", [{"name": "Finland, Oslo, Norway"}],
    )  # fmt: skip
    breakfast = next(each for each in events if each["title"] == "Breakfast")
    assert breakfast["end"] == "2026-10-24T13:00:00+03:00"
    assert breakfast["abstract"] == "There is bread, fruit & tea; <porridge> too."


def test_guids_and_numbers_stay_whatever_is_told_next(weekend, client):
    def ids() -> dict[str, tuple[str | None, str | None]]:
        found = ET.fromstring(xml(client)).iter("event")
        return {(each.findtext("title") or "").split(": ")[-1]: (each.get("guid"), each.get("id")) for each in found}

    before = ids()
    Activity.objects.filter(pk=UUID(int=16)).delete()
    Activity.objects.filter(pk=UUID(int=10)).update(place=UUID(int=5))
    release(weekend, now=FRIDAY + 26 * HOUR)
    assert (ids(), len(set(before.values()))) == (before, 7)


@pytest.mark.parametrize("address", [XML, JSON, "/schedule/weekend/plan.json"])
def test_unchanged_plan_is_not_sent_again(weekend, client, address):
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(f"{address}?lang=fi", headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert client.post(address).status_code == 405
    assert client.get(address.replace("weekend", "none")).status_code == 404


def test_feeds_are_as_published(weekend, client):
    assert faults(client, "weekend") == []


@pytest.mark.parametrize(
    ("change", "to", "fault"),
    [
        ("<version>3</version>", "", None),
        ("<acronym>weekend<", "<acronym>We<", "conference: acronym=We"),
        ("T03:00:00+02:00</date>", "T03:00:00</date>", "event: date=2026-10-25T03:00:00"),
        ("<type>", "<kind>", None),
        ('index="2"', 'index="1"', "index twice: 1"),
        ("</persons>", "<group/></persons>", None),
    ],
)
def test_what_is_not_as_published_is_found(weekend, client, change, to, fault):
    told = xml(client).decode()
    assert change in told
    text = told.replace(change, to).replace(change.replace("<", "</"), to.replace("<", "</"))
    found = xml_faults(ET.fromstring(text))
    assert (fault in found) if fault else found


def test_json_that_is_not_as_published_is_found(weekend, client):
    told = json(client)
    day = told["schedule"]["conference"]["days"][0]
    event = next(iter(day["rooms"].values()))[0]
    del day["index"], event["slug"]
    event |= {"date": "2026-10-24T12:00:00", "mood": "calm"}
    assert sorted(json_faults(told)) == [
        "day: index is missing", "event: date=2026-10-24T12:00:00", "event: mood=calm", "event: slug is missing",
    ]  # fmt: skip


def test_feeds_of_an_odd_event_are_as_published(games: Games, client: Client) -> None:
    """A short name of one letter, nothing released; then strange names, a week without an end, an unusual zone."""
    Event.objects.update(slug="x")
    games.event.refresh_from_db()
    assert faults(client, "x") == []
    Event.objects.update(tz="America/Argentina/Buenos_Aires", name="\x0bX & <Y>")
    day = make_day(games)
    Place.objects.create(venue=games.pool, name="Stage \x1f")
    Activity.objects.filter(pk=day.swim.pk).update(title="\x0b\ufffe]]>", end=NOON + timedelta(days=9))
    release(day.event)
    assert faults(client, "x") == []
    assert "Stage (Pool)" in json(client, "/schedule/x/schedule.json")["schedule"]["conference"]["days"][0]["rooms"]


def test_queries_for_a_thousand_activities(games, client):
    day = make_day(games)

    def queries() -> list[int]:
        release(day.event, now=NOON)
        plans.clear()
        counts = []
        for name in ("schedule.xml", "schedule.json", "plan.json"):
            with CaptureQueriesContext(connection) as caught:
                assert client.get(f"/schedule/games/{name}").status_code == 200
            counts.append(len(caught))
        return counts

    few = queries()
    Activity.objects.bulk_create(
        Activity(event=day.event, place=day.deck, title=f"Race {number}", start=NOON, end=NOON + HOUR)
        for number in range(997)
    )
    assert (few, queries()) == ([4, 2, 4], [4, 2, 4])
    numbers = [each.get("id") for each in ET.fromstring(xml(client, "/schedule/games/schedule.xml")).iter("event")]
    assert (len(numbers), len(set(numbers))) == (1000, 1000)

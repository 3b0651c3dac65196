"""Schedules of conference software become the draft: ours without a difference, others' as far as there are words."""

import os
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from eventsync.schedule.files.content import Content, FileError
from eventsync.schedule.files.reading import read_schedule
from eventsync.schedule.models import Activity, Event, Venue
from eventsync.schedule.plan import incoming
from tests.cast import NOON, Games
from tests.schedule.plan.plans import HOUR, make_day, release

SCHEMAS = os.environ.get("SCHEDULE_SCHEMAS", "")
FORMATS = ("schedule.xml", "schedule.json")
GUID = "8079583e-8321-506c-95af-fd2903a5f075"

OTHERS_XML = f"""<?xml version="1.0" encoding="iso-8859-1"?>
<schedule><generator name="pretalx"/><version>1</version><conference><title>Congress</title></conference>
<day index="1" date="2026-07-04" start="2026-07-04T04:00:00+03:00" end="2026-07-05T03:59:00+03:00">
<room name="Säle">
<event guid="{GUID}" id="25">
<date>2026-07-04T12:00:00+03:00</date><start>12:00</start><duration>01:30</duration><title>Tän &amp; so</title>
<subtitle>In  short.</subtitle><abstract>What it is.</abstract><description><![CDATA[More <b>of</b> it.]]></description>
<track>Science</track><language>de</language><persons><person id="1">Ada</person></persons>
<links><link href="https://x.example"><title>Not ours</title></link></links>
</event>
<event id="26"><start>1:00</start><duration>0:45:00</duration><title>{"Long " * 20}</title></event>
</room></day></schedule>""".encode("iso-8859-1")

OTHERS_JSON = f"""\ufeff{{"schedule": {{"version": "1", "conference": {{"acronym": "x", "title": "X",
"rooms": [{{"name": "Deck", "guid": null, "capacity": 5}}],
"days": [{{"index": 1, "date": "2026-07-04", "rooms": {{"Deck": [
{{"guid": "{GUID}", "id": 25, "title": "Talk", "date": "2026-07-04T12:00:00+03:00", "duration": "01:30", "track": null,
"persons": [{{"public_name": "Ada", "code": "X"}}], "answers": []}},
{{"guid": 7, "title": "Odd"}},
{{"guid": null, "id": "a", "title": "No time", "date": "soon", "duration": "01:30"}},
{{"id": 27, "title": "No length", "date": "2026-07-04T12:00:00"}},
"text"]}}}}]}}}}}}""".encode()


def fetch(client: Client, name: str, slug: str = "weekend") -> bytes:
    return bytes(client.get(f"/schedule/{slug}/{name}?lang=en").content)


def read(event: Event, content: bytes, name: str = "schedule.xml") -> Content:
    return read_schedule(event, name, content)


@pytest.mark.parametrize("name", FORMATS)
def test_out_and_in_again_is_no_difference(weekend, client, name):
    """Late, waiting, cancelled ones too; two places of one name; the hour that comes twice."""
    content = read(weekend, fetch(client, name), name)
    found = incoming.plan(weekend, content.items)
    assert (content.problems, content.remarks, found.problems) == ([], [], [])
    assert [(entry.row.title, entry.differences) for entry in [*found.additions, *found.changes]] == []
    assert (found.unchanged, found.missing, found.places) == (7, [], [])


@pytest.mark.parametrize("name", FORMATS)
def test_what_families_see_comes_back_over_a_draft_that_went_on(weekend, client, name):
    content = fetch(client, name)
    Activity.objects.filter(pk=UUID(int=14)).update(status="planned", note="", outline="", groups=["Norway"])
    Activity.objects.filter(pk=UUID(int=16)).delete()
    found = incoming.plan(weekend, read(weekend, content, name).items)
    told = {entry.row.title: {each.what: each.after for each in entry.differences} for entry in found.changes}
    assert told == {
        "Party": {
            "Status": "Cancelled",
            "Note": "You can watch a film.",
            "Outline": "Music.\n\nDancing.",
            "Only for": "everybody",
        }
    }
    assert [(entry.row.title, entry.row.pk) for entry in found.additions] == [("Late talk", UUID(int=16))]


def test_file_of_ours_in_another_language_is_not_taken_for_this_one(weekend, client):
    content = client.get("/schedule/weekend/schedule.xml?lang=fi").content
    with pytest.raises(
        FileError, match=r"^schedule.xml is not in English. Take the one with \?lang=en in its address.$"
    ):
        read(weekend, content)


def test_other_softwares_xml_is_taken_as_far_as_there_are_words_for_it(games):
    Event.objects.update(tz="Europe/Helsinki")
    games.event.refresh_from_db()
    content = read(games.event, OTHERS_XML)
    assert content.problems == []
    assert content.remarks == [
        "Titles of more than 80 characters are shortened: 1. The whole one begins the text.",
        "Who speaks is not taken.",
        "Tracks are not taken: say for which groups an activity is.",
    ]
    seen = incoming.plan(games.event, content.items, venue=games.hall)
    incoming.apply(games.event, content.items, venue=games.hall, seen=seen.seen)
    first, late = Activity.objects.order_by("start")
    assert (first.pk, first.title, first.sentence, first.outline, first.number) == (
        UUID(GUID), "Tän & so", "In short.", "What it is.\n\nMore of it.", "",
    )  # fmt: skip
    assert (first.place.name, first.place.venue, first.groups, first.status) == ("Säle", games.hall, [], "planned")
    assert f"{first.start:%H:%M} {first.end:%H:%M}" == "09:00 10:30"
    assert (late.number, len(late.title), late.outline) == ("26", 80, ("Long " * 20).strip())
    assert f"{late.start:%d %H:%M} {late.end:%H:%M}" == "04 22:00 22:45"  # one in the morning of the next day, there
    again = incoming.plan(games.event, read(games.event, OTHERS_XML).items, venue=games.hall)
    assert (again.unchanged, again.is_empty) == (2, True)


def test_other_softwares_json_with_entries_that_nobody_can_read(games):
    content = read(games.event, OTHERS_JSON, "x.json")
    assert [(each.title, each.place, f"{each.start:%H:%M}") for each in content.items] == [("Talk", "Deck", "09:00")]
    assert [(each.where, each.message) for each in content.problems] == [
        ("Day 1, Deck, 3", "“soon” is no time, such as 2026-07-04T15:00:00+03:00."),
        ("Day 1, Deck, 4", "It does not say how long it is."),
        ("Day 1, Deck, 2", "It cannot be read: Expected `str | null`, got `int` - at `$.guid`."),
        ("Day 1, Deck, 5", "It cannot be read: Expected `object`, got `str`."),
    ]


BOMB = """<?xml version="1.0"?><!DOCTYPE schedule [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<schedule><day><room name="&b;"><event/></room></day></schedule>"""
OUTSIDE = """<!DOCTYPE schedule [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule>&x;</schedule>"""
EVENT = "<event id='1'/>"
MANY = f"<schedule><day><room name='x'>{EVENT * 5001}</room></day></schedule>"
DOCTYPE = "declares a document type, which no schedule needs. It is not read."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty."),
        (b" \n", "is empty."),
        (b"x" * (10 * 1024**2 + 1), "is larger than 10 MB."),
        (b"%PDF-1.7", "is a PDF; a schedule is a CSV or XLSX file."),
        (b"<schedule><day>", "is no XML that can be read: something is wrong in line 1."),
        (b"<schedule>\n<day>\xff</day></schedule>", "is no XML that can be read: something is wrong in line 2."),
        (b"<?xml version='1.0' encoding='klingon'?><schedule/>", "is in an encoding that is not known here."),
        (b"<?xml version='1.0' encoding='shift_jis'?><schedule/>", "is in an encoding that is not known here."),
        (b"<html></html>", "is XML, but no schedule: it begins with \u201chtml\u201d."),
        (b"<schedule/>", "has no activities."),
        (BOMB.encode(), DOCTYPE),
        (OUTSIDE.encode(), DOCTYPE),
        (BOMB.encode("utf-16"), DOCTYPE),
        (b"<a>" * 1_000_000, "is no schedule: line 1 is 20 elements deep."),
        (MANY.encode(), "has more than 5,000 activities. Cut it up."),
        (b"{", "is no JSON that can be read."),
        (b'{"a": ' + b"[" * 100_000, "is no JSON that can be read."),
        (b'{"schedule": 1}', "is JSON, but no schedule as c3voc and pretalx write it: "),
        (b'{"activities": []}', "is JSON, but no schedule as c3voc and pretalx write it: "),
        (b'{"schedule": {"conference": {"days": []}}}', "has no activities."),
        (b'{"schedule": {"conference": {"days": [{"rooms": {"x": "y"}}]}}}', "is JSON, but no schedule"),
    ],
)
def test_file_that_cannot_be_read_says_why_in_one_sentence(games, content, sentence):
    with pytest.raises(FileError) as why:
        read(games.event, content, "it")
    assert str(why.value).startswith(f"it {sentence}")
    assert str(why.value).endswith(".")


@pytest.mark.parametrize(
    ("talk", "sentence"),
    [
        ("<date>2026-07-04T12:00:00Z</date><duration>long</duration>", "“long” is no duration, such as 01:30."),
        ("<date>0001-01-01T00:00:00+14:00</date><duration>1:00</duration>", "Its times are in no year that there is."),
        ("<duration>1:00</duration>", "It does not say when it begins."),
        ("<start>25:00</start><duration>1:00</duration>", "It does not say when it begins."),
        ("<date>9999-12-31T23:00:00Z</date><duration>9999:00</duration>", "Its times are in no year that there is."),
    ],
)
def test_talk_that_cannot_be_read_is_named_by_its_line(games, talk, sentence):
    xml = f"<schedule>\n<day date='2026-07-04'><room name='x'>\n<event id='1'>{talk}</event></room></day></schedule>"
    content = read(games.event, xml.encode())
    assert [(each.where, each.message.startswith(sentence)) for each in content.problems] == [("Line 3", True)]


@pytest.mark.long
def test_congress_of_a_thousand_activities_moves_to_another_event(games: Games, client: Client) -> None:
    day = make_day(games)
    Activity.objects.bulk_create(
        Activity(event=day.event, place=day.deck, title=f"Race {number}", start=NOON, end=NOON + HOUR, outline="Run.")
        for number in range(997)
    )
    release(day.event)
    congress = Event.objects.create(
        slug="congress", name="X", first_day=day.event.first_day, last_day=day.event.last_day
    )
    venue = Venue.objects.create(event=congress, slug="x", name="X")
    items = list[incoming.Incoming]()
    for name in FORMATS:
        items = read(congress, fetch(client, name, "games"), name).items
        seen = incoming.plan(congress, items, venue=venue)
        assert (len(seen.additions) + seen.unchanged, seen.changes, seen.problems) == (1000, [], [])
        incoming.apply(congress, items, venue=venue, seen=seen.seen)
    assert Activity.objects.filter(event=congress).count() == 1000
    assert incoming.plan(congress, items, venue=venue).unchanged == 1000


@pytest.mark.skipif(not SCHEMAS, reason="SCHEDULE_SCHEMAS does not say where the example is")
def test_example_of_pretalx_is_taken_whole(games: Games) -> None:
    Event.objects.update(tz="Europe/Berlin")
    example: Any = (Path(SCHEMAS) / "example-pretalx-democon.json").read_bytes()
    content = read(games.event, example, "example.json")
    seen = incoming.plan(games.event, content.items, venue=games.hall)
    assert (content.problems, seen.problems) == ([], [])
    assert (
        len(incoming.apply(games.event, content.items, venue=games.hall, seen=seen.seen).added)
        == len(content.items)
        > 20
    )
    assert incoming.plan(games.event, content.items, venue=games.hall).is_empty

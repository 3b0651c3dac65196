"""The calendar: what another program reads in it, that it is for ever the same, and that nobody need fetch it twice."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar, Component

from eventsync.schedule.models import Activity
from eventsync.schedule.pages.releases import plans
from eventsync.schedule.pages.rules import anchor
from tests.cast import NOON, make_games
from tests.schedule.feeds.weekend import FRIDAY, HOUR
from tests.schedule.plan.plans import make_day, release, undo

CALENDAR = "/schedule/weekend/calendar.ics"
GOLDEN = Path(__file__).parents[2] / "data" / "weekend.ics"


def fetch(client: Client, address: str) -> str:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return answer.content.decode()


def items(text: str) -> dict[str, Component]:
    """By the title."""
    return {str(item["SUMMARY"]): item for item in Calendar.from_ical(text).walk("VEVENT")}


def local(item: Component) -> str:
    return f"{item.decoded('DTSTART'):%a %H:%M %Z} to {item.decoded('DTEND'):%H:%M %Z}"


def test_calendar_is_what_the_kept_file_says(weekend, client):
    """Another implementation reads that, too (frontend/src/calendar.test.ts). Shall it be another? Delete it first."""
    text = fetch(client, f"{CALENDAR}?lang=en")
    if not GOLDEN.exists():
        GOLDEN.write_bytes(text.encode())
        pytest.fail("The file was not there. It is now: look at it.")
    assert text == GOLDEN.read_bytes().decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_items_say_when_where_and_what_became_of_them(weekend, client):
    found = items(fetch(client, f"{CALENDAR}?lang=en"))
    assert {title: (local(item), str(item["LOCATION"]), str(item["STATUS"])) for title, item in found.items()} == {
        "Breakfast": ("Sat 12:00 EEST to 13:00 EEST", "Stage", "CONFIRMED"),
        "Swim": ("Sat 15:30 EEST to 16:20 EEST", "Stage", "CONFIRMED"),
        "Relay": ("Sat 18:00 EEST to 19:00 EEST", "Stage", "CONFIRMED"),
        "Please wait: Games": ("Sat 19:00 EEST to 20:00 EEST", "Stage", "TENTATIVE"),
        "Cancelled: Party": ("Sat 22:00 EEST to 23:00 EEST", "Stage", "CANCELLED"),
        "Night walk": ("Sun 00:00 UTC to 01:00 UTC", "Stage", "CONFIRMED"),
        "Late talk": ("Sun 01:00 UTC to 02:00 UTC", "Stage", "CONFIRMED"),
    }
    assert str(found["Swim"]["DESCRIPTION"]).splitlines() == [
        "Later.",
        "Old time: Saturday 24 October, 3 pm to 4 pm.",
        "The bus is late.",
        "For: Finland, Oslo, Norway.",
        f"https://games.example/schedule/weekend/2026-10-24/?lang=en#{anchor(str(UUID(int=11)))}",
    ]
    assert found["Swim"]["CATEGORIES"].to_ical() == b"Finland,Oslo\\, Norway"
    assert (
        str(found["Swim"]["URL"])
        == f"https://games.example/schedule/weekend/2026-10-24/?lang=en#{anchor(str(UUID(int=11)))}"
    )
    assert str(found["Cancelled: Party"]["DESCRIPTION"]).splitlines()[:2] == ["Cancelled.", "You can watch a film."]
    assert str(found["Please wait: Games"]["DESCRIPTION"]).splitlines()[1] == "We do not know the new time yet."
    assert "Old place: Stage." in str(found["Relay"]["DESCRIPTION"])


def test_google_which_hides_what_is_cancelled_is_only_told_in_words(weekend, client):
    ours, googles = (items(fetch(client, f"/schedule/weekend/{name}.ics")) for name in ("calendar", "google"))
    party = "Cancelled: Party"
    assert (ours[party]["STATUS"], googles[party]["STATUS"], googles[party]["TRANSP"]) == (
        "CANCELLED",
        "CONFIRMED",
        "TRANSPARENT",
    )
    del ours[party], googles[party]
    assert {title: item.to_ical() for title, item in ours.items()} == {t: i.to_ical() for t, i in googles.items()}


def test_each_language_has_its_own_and_says_of_the_rest_what_there_is(weekend, client):
    assert list(items(fetch(client, f"{CALENDAR}?lang=fi"))) == [
        "Breakfast", "Uinti", "Relay", "Odota: Games", "Peruttu: Party", "Night walk", "Late talk",
    ]  # fmt: skip
    arabic = items(fetch(client, f"{CALENDAR}?lang=ar"))
    assert [title for title in arabic if "الحفلة" in title] == ["أُلغي: الحفلة"]
    assert str(items(fetch(client, f"{CALENDAR}?lang=fi"))["Uinti"]["LOCATION"]) == "Lava"


def test_sequence_and_stamps_come_from_the_release_that_told_it_and_the_uid_is_for_ever(weekend, client):
    def stamps(name: str) -> tuple[Any, ...]:
        (item,) = [item for title, item in items(fetch(client, CALENDAR)).items() if title.endswith(name)]
        return str(item["UID"]), item["SEQUENCE"], item.decoded("DTSTAMP"), item.decoded("LAST-MODIFIED")

    first, second, third = FRIDAY, FRIDAY + 24 * HOUR, FRIDAY + 25 * HOUR
    assert stamps("Breakfast") == (str(UUID(int=10)), 1, first, first)
    assert stamps("Party") == (str(UUID(int=14)), 2, second, second)
    assert stamps("Late talk") == (str(UUID(int=16)), 1, third, third)
    undo(weekend, now=third + HOUR)
    assert stamps("Cancelled: Late talk") == (str(UUID(int=16)), 2, third + HOUR, third + HOUR)
    assert stamps("Party") == (str(UUID(int=14)), 2, second, second)


def test_unchanged_plan_is_the_same_bytes_and_not_sent_again(weekend, client):
    first = client.get(CALENDAR)
    assert (first["Access-Control-Allow-Origin"], first.cookies, "Cookie" in first["Vary"]) == ("*", {}, False)

    def again(address: str = CALENDAR, **headers: str) -> int:
        answer = client.get(address, headers={"If-None-Match": first["ETag"], **headers})
        assert answer.status_code == 304 or answer.content != first.content
        return int(answer.status_code)

    assert again() == 304
    assert again(f"{CALENDAR}?seen=1") == 304
    assert again(f"{CALENDAR}?lang=fi") == 200
    Activity.objects.filter(pk=UUID(int=10)).update(title="Brunch")
    assert again() == 304  # nobody was told yet
    release(weekend, now=FRIDAY + 26 * HOUR)
    assert again() == 200
    assert client.head(CALENDAR).status_code == 200
    assert client.post(CALENDAR).status_code == 405


def test_event_without_a_release_has_an_empty_calendar_and_an_unknown_one_none(games, client):
    make_day(games)
    assert (
        items(fetch(client, "/schedule/games/calendar.ics")),
        client.get("/schedule/none/calendar.ics").status_code,
    ) == ({}, 404)


def test_calendar_in_utc_needs_no_zone(games, client):
    release(make_day(games).event)
    text = fetch(client, "/schedule/games/calendar.ics")
    assert ("VTIMEZONE" in text, items(text)["Swim"].decoded("DTSTART")) == (False, NOON)


def test_queries_and_bytes_for_a_thousand_activities(games, client):
    day = make_day(games)

    def queries() -> list[int]:
        release(day.event, now=NOON)
        plans.clear()
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as caught:
                fetch(client, "/schedule/games/calendar.ics")
            counts.append(len(caught))
        return counts

    few = queries()
    Activity.objects.bulk_create(
        Activity(event=day.event, place=day.deck, title=f"Race {number}", start=NOON, end=NOON + HOUR)
        for number in range(997)
    )
    assert (few, queries()) == ([4, 2], [4, 2])
    assert len(items(fetch(client, "/schedule/games/calendar.ics"))) == 1000


def test_calendar_names_nothing_of_another_event(weekend, client):
    release(make_day(make_games("camp")).event)
    assert "Relay" in fetch(client, "/schedule/camp/calendar.ics")
    assert "Breakfast" not in fetch(client, "/schedule/camp/calendar.ics")

"""What search engines read of the pages, which browsers do not run."""

import re
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.test import Client

from eventsync.schedule.models import Activity, Event
from eventsync.schedule.pages.rules import anchor
from tests.schedule.feeds.weekend import FRIDAY, HOUR, make_weekend
from tests.schedule.plan.plans import release

DAY = "/schedule/weekend/2026-10-24/"
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>')


@pytest.fixture
def weekend(db: None, settings: Any) -> Event:
    settings.BASE_URL = "https://games.example"
    return make_weekend()


def graph(client: Client, address: str = f"{DAY}?lang=en") -> list[dict[str, Any]]:
    html = client.get(address).content.decode()
    (data,) = DATA.findall(html)
    told = orjson.loads(data)
    assert told["@context"] == "https://schema.org"
    found: list[dict[str, Any]] = told["@graph"]
    return found


def test_each_activity_of_the_day_says_what_became_of_it(weekend, client):
    _, *told = graph(client)
    facts = ("name", "eventStatus", "startDate", "previousStartDate")
    assert [tuple((each.get(name) or "").removeprefix("https://schema.org/") for name in facts) for each in told] == [
        ("Breakfast", "EventScheduled", "2026-10-24T12:00:00+03:00", ""),
        ("Swim", "EventRescheduled", "2026-10-24T15:30:00+03:00", "2026-10-24T15:00:00+03:00"),
        ("Relay", "EventRescheduled", "2026-10-24T18:00:00+03:00", "2026-10-24T17:00:00+03:00"),
        ("Games", "EventPostponed", "2026-10-24T19:00:00+03:00", ""),
        ("Party", "EventCancelled", "2026-10-24T22:00:00+03:00", ""),
    ]
    assert told[0]["description"] == "There is bread, fruit & tea; <porridge> too."
    assert told[1] == {
        "@type": "Event",
        "@id": f"https://games.example/schedule/weekend/2026-10-24/?lang=en#{anchor(str(UUID(int=11)))}",
        "name": "Swim",
        "startDate": "2026-10-24T15:30:00+03:00",
        "endDate": "2026-10-24T16:20:00+03:00",
        "previousStartDate": "2026-10-24T15:00:00+03:00",
        "eventStatus": "https://schema.org/EventRescheduled",
        "location": {
            "@type": "Place",
            "name": "Stage",
            "containedInPlace": {"@type": "Place", "name": "Main hall"},
        },
        "url": f"https://games.example/schedule/weekend/2026-10-24/?lang=en#{anchor(str(UUID(int=11)))}",
        "superEvent": {"@id": "https://games.example/schedule/weekend/?lang=en"},
    }


def test_list_of_days_tells_of_the_whole_event_in_the_readers_language(weekend, client):
    assert graph(client, "/schedule/weekend/days/?lang=fi") == [
        {
            "@type": "Event",
            "@id": "https://games.example/schedule/weekend/?lang=fi",
            "name": "Weekend",
            "startDate": "2026-10-24",
            "endDate": "2026-10-25",
            "eventStatus": "https://schema.org/EventScheduled",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "location": [{"@type": "Place", "name": "Lawn"}, {"@type": "Place", "name": "Main hall"}],
            "url": "https://games.example/schedule/weekend/?lang=fi",
        }
    ]
    assert [each["name"] for each in graph(client, f"{DAY}?lang=fi")[1:]][1] == "Uinti"


def test_what_organisers_write_ends_no_script(weekend, client):
    strange = "</script><script>alert(1) & <b>"
    Activity.objects.filter(pk=UUID(int=10)).update(title=strange)
    release(weekend, now=FRIDAY + 26 * HOUR)
    assert graph(client)[1]["name"] == strange


def test_other_pages_have_none(weekend, client):
    for page in ("places/", f"places/{UUID(int=4)}/", "help/"):
        assert "ld+json" not in client.get(f"/schedule/weekend/{page}").content.decode()


def test_days_lead_to_calendars_that_say_that_they_are_late(weekend, client):
    html = client.get("/schedule/weekend/days/?lang=fi").content.decode()
    assert "Muutokset tulevat kalenteriin myöhässä." in html
    assert 'href="webcal://games.example/schedule/weekend/calendar.ics?lang=fi"' in html
    google = "webcal%3A%2F%2Fgames.example%2Fschedule%2Fweekend%2Fgoogle.ics%3Flang%3Dfi"
    assert f'href="https://calendar.google.com/calendar/r?cid={google}"' in html
    calendar = "https://games.example/schedule/weekend/calendar.ics?lang=fi"
    assert f'<link rel="alternate" type="text/calendar" href="{calendar}">' in html


def test_what_a_phone_keeps_has_no_data_that_it_does_not_need(weekend, client):
    copy = client.get("/schedule/weekend/copy.json?lang=en").content.decode()
    assert ("Breakfast" in copy, "ld+json" in copy) == (True, False)

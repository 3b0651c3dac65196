"""Our own JSON of the plan: all languages, all times with their offset, and what changed."""

from typing import Any
from uuid import UUID

from django.test import Client

from eventsync.schedule.pages.rules import anchor
from tests.schedule.plan.plans import make_day

PLAN = "/schedule/weekend/plan.json"


def read(client: Client, address: str = PLAN) -> Any:
    return client.get(address).json()


def test_activity_says_what_is_known_of_it_with_planned_and_expected_times(weekend, client):
    told = read(client, f"{PLAN}?lang=en")
    assert {each["title"]["en"]: each["status"] for each in told["activities"]} == {
        "Breakfast": "planned", "Swim": "delayed", "Relay": "moved", "Games": "held", "Party": "cancelled",
        "Night walk": "planned", "Late talk": "planned",
    }  # fmt: skip
    (swim,) = [each for each in told["activities"] if each["id"] == str(UUID(int=11))]
    planned = {"start": "2026-10-24T15:00:00+03:00", "end": "2026-10-24T16:00:00+03:00", "place": str(UUID(int=4))}
    assert swim == {
        "id": str(UUID(int=11)),
        "revision": 2,
        "release": 2,
        "told_at": "2026-10-24T15:00:00+03:00",
        "title": {"en": "Swim", "fi": "Uinti"},
        "status": "delayed",
        "start": "2026-10-24T15:30:00+03:00",
        "end": "2026-10-24T16:20:00+03:00",
        "planned": planned,
        "first": None,
        "delay": 30,
        "place": str(UUID(int=4)),
        "place_name": {"en": "Stage", "fi": "Lava"},
        "groups": ["Finland", "Oslo, Norway"],
        "sentence": {},
        "outline": {},
        "note": {"en": "The bus is late."},
        "symbol": "",
        "removed": False,
        "url": f"https://games.example/schedule/weekend/2026-10-24/?lang=en#{anchor(str(UUID(int=11)))}",
    }
    (relay,) = [each for each in told["activities"] if each["title"]["en"] == "Relay"]
    assert (relay["first"]["start"], relay["start"]) == ("2026-10-24T17:00:00+03:00", "2026-10-24T18:00:00+03:00")


def test_release_event_and_places_are_there(weekend, client):
    told = read(client)
    assert told["release"] == {"number": 3, "at": "2026-10-24T16:00:00+03:00", "comment": {}, "restores": None}
    assert (told["event"]["time_zone"], told["event"]["languages"], told["format"]) == (
        "Europe/Helsinki", ["en", "fi", "ar"], 1,
    )  # fmt: skip
    assert told["places"][0] == {
        "id": str(UUID(int=4)),
        "name": {"en": "Stage", "fi": "Lava"},
        "venue": {"id": str(UUID(int=2)), "name": "Main hall"},
        "directions": {},
        "noise": "unknown",
        "crowd": "unknown",
        "light": "unknown",
        "quiet_room": "unknown",
        "step_free": "unknown",
        "toilet": "unknown",
        "map": None,
        "quiet_directions": {},
    }


def test_changes_are_those_of_the_last_release_or_since_the_one_that_was_seen(weekend, client):
    def kinds(address: str) -> tuple[int, list[tuple[str, str]]]:
        changes = read(client, address)["changes"]
        return changes["since"], [(each["new"]["title"]["en"], each["kind"]) for each in changes["list"]]

    assert kinds(PLAN) == (2, [("Late talk", "added")])
    assert kinds(f"{PLAN}?seen=1") == (1, [
        ("Swim", "time_later"), ("Relay", "time_later"), ("Relay", "place"), ("Games", "held"), ("Party", "cancelled"),
        ("Late talk", "added"),
    ])  # fmt: skip
    assert kinds(f"{PLAN}?seen=3") == (3, [])
    (swim, *_) = read(client, f"{PLAN}?seen=1")["changes"]["list"]
    assert (swim["old"]["start"], swim["new"]["start"]) == ("2026-10-24T15:00:00+03:00", "2026-10-24T15:30:00+03:00")


def test_nothing_of_the_draft_is_told(games, client):
    make_day(games)
    told = read(client, "/schedule/games/plan.json")
    assert (told["release"], told["activities"], told["places"], told["changes"]) == (
        None, [], [], {"since": 1, "list": []},
    )  # fmt: skip

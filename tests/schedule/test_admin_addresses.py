"""The addresses of calendars and other programs at the desk: right, and those of one's own events."""

import re

from eventsync.access.ranks import Rank
from tests.cast import make_games
from tests.desk import charlie, staff
from tests.schedule.plan.plans import make_day, release

PAGE = "/admin/schedule/release/addresses/"


def test_every_address_leads_to_what_was_released(games, client, settings):
    settings.BASE_URL = "https://games.example"
    games.event.languages = ["fi"]
    games.event.save()
    viewer = staff("vera", Rank.VIEWER, games.event, games.pool)
    assert "Nothing is released yet" in viewer.get(PAGE).content.decode()
    release(make_day(games).event)
    html = viewer.get(PAGE).content.decode()
    found = re.findall(r'<a href="https://games.example(/schedule/[^"]+)">https://games.example\1</a>', html)
    assert [address.removeprefix("/schedule/games/") for address in found] == [
        "calendar.ics?lang=en", "calendar.ics?lang=fi", "google.ics?lang=en", "google.ics?lang=fi",
        "schedule.xml?lang=en", "schedule.xml?lang=fi", "schedule.json?lang=en", "schedule.json?lang=fi", "plan.json",
    ]  # fmt: skip
    assert all(b"Relay" in client.get(address).content for address in found)
    assert PAGE in viewer.get("/admin/schedule/release/").content.decode()


def test_others_see_nothing_of_it(games):
    release(make_day(games).event)
    other = staff("olga", Rank.OWNER, make_games("camp").event)
    assert "/schedule/games/" not in other.get(f"{PAGE}?event=games").content.decode()
    assert charlie().get(PAGE).status_code == 403

"""The calendar of one family: by a token of its own, private, with the same ids as everybody's."""

import re
from urllib.parse import unquote

from icalendar import Calendar

from eventsync.schedule.links.making import calendar_token, renew, revoke
from eventsync.schedule.models import FamilyLink
from tests.cast import NOON, make_games
from tests.schedule.links.cards import make_card, opened, own, path, token
from tests.schedule.pages.reading import change, read


def feed(client, link: FamilyLink, name: str = "calendar.ics", **headers: str):
    return client.get(f"/f/games/{calendar_token(link)}/{name}?lang=en", headers=headers)


def test_my_day_leads_to_a_calendar_that_needs_no_cookie(day, card, client):
    html = read(opened(card), f"{own(card)}?lang=en")
    [address] = re.findall(r'href="webcal://127.0.0.1:8000(/f/[^"]+)"', html)
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"], answer.cookies) == (200, "text/calendar; charset=utf-8", {})
    [google] = re.findall(r'href="https://calendar.google.com/calendar/r\?cid=([^"]+)"', html)
    assert client.get(unquote(google).removeprefix("webcal://127.0.0.1:8000")).status_code == 200
    assert token(card) not in html


def test_calendar_has_the_familys_activities_under_their_own_ids_and_no_nickname(day, card, client):
    text = feed(client, card.link).content.decode()
    made = Calendar.from_ical(text)
    assert [(str(each["UID"]), str(each["SUMMARY"])) for each in made.walk("VEVENT")] == [
        (str(day.relay.pk), "Relay"),
        (str(day.party.pk), "Party"),
    ]
    assert str(made["X-WR-CALNAME"]) == "Games: My day"
    assert ("Sunny" in text, calendar_token(card.link) in text) == (False, False)


def test_calendar_comes_again_only_when_it_says_something_else_and_no_cache_between_keeps_it(day, card, client):
    first = feed(client, card.link)
    assert (first["Cache-Control"], first["X-Robots-Tag"]) == ("private, no-cache", "noindex, nofollow")
    assert "Access-Control-Allow-Origin" not in first
    assert feed(client, card.link, **{"If-None-Match": first["ETag"]}).status_code == 304
    change(day)
    second = feed(client, card.link, **{"If-None-Match": first["ETag"]})
    assert (second.status_code, b"STATUS:CANCELLED" in second.content) == (200, True)
    assert b"STATUS:CANCELLED" not in feed(client, card.link, "google.ics").content


def test_two_secrets_open_one_thing_each(day, card, client):
    assert client.get(f"{path(card)}calendar.ics").status_code == 404
    assert client.get(f"/f/games/{calendar_token(card.link)}/").status_code == 404


def test_calendar_ends_with_its_link_and_outlives_a_new_card(day, card, client):
    other = make_card(make_games("camp", people=0).event)
    assert feed(client, other.link).status_code == 404
    renew(card.link)
    assert feed(client, card.link).status_code == 200
    revoke(card.link, now=NOON)
    assert feed(client, card.link).status_code == 404


def test_another_secret_key_offers_no_calendar_that_would_not_open(day, card, client, settings):
    family = opened(card)
    address = f"/f/games/{calendar_token(card.link)}/calendar.ics"
    settings.SECRET_KEY = "another"
    assert "webcal" not in read(family, own(card))
    assert client.get(address).status_code == 200  # who has it keeps it

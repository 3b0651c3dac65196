"""All pages in one answer, for phones to keep: complete, of one release, and true whenever they are read."""

import json
import re
from datetime import timedelta

import time_machine
from django.urls import reverse

from eventsync.schedule.models import Activity
from eventsync.schedule.pages.answers import FILES
from tests.cast import NOON
from tests.schedule.pages.reading import PAGE, SATURDAY, change, part, read, text
from tests.schedule.plan.plans import HOUR, release

COPY = "/schedule/games/copy.json?lang=en"


def copy(client, address=COPY):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    return json.loads(answer.content)


def test_copy_has_every_page_to_which_any_page_leads(day, client):
    kept = copy(client)
    assert (kept["release"], kept["tz"], kept["start"]) == (1, "Europe/Helsinki", PAGE)
    places = {reverse("schedule-place", kwargs={"slug": "games", "place": each.pk}) for each in (day.deck, day.stage)}
    days = {f"{PAGE}{each}/" for each in kept["days"]}
    more = {f"{PAGE}settings/", f"{PAGE}pictures/", f"{PAGE}words/"}
    assert set(kept["pages"]) == {*days, *places, f"{PAGE}days/", f"{PAGE}places/", f"{PAGE}help/", *more}
    assert SATURDAY in days
    assert kept["files"] == list(FILES.values())
    for html in [*kept["pages"].values(), kept["missing"]]:
        links = re.findall(r'href="(/schedule/[^"?]+)\?lang=en"', html)
        others = [link for link in re.findall(r'href="(/schedule/[^"]+)"', html) if "lang=" not in link]
        own = {f"{PAGE}mine/messages/", f"{PAGE}app.webmanifest"}  # kept by itself, and needed with a network only
        assert set(links) <= {*kept["pages"], PAGE, *own}
        assert others == []
        assert re.findall(r'(?:href|src)="(/static/[^"]+[?][^"]+)"', html) == [
            FILES["letters"],
            FILES["style"],
            FILES["choices"],
            FILES["script"],
            FILES["listen"],
        ]
        assert "No internet now." in text(html)
        assert "+358 40 1" in html


def test_kept_page_says_nothing_that_is_only_true_today(day, client):
    kept = copy(client)
    assert "Today" in text(read(client, f"{PAGE}days/"))
    assert "Today" not in text(kept["pages"][f"{PAGE}days/"])
    saturday = kept["pages"][SATURDAY]
    assert re.findall(r'id="present"([^>]*)', saturday) == [' data-day="2026-07-04" data-tz="Europe/Helsinki" hidden']
    assert part(saturday, "now") == "Now There is nothing now."  # for the phone to say
    assert "This plan is from Friday 3 July, 3 pm." in text(saturday)


def test_copy_comes_again_only_when_it_says_something_else(day, client):
    first = client.get(COPY)
    assert first["EventSync-Plan"] == "1"
    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        assert client.get(COPY, headers={"If-None-Match": first["ETag"]}).status_code == 304
    change(day)
    second = client.get(COPY, headers={"If-None-Match": first["ETag"]})
    assert (second.status_code, second["EventSync-Plan"]) == (200, "2")
    assert part(json.loads(second.content)["pages"][SATURDAY], "changes").startswith("What changed Relay: Later")
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert client.get(COPY, headers={"If-None-Match": second["ETag"]}).status_code == 304


def test_copy_of_one_language_has_only_that(day, client):
    kept = copy(client, "/schedule/games/copy.json?lang=fi")
    assert "Uinti" in part(kept["pages"][SATURDAY], "day")
    assert {re.findall(r'<html lang="(\w+)"', html)[0] for html in kept["pages"].values()} == {"fi"}


def test_before_the_first_release_the_copy_says_that_there_is_no_plan_yet(games, client):
    kept = copy(client)
    assert (kept["release"], "There is no plan yet" in kept["pages"][PAGE]) == (0, True)
    assert f"{PAGE}help/" in kept["pages"]
    assert client.get("/schedule/nowhere/copy.json").status_code == 404


def test_copy_of_a_thousand_activities_asks_no_more_of_the_database(day, client, django_assert_max_num_queries):
    start = NOON + HOUR
    Activity.objects.bulk_create(
        Activity(event=day.event, place=day.deck, title=f"Heat {number}", start=start, end=start + HOUR)
        for number in range(997)
    )
    release(day.event, now=NOON)
    with django_assert_max_num_queries(10):
        kept = copy(client)
    assert kept["pages"][SATURDAY].count("<li id=") == 1000


def test_kept_page_can_say_in_each_other_language_that_it_is_not_in_it(day, client):
    said = re.compile(r'<p class="offline screen" lang="(\w+)" dir="(\w+)" hidden>(.+?)</p>')
    assert said.findall(copy(client)["pages"][f"{PAGE}help/"]) == [
        ("fi", "ltr", "Ilman nettiä tällä sivulla on vain yksi kieli: englanti."),
        ("ar", "rtl", "بدون إنترنت هذه الصفحة باللغة الإنجليزية فقط."),
    ]
    assert said.findall(read(client, f"{PAGE}help/?lang=en")) == []


def test_page_that_a_phone_did_not_keep_is_not_said_to_be_gone(day, client):
    kept = text(copy(client)["missing"])
    assert "Games: This page is not on this phone For this page you need internet. Please try again later." in kept
    assert "This page is not there" in text(client.get(f"{PAGE}2026-01-01/?lang=en").content.decode())

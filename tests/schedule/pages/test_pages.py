"""The pages for families: what was released last, in words, the same for everybody, cheap to ask for again."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventsync.schedule.models import Activity, Event, Place, Revision
from eventsync.schedule.pages.answers import FILES
from eventsync.schedule.pages.releases import plans
from eventsync.schedule.plan.releasing import NotReleased
from tests.cast import NOON
from tests.schedule.pages.reading import PAGE, SATURDAY, change, part, read, text
from tests.schedule.plan.plans import HOUR, make_day, release


def test_page_says_whose_day_it_is_how_new_the_plan_is_what_is_now_and_next(day, client):
    html = read(client)
    assert re.findall(r"<title>(.+)</title>", html) == ["Games: Saturday 4 July 2026"]
    assert [text(each) for each in re.findall(r"<h1>(.+)</h1>", html)] == ["Games: Saturday 4 July 2026"]
    assert "This plan is from Friday 3 July, 3 pm." in text(html)
    assert part(html, "now").startswith("Now Swim As planned Saturday 4 July, 3 pm to 4 pm Place: Deck")
    assert part(html, "next").startswith("Next Relay As planned Saturday 4 July, 4 pm to 5 pm Place: Deck")
    assert [html.index(f'<h2 id="{each}">') for each in ("now", "next", "day")] == sorted(
        html.index(f'<h2 id="{each}">') for each in ("now", "next", "day")
    )
    ran = [each for each in re.findall(r"<script[^>]*>[^<]*", html) if "application/ld+json" not in each]
    late = [f'<script src="{FILES[each]}" defer>' for each in ("script", "listen")]
    assert ran == [f'<script src="{FILES["choices"]}">', *late]


def test_day_is_an_ordered_list_in_which_each_item_says_its_own_day_time_and_place(day, client):
    html = read(client)
    items = re.findall(r'<li id="a-.+?</li>', html.partition('<ol class="day">')[2], re.DOTALL)
    assert [text(re.findall(r"<h3>(.+?)</h3>", item)[0]) for item in items] == ["Swim", "Relay", "Party"]
    said = [re.search(r"Time: (\w+ \d+ \w+, .+? to .+?) Place: (\w+) For: (.+?) What", text(item)) for item in items]
    assert [each.groups() if each else None for each in said] == [
        ("Saturday 4 July, 3 pm to 4 pm", "Deck", "Finland"),
        ("Saturday 4 July, 4 pm to 5 pm", "Deck", "Finland, Norway"),
        ("Saturday 4 July, 6 pm to 7 pm", "Stage", "Everybody"),
    ]
    assert all("We do not know what it is like there." in text(item) for item in items)


def test_changes_come_first_with_new_and_old_what_to_do_and_where(day, client):
    assert 'id="changes"' not in read(client)
    change(day, comment={"en": "Some things changed."})
    html = read(client)
    assert "This plan is from 3 pm." in text(html)
    assert html.index('<h2 id="changes">') < html.index('<h2 id="now">')
    assert part(html, "changes") == (
        "What changed "
        "Relay: Later. Another place "
        "New time: Saturday 4 July, 4:30 pm to 5:30 pm Old time: Saturday 4 July, 4 pm to 5 pm "
        "New place: Stage Old place: Deck "
        "What to do: The pool needs cleaning. Please come at the new time. Please go to the new place. "
        "Dance: New Time: Saturday 4 July, 5 pm to 6 pm Place: Deck What to do: Please look at the time and the place. "
        "Party: Cancelled Time: Saturday 4 July, 6 pm to 7 pm Place: Stage "
        "What to do: You can watch a film on the deck. "
        "Some things changed. I have read this"
    )


def test_what_is_written_of_a_release_stands_beside_what_it_changed_only(day, client):
    change(day)
    start = NOON + timedelta(days=1)
    walk = {"title": "Walk", "start": start, "end": start + HOUR, "groups": ["Norway"]}
    Activity.objects.create(event=day.event, place=day.deck, **walk)
    release(day.event, now=NOON, comment={"en": "The track is wet. Please wait inside."})
    assert "Party: Cancelled" in part(read(client), "changes")
    assert "The track is wet." not in read(client)
    assert "The track is wet." in part(read(client, f"/schedule/games/{start:%Y-%m-%d}/"), "changes")


def test_cancelled_stays_with_what_happens_instead_and_moved_says_where_it_was(day, client):
    change(day)
    html = part(read(client), "day")
    assert "Party Cancelled Time: Saturday 4 July, 6 pm to 7 pm" in html
    assert "You can watch a film on the deck." in html
    assert "Relay Moved Time: Saturday 4 July, 4:30 pm to 5:30 pm Old time: Saturday 4 July, 4 pm to 5 pm" in html
    assert "Place: Stage Old place: Deck" in html


def test_changes_stay_until_somebody_says_that_they_read_them_and_can_be_read_again(day, client):
    change(day)
    seen = re.findall(r'href="([^"]+)">I have read this', read(client))
    assert seen == [f"{PAGE}?seen=2"]
    html = read(client, seen[0])
    assert ("You have read the changes." in html, 'id="changes"' in html) == (True, False)
    assert re.findall(r'href="([^"]+)">Show the changes again', html) == [PAGE]
    Activity.objects.filter(pk=day.swim.pk).update(delay=15)
    release(day.event, now=NOON)
    assert part(read(client, seen[0]), "changes").startswith("What changed Swim: Later New time")
    assert "Relay: Later" in part(read(client), "changes")  # to whom nobody said otherwise, all that is of today
    assert "Relay: Later" in part(read(client, f"{PAGE}?seen=99"), "changes")


def test_what_was_released_in_the_evening_is_told_in_the_morning_also_after_another_release(day, client):
    Activity.objects.filter(pk=day.swim.pk).update(delay=15)
    release(day.event, now=NOON - timedelta(hours=16))
    Activity.objects.filter(pk=day.relay.pk).update(delay=15)
    release(day.event, now=NOON - timedelta(hours=1))
    told = part(read(client), "changes")
    assert ("Swim: Later" in told, "Relay: Later" in told) == (True, True)
    assert "Swim: Later" not in part(read(client, f"{PAGE}?seen=2"), "changes")


def test_another_day_tells_that_something_changed_and_where_it_went(day, client):
    moved = {"start": day.party.start + timedelta(days=1), "end": day.party.end + timedelta(days=1)}
    Activity.objects.filter(pk=day.party.pk).update(**moved)
    release(day.event, now=NOON)
    saturday, sunday = read(client, SATURDAY), read(client, "/schedule/games/2026-07-05/")
    for html in (saturday, sunday):
        assert "Time: Sunday 5 July, 6 pm to 7 pm Old time: Saturday 4 July, 6 pm to 7 pm" in part(html, "day")
    assert ('id="now"' in saturday, 'id="now"' in sunday) == (True, False)
    assert "The next day: Sunday 5 July 2026" in saturday
    assert "There are changes on" not in saturday  # it tells them itself
    Activity.objects.filter(pk=day.party.pk).update(delay=10)
    release(day.event, now=NOON)
    assert '"/schedule/games/2026-07-05/?seen=2">There are changes on Sunday' in read(client, f"{SATURDAY}?seen=2")


def test_page_that_is_not_there_shows_the_way_to_the_plan_and_to_help(day, client):
    for page in ("2026-07-06/", "places/1b4e28ba-2fa1-11d2-883f-0016d3cca427/"):
        answer = client.get(f"{PAGE}{page}?lang=en", headers={"If-None-Match": "*"})
        html = answer.content.decode()
        assert (answer.status_code, "This page is not there" in html, "+358 40 1" in html) == (404, True, True)
        assert f'href="{PAGE}?lang=en"' in html
    assert client.get(f"{PAGE}2026-13-40/").status_code == 404


def test_what_waits_says_that_nobody_knows_until_when(day, client):
    Activity.objects.filter(pk=day.swim.pk).update(status="held")
    release(day.event, now=NOON)
    html = read(client)
    assert "Swim Please wait We do not know the new time yet. Old time: Saturday 4 July, 3 pm" in part(html, "now")
    assert "Please wait. The new time will be on this page." in part(html, "changes")


def test_page_speaks_the_readers_language_and_says_what_is_in_another(day, client):
    finnish = read(client, **{"Accept-Language": "fi-FI,en;q=0.5"})
    assert '<html lang="fi" dir="ltr" ' in finnish
    assert "Uinti" in part(finnish, "day")
    assert '<bdi lang="en" dir="ltr">Relay</bdi>' in finnish
    assert part(finnish, "day").count("Kieli: englanti.") == 2
    assert "Kukaan ei ole vielä tarkistanut näitä sanoja." in finnish
    arabic = read(client, f"{SATURDAY}?lang=ar&seen=1", **{"Accept-Language": "fi"})
    assert '<html lang="ar" dir="rtl" ' in arabic
    switches = re.findall(r'<a href="([^"]+)" lang="(\w+)"', arabic)
    assert switches == [(f"{SATURDAY}?lang={code}&amp;seen=1", code) for code in ("en", "fi", "ar")]
    assert set(re.findall(r'href="(/schedule/[^"]+)"', arabic)) == {
        each for each in re.findall(r'href="(/schedule/[^"]+)"', arabic) if "lang=" in each
    }
    assert '<html lang="en"' in read(client, f"{PAGE}?lang=es")


def test_place_tells_the_way_in_steps_and_what_nobody_knows(day, client):
    html = read(client, f"/schedule/games/places/{day.deck.pk}/")
    assert part(html, "way") == "How to get there Go past the blue door. Turn left."
    facts = ("Noise", "People", "Light", "Quiet room", "Stairs", "Toilet for wheelchairs")
    assert part(html, "like") == " ".join(("What it is like there", *(f"{each}: We do not know" for each in facts)))
    assert part(html, "here").startswith("What happens there Swim")
    assert [text(each) for each in re.findall(r"<h1>(.+)</h1>", html)] == ["Games: Deck"]


def test_place_tells_of_stairs_and_of_a_toilet_for_wheelchairs(day, client):
    Place.objects.filter(pk=day.deck.pk).update(step_free="no", toilet="yes")
    release(day.event)
    html = read(client, f"/schedule/games/places/{day.deck.pk}/")
    assert "Stairs: There are stairs. Toilet for wheelchairs: There is a toilet for wheelchairs." in part(html, "like")
    assert "There are stairs. There is a toilet for wheelchairs." in text(read(client))
    listed = text(read(client, f"{PAGE}places/"))
    assert "Deck There are stairs. There is a toilet for wheelchairs." in listed
    assert listed.count("stairs") == 1  # of the other place nobody knows


def test_of_a_release_from_before_these_were_asked_for_nobody_knows(day, client):
    for each in Revision.objects.filter(kind="place"):
        body = {name: said for name, said in json.loads(each.body).items() if name not in {"step_free", "toilet"}}
        Revision.objects.filter(pk=each.pk).update(body=json.dumps(body))
    assert part(read(client, f"/schedule/games/places/{day.deck.pk}/"), "like").endswith(
        "Stairs: We do not know Toilet for wheelchairs: We do not know"
    )
    with pytest.raises(NotReleased, match="Nothing is different"):
        release(day.event)


@pytest.mark.parametrize("page", ["", "2026-07-04/", "days/", "places/", "help/", "settings/"])
def test_every_page_has_few_choices_and_the_same_help_at_the_same_place(day, client, page):
    html = read(client, f"{PAGE}{page}")
    assert len(re.findall("<li>", html.partition('class="choices"')[2].partition("</nav>")[0])) == 4
    assert html.count("<h1>") == 1
    footer = text(html.partition("<footer>")[2])
    assert footer.startswith("Help Call us: +358 40 1 Ask a person You can ask any person who works here.")
    assert 'href="tel:+358401"' in html
    assert "We are happy to help. Settings Messages Language" in footer


def test_event_without_a_release_is_calm_and_one_that_nobody_knows_is_not_there(games, client):
    make_day(games)
    for page in ("", "2026-07-04/", "days/", "places/"):
        html = read(client, f"{PAGE}{page}")
        assert "There is no plan yet" in html
        assert "You do not need to do anything now." in html
        assert "Swim" not in html
    assert [client.get(f"/schedule/other/{page}").status_code for page in ("", "days/", "places/", "help/")] == [
        404
    ] * 4


def test_draft_is_not_told(day, client):
    Activity.objects.filter(pk=day.swim.pk).update(title="Secret", status="cancelled")
    assert "Secret" not in read(client)


def test_whoever_holds_the_page_gets_it_again_only_if_it_says_something_else(day, client):
    minute = timedelta(minutes=1)
    Activity.objects.filter(pk=day.swim.pk).update(end=NOON + 35 * minute)
    release(day.event)
    first = client.get(PAGE)
    assert (first["Cache-Control"], first["Referrer-Policy"]) == ("public, max-age=10, must-revalidate", "no-referrer")
    assert (first.cookies, "Cookie" in first["Vary"], "Accept-Language" in first["Vary"]) == ({}, True, True)

    def again(address: str = PAGE, **headers: str) -> int:
        return int(client.get(address, headers={"If-None-Match": first["ETag"], **headers}).status_code)

    assert again() == 304
    assert again(**{"Accept-Language": "fi"}) == 200
    assert again(f"{PAGE}?seen=1") == 200
    for at, status in ((34, 304), (35, 200)):  # swimming is over
        with time_machine.travel(NOON + at * minute, tick=False):
            assert again() == status
    Event.objects.update(help_phone="+358 40 2")
    assert again() == 200
    Event.objects.update(help_phone="+358 40 1")
    assert again() == 304
    change(day)
    assert again() == 200


def test_queries_are_as_many_for_a_thousand_activities(day, client):
    def queries() -> tuple[int, int]:
        release(day.event, now=NOON)
        plans.clear()
        with CaptureQueriesContext(connection) as cold:
            read(client)
        with CaptureQueriesContext(connection) as warm:
            read(client)
        return len(cold), len(warm)

    def more(count: int) -> None:
        Activity.objects.bulk_create(
            Activity(event=day.event, place=day.deck, title=f"Race {number}", start=NOON, end=NOON + HOUR)
            for number in range(count)
        )

    more(7)
    few = queries()
    more(990)
    assert (few, queries()) == ((7, 3), (7, 3))


def test_plan_can_be_put_on_the_home_screen_in_ones_own_language(day, client):
    html = read(client, f"{PAGE}days/?lang=ar")
    address = re.findall(r'<link rel="manifest" href="([^"]+)">', html)
    assert address == [f"{PAGE}app.webmanifest?lang=ar"]
    answer = client.get(address[0])
    assert answer["Content-Type"] == "application/manifest+json"
    said = answer.json()
    assert (said["start_url"], said["scope"], said["display"]) == (f"{PAGE}?lang=ar", PAGE, "standalone")
    assert (said["name"], said["lang"], said["dir"]) == ("Games", "ar", "rtl")
    assert client.get("/schedule/nowhere/app.webmanifest").status_code == 404


def test_help_says_what_became_of_i_need_help_only_where_the_address_asks_for_it(day, client):
    html = read(client, f"{PAGE}help/?lang=en")
    said = dict(re.findall(r'<p id="(heard|kept)" class="told screen" tabindex="-1" hidden>(.+?)</p>', html))
    assert said == {
        "heard": "We have your message that you need help. We do not know who you are. Please ask a person.",
        "kept": "Your phone tells us that you need help, once it has internet. Do not wait. Please ask a person now.",
    }
    style = Path("static/schedule/schedule.css").read_text()
    assert ".told[hidden]:target {\n  display: block !important;" in style

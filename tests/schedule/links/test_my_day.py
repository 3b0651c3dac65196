"""My day: what is for this family alone, each day, with what changed of it; for their phone and nobody else."""

import json
import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eventsync.schedule.links.making import revoke
from eventsync.schedule.links.opening import open_link
from eventsync.schedule.models import Activity, Event, FamilyLink
from eventsync.sync.enrolment import revoke as revoke_phone
from eventsync.sync.models import Device
from tests.cast import NOON, make_games
from tests.schedule.links.cards import MINE, make_card, opened, own, press
from tests.schedule.pages.reading import PAGE, change, part, read, text
from tests.schedule.plan.plans import HOUR, release


def titles(html: str) -> list[str]:
    return [text(each) for each in re.findall(r"<h3>(.+?)</h3>", html.partition('<ol class="day">')[2])]


def test_my_day_has_what_is_for_these_groups_and_for_everybody_in_order(day, card):
    html = read(opened(card), f"{own(card)}?lang=en")
    assert titles(html) == ["Relay", "Party"]
    assert re.findall(r"<title>(.+)</title>", html) == ["Games: Sunny Bear"]
    assert text(re.findall(r'<h1>.+?<p class="mark">.+?</p>', html, re.DOTALL)[0]) == (
        "Sunny Bear: Saturday 4 July 2026 Sun"
    )
    assert "This plan is from Friday 3 July, 3 pm." in text(html)
    assert part(html, "now") == "Now There is nothing now."
    assert part(html, "next").startswith("Next Relay")
    assert part(html, "day").startswith("What is for you Relay")
    assert "application/ld+json" not in html


def test_nothing_for_a_family_on_a_day_is_said(day, card):
    Event.objects.update(last_day=NOON.date() + timedelta(days=1))
    html = read(opened(card), f"{own(card, '2026-07-05/')}?lang=en")
    assert "There is nothing for you on this day." in part(html, "day")
    assert f'href="{own(card, "2026-07-04/")}?lang=en">The day before' in html
    assert opened(card).get(own(card, "2026-08-05/")).status_code == 404


def test_changes_are_those_that_concern_the_family_until_it_has_read_them(day, card):
    Activity.objects.filter(pk=day.swim.pk).update(delay=10)  # of Finland
    change(day)
    family = opened(card)
    html = read(family, f"{own(card)}?lang=en")
    news = part(html, "changes")
    assert [name in news for name in ("Relay: Later", "Dance: New", "Party: Cancelled", "Swim")] == [True] * 3 + [False]
    [seen] = re.findall(r'href="([^"]+)">I have read this', html)
    assert seen == f"{own(card)}?lang=en&amp;seen=2"
    assert "You have read the changes." in read(family, seen.replace("&amp;", "&"))
    Activity.objects.filter(pk=day.relay.pk).update(groups=["Finland"])
    release(day.event, now=NOON)
    html = read(family, f"{own(card)}?lang=en&seen=2")
    assert part(html, "changes").startswith("What changed Relay: For other people")
    assert titles(html) == ["Dance", "Party"]


def test_page_keeps_its_language_and_leads_to_the_pages_of_everybody_and_back(day, card):
    family = opened(card)
    arabic = read(family, f"{own(card)}?lang=ar")
    assert ('<html lang="ar" dir="rtl"' in arabic, "Sunny Bear" in arabic) == (True, True)
    choices = re.findall(r'href="([^"]+)"', arabic.partition('class="choices"')[2].partition("</nav>")[0])
    assert choices == [
        f"{each}?lang=ar" for each in (own(card), PAGE, *(f"{PAGE}{x}/" for x in ("days", "places", "help")))
    ]
    public = read(Client(), f"{PAGE}?lang=en")
    assert f'href="{MINE}?lang=en">My day</a>' in public
    assert family.get(f"{MINE}?lang=en")["Location"] == f"{own(card)}?lang=en"


def test_two_days_on_one_phone_can_be_told_apart(day, card):
    other = make_card(day.event, "Quick Hare", ("Finland",))
    family = opened(card)
    press(family, other)
    html = read(family, f"{MINE}?lang=en")
    assert re.findall(r'<li><a class="button" href="([^"]+)">', html) == [
        f"{own(each)}?lang=en" for each in (other, card)
    ]
    assert "Whose day do you want to see? Quick Hare Sunny Bear" in text(html)
    assert titles(read(family, own(other))) == ["Swim", "Relay", "Party"]


def strangers(day, card) -> dict[str, Client]:
    """Who must not read it, each for another reason."""
    found = {name: Client() for name in ("nobody", "another family", "another event")}
    press(found["another family"], make_card(day.event, "Quick Hare"))
    camp = make_card(make_games("camp", people=0).event)
    name = f"mine-{card.link.pk.hex}"
    for client in found.values():
        client.cookies[name] = "guess"
    found["another family"].cookies[name] = next(
        each.value for key, each in found["another family"].cookies.items() if key != name
    )
    found["another event"].cookies[name] = open_link(camp.link, phone=uuid.uuid4(), now=NOON) or ""
    return found


def test_nobody_else_reads_it_nor_hears_whether_it_is_there(day, card):
    for who, client in strangers(day, card).items():
        for page in ("", "2026-07-04/", "copy.json", "leave/"):
            answer = client.get(own(card, page))
            missing = client.get(f"{MINE}{uuid.uuid4()}/{page}")
            said = [re.sub(r"mine/[^/]+/[^\"?]*", "", each.content.decode()) for each in (answer, missing)]
            assert (answer.status_code, missing.status_code, said[0] == said[1]) == (404, 404, True), (who, page)
            assert "Sunny Bear" not in said[0]
        client.post(own(card, "leave/"))
    assert Device.objects.filter(revoked_at=None).count() == 2


@pytest.mark.parametrize("how", ["the link is revoked", "the phone is revoked", "its last day has passed", "it left"])
def test_whatever_ends_it_ends_every_page_at_once(day, card, how):
    family = opened(card)
    assert read(family, own(card))
    match how:
        case "the link is revoked":
            revoke(card.link, now=NOON)
        case "the phone is revoked":
            revoke_phone(Device.objects.get(), now=NOON)
        case "its last day has passed":
            FamilyLink.objects.update(keep_until=NOON.date() - timedelta(days=1))
        case "it left":
            family.post(own(card, "leave/"))
    for page in ("", "2026-07-04/", "copy.json", "leave/"):
        answer = family.get(f"{own(card, page)}?lang=en")
        said = text(answer.content.decode())
        assert (answer.status_code, answer["EventSync-Plan"], "Sunny" in said) == (404, "1", False)
        assert "My day is not on this phone" in said
        assert answer.cookies[f"mine-{card.link.pk.hex}"]["max-age"] == 0


def test_leaving_asks_first_is_said_to_be_done_and_can_be_taken_back_with_the_card(day, card):
    family = opened(card)
    asked = read(family, f"{own(card, 'leave/')}?lang=en")
    assert "Take my day off this phone? Sunny Bear Then this phone does not show it any more." in text(asked)
    assert f'href="{own(card)}?lang=en">No, keep it</a>' in asked
    assert family.get(own(card)).status_code == 200
    answer = family.post(f"{own(card, 'leave/')}?lang=en", follow=True)
    assert "My day is not on this phone Do you have a card with a code?" in text(answer.content.decode())
    assert Device.objects.get().revoked_at is not None
    assert family.post(own(card, "leave/")).status_code == 404  # twice
    press(family, card)
    assert family.get(own(card)).status_code == 200


def test_copy_has_every_day_for_a_phone_to_keep_and_comes_again_when_it_says_something_else(day, card):
    family = opened(card)
    address = f"{own(card, 'copy.json')}?lang=en"
    first = family.get(address)
    kept = json.loads(first.content)
    assert (kept["name"], kept["start"], kept["days"]) == ("Sunny Bear", own(card), ["2026-07-04"])
    assert list(kept["pages"]) == [own(card, "2026-07-04/")]
    [html] = kept["pages"].values()
    assert (titles(html), "No internet now." in text(html), "leave/" in html) == (["Relay", "Party"], True, False)
    assert re.findall('data-mine="([^"]+)"', html) == [address]

    def again() -> int:
        return int(family.get(address, headers={"If-None-Match": first["ETag"]}).status_code)

    assert again() == 304
    FamilyLink.objects.update(groups=["Finland"])
    assert again() == 200
    FamilyLink.objects.update(groups=["Norway"])
    assert again() == 304
    change(day)
    assert again() == 200


def test_nothing_between_keeps_it_and_no_search_finds_it(day, card):
    family = opened(card)
    for page in ("", "2026-07-04/", "copy.json", "leave/"):
        answer = family.get(own(card, page))
        said = [answer[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")]
        assert said == ["private, no-store", "no-referrer", "noindex, nofollow"]
    assert family.get(MINE)["Cache-Control"] == "private, no-store"


def test_page_before_the_first_release_is_calm(games):
    card = make_card(games.event)
    with time_machine.travel(NOON, tick=False):
        family = opened(card)
        assert "There is no plan yet" in text(read(family, f"{own(card)}?lang=en"))
        assert list(json.loads(family.get(own(card, "copy.json")).content)["pages"]) == [
            own(card),
            own(card, "2026-07-04/"),
        ]


def test_queries_are_as_many_for_three_links_with_many_activities(day, card):
    def queries() -> list[int]:
        family = opened(card)
        found = []
        for page in ("", "2026-07-04/", "copy.json"):
            family.get(own(card, page))
            with CaptureQueriesContext(connection) as counted:
                assert family.get(own(card, page)).status_code == 200
            found.append(len(counted))
        return found

    one = queries()
    for name in ("A", "B"):
        opened(make_card(day.event, name))
    Activity.objects.bulk_create(
        Activity(event=day.event, place=day.deck, title=f"Heat {number}", start=NOON + HOUR, end=NOON + 2 * HOUR)
        for number in range(20)
    )
    release(day.event, now=NOON - 23 * HOUR)
    opened(card).get(own(card))
    assert (one, queries()) == ([5, 5, 6], [5, 5, 6])

"""A day of the schedule at the desk, place by place; swapping, and taking back; by whom it is given to."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Activity, Event, Place
from tests.cast import NOON, make_games
from tests.desk import alice, charlie, staff, text_of
from tests.schedule.plan.plans import HOUR, MINUTE, Day, day_address, make_day, starts

ACTIVITIES = "/admin/schedule/activity/"


@pytest.fixture
def day(games) -> Day:
    Event.objects.update(tz="Europe/Helsinki")
    games.event.refresh_from_db()
    return make_day(games)


def swaps(answer: Any) -> dict[str, str]:
    """What each button for swapping sends, by what it says."""
    found = re.findall(r'name="swap" value="([^"]+)" class="button">(.+?)</button>', answer.content.decode())
    return {re.sub(r"<[^>]+>", "", label): value for value, label in found}


def test_day_tells_times_states_groups_gaps_and_collisions_in_words(day):
    Place.objects.create(venue=day.deck.venue, name="Lawn")
    Activity.objects.filter(pk=day.swim.pk).update(delay=30)
    Activity.objects.filter(pk=day.party.pk).update(status="cancelled")
    later = {"start": day.relay.end + 1.5 * HOUR, "end": day.relay.end + 2 * HOUR}
    Activity.objects.create(event=day.event, place=day.deck, title="Dive <b>", status="planned", **later)
    told = text_of(alice().get(day_address(day.event)))
    for piece in (
        "At the same time: Finland: Swim (Sat 4 Jul, 15:30 to 16:30) and Relay (Sat 4 Jul, 16:00 to 17:00).",
        "Stage Main hall Party 18:00 to 19:00 Cancelled . For everybody .",
        "Swim 15:00 to 16:00 Expected: 15:30 to 16:30 30 minutes late . For Finland .",
        "At the same time as Relay (16:00 to 17:00), for Finland .",
        "1 hour 30 minutes free Dive &lt;b&gt; 18:30 to 19:00 Takes place. For everybody .",
        "Nothing is planned here Lawn , Pool Add an activity here : Lawn",
    ):
        assert piece in told


def test_days_before_and_after_and_wrong_ones(day):
    client = alice()
    for asked, said in (
        ("2026-07-05", "Games: Sunday 5 July 2026"),
        ("never", "Games: Saturday 4 July 2026"),
        ("0001-01-01", "Games: Saturday 4 July 2026"),
        ("9999-12-31", "Games: Saturday 4 July 2026"),
        ("2000-01-01", "Games: Saturday 1 January 2000"),
        ("2199-12-31", "Games: Tuesday 31 December 2199"),
    ):
        answer = client.get(day_address(day.event, asked))
        assert (answer.status_code, answer.context["title"]) == (200, said)
    empty = text_of(client.get(day_address(day.event, "2026-07-05")))
    assert "This is no day of Games." in empty
    assert "Nothing is planned on this day." in empty
    links = re.findall(r'href="\?date=([\d-]+)"', client.get(day_address(day.event)).content.decode())
    assert links == ["2026-07-03", "2026-07-04", "2026-07-05"]


def test_chosen_events_day_is_found_from_the_desk(day):
    client = alice()
    answer = client.get(f"{ACTIVITIES}day/?event=games")
    assert answer.headers["Location"] == f"/admin/schedule/event/{day.event.pk}/day/"
    change = client.get(f"/admin/schedule/event/{day.event.pk}/change/").content.decode()
    assert f"/admin/schedule/event/{day.event.pk}/day/" in change
    assert f"{ACTIVITIES}day/" in client.get(ACTIVITIES).content.decode()


def test_desk_without_an_event_says_so(db):
    assert "There is no event that you may see" in text_of(alice().get(f"{ACTIVITIES}day/"))


def test_activity_is_added_at_the_place_after_the_last_one(day):
    client = alice()
    link = re.search(
        r'href="(/admin/schedule/activity/add/[^"]+)"', client.get(day_address(day.event)).content.decode()
    )
    assert link
    form = client.get(link[1].replace("&amp;", "&")).content.decode()
    assert re.findall(r'name="(?:start|end)_[01]" value="([^"]+)"', form) == [
        "2026-07-04", "19:00:00", "2026-07-04", "20:00:00",
    ]  # fmt: skip
    assert re.search(rf'<option value="{day.stage.pk}" selected', form)
    for wrong in ("?start=never&end=9999-12-31T23:00&place=nowhere", f"?place={day.stage.pk}&start=0001-01-01"):
        assert client.get(f"{ACTIVITIES}add/{wrong}").status_code == 200


def test_two_change_places_and_one_button_takes_it_back(day, games):
    lead = staff("lena", Rank.LEAD, games.event, games.pool)
    page = lead.get(day_address(day.event))
    assert list(swaps(page)) == ["Later: Relay comes before Swim", "Earlier: Relay comes before Swim"]
    said = {"swap": swaps(page)["Later: Relay comes before Swim"]}
    answer = lead.post(day_address(day.event), said)
    assert answer.headers["Location"] == f"{day_address(day.event)}#activity-{day.swim.pk}"
    assert starts() == {"Relay": 0, "Swim": 60, "Party": 180}
    told = text_of(lead.get(day_address(day.event)))
    assert "Relay: Sat 4 Jul, 15:00 to 16:00. Swim: Sat 4 Jul, 16:00 to 17:00." in told
    assert "Undo: the 2 activities that you moved last" in told
    assert lead.post(day_address(day.event), {"undo": ""}).status_code == 302
    assert starts() == {"Swim": 0, "Relay": 60, "Party": 180}
    again = text_of(lead.get(day_address(day.event)))
    assert ("2 activities are planned as before" in again, "Undo:" in again) == (True, False)
    entries = LogEntry.objects.filter(object_id=str(day.swim.pk)).order_by("pk")
    assert [each.change_message for each in entries] == ["Swapped with the one before or after it.", "Taken back."]


def test_swap_of_what_somebody_changed_meanwhile_is_told_and_not_done(day):
    client = alice()
    said = {"swap": swaps(client.get(day_address(day.event)))["Earlier: Relay comes before Swim"]}
    Activity.objects.filter(pk=day.swim.pk).update(title="Water games", version=2)
    client.post(day_address(day.event), said)
    assert "Somebody changed the schedule since you looked at it." in text_of(client.get(day_address(day.event)))
    assert starts() == {"Water games": 0, "Relay": 60, "Party": 180}


@pytest.mark.parametrize("sent", ["", "x:y", f"{'0' * 32}:1", f"{'0' * 32}:1 {'1' * 32}:99999999999", "a " * 1000])
def test_swap_of_nonsense_changes_nothing(day, sent):
    client = alice()
    assert client.post(day_address(day.event), {"swap": sent}).status_code == 302
    assert client.post(day_address(day.event), {"undo": ""}).status_code == 302
    assert starts() == {"Swim": 0, "Relay": 60, "Party": 180}


def test_who_may_only_look_or_is_of_another_venue_or_event_changes_nothing(day, games):
    swap = swaps(alice().get(day_address(day.event)))["Later: Relay comes before Swim"]
    viewer = staff("vera", Rank.VIEWER, games.event)
    seen = viewer.get(day_address(day.event))
    assert (swaps(seen), "Add an activity" in text_of(seen), "Swim" in text_of(seen)) == ({}, False, True)
    assert viewer.post(day_address(day.event), {"swap": swap}).status_code == 403
    lead = staff("hans", Rank.LEAD, games.event, games.hall)
    assert (
        "Swim" in text_of(lead.get(day_address(day.event))),
        "Party" in text_of(lead.get(day_address(day.event))),
    ) == (
        False,
        True,
    )
    lead.post(day_address(day.event), {"swap": swap})
    stranger = staff("olga", Rank.OWNER, make_games("camp", people=0).event)
    for client, status in ((stranger, 404), (charlie(), 403)):
        for answer in (client.get(day_address(day.event)), client.post(day_address(day.event), {"swap": swap})):
            assert answer.status_code == status
    assert starts() == {"Swim": 0, "Relay": 60, "Party": 180}


def test_lead_of_a_venue_hears_of_a_collision_with_another_venue(day, games):
    Activity.objects.filter(pk=day.party.pk).update(start=NOON, end=NOON + HOUR, groups=["Finland"])
    told = text_of(staff("lena", Rank.LEAD, games.event, games.pool).get(day_address(day.event)))
    assert "Finland: " in told
    assert "At the same time as Party (15:00 to 16:00), for Finland ." in told


def test_of_many_at_the_same_time_as_an_activity_some_are_named_and_the_others_counted(day):
    Activity.objects.bulk_create(
        Activity(event=day.event, place=day.stage, title=f"A {at}", start=day.party.start, end=day.party.end)
        for at in range(20)
    )
    Activity.objects.filter(pk=day.party.pk).update(start=NOON, end=NOON + 9 * HOUR)
    told = text_of(alice().get(day_address(day.event)))
    party = re.split(r"A \d+ 18:00", told.partition("Party 15:00 to")[2])[0]
    assert (party.count("At the same time as"), party.count("And as 15 more.")) == (5, 1)
    assert told.count("And as") == 1


def test_day_costs_the_same_for_a_thousand_activities(day, django_assert_num_queries):
    client: Client = alice()

    def counted() -> int:
        with django_assert_num_queries(8):
            answer = client.get(day_address(day.event))
        return answer.content.decode().count("<h3>")

    assert counted() == 3
    Activity.objects.bulk_create(
        Activity(event=day.event, place=day.deck, title=f"A {at}", start=NOON + at * MINUTE / 4, end=NOON + HOUR)
        for at in range(200)
    )
    more = [Place(venue=day.deck.venue, name=f"P {each}") for each in range(40)]
    Place.objects.bulk_create(more)
    Activity.objects.bulk_create(
        Activity(event=day.event, place=place, title=f"B {at}", start=NOON + at * MINUTE, end=NOON + HOUR)
        for place in more
        for at in range(20)
    )
    assert counted() == 1_003

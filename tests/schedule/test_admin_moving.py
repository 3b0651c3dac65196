"""Moving many activities by minutes at the desk: shown, done once, over nobody's edit, taken back."""

import re
from datetime import datetime
from typing import Any

import pytest

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Activity, Event
from tests.cast import NOON, make_games
from tests.desk import alice, charlie, staff, text_of
from tests.schedule.plan.plans import HOUR, day_address, make_day, starts

ACTIVITIES, MOVE = "/admin/schedule/activity/", "/admin/schedule/activity/move/"


@pytest.fixture
def day(games):
    return make_day(games)


def asked(day: Any, **said: Any) -> dict[str, Any]:
    """What the form on the page of the day sends."""
    usual = {"event": "games", "date": "2026-07-04", "place": "", "since": "", "minutes": 30, "direction": "later"}
    return usual | said


def form(answer: Any) -> dict[str, str]:
    """What its button for moving sends, but for the minutes."""
    content = answer.content.decode()
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', content) for name in ("activities", "seen")}
    return {name: match[1] for name, match in found.items() if match}


def test_rest_of_the_day_at_a_place_moves_and_comes_back(day):
    client = alice()
    Activity.objects.create(
        event=day.event, place=day.deck, title="Gone", start=NOON + HOUR, end=NOON + 2 * HOUR, status="cancelled"
    )
    shown = client.get(MOVE, asked(day, place=day.deck.pk, since="13:00", minutes=135))
    told = text_of(shown)
    assert "What moves: 1" in told
    assert "Relay Deck Sat 4 Jul, 13:00 to 14:00 Sat 4 Jul, 15:15 to 16:15" in told
    assert "Nothing new is at the same time." in told
    said = form(shown) | {"minutes": 135, "direction": "later"}
    done = client.post(MOVE, said)
    assert done.headers["Location"] == day_address(day.event)
    assert starts() == {"Swim": 0, "Relay": 195, "Party": 180, "Gone": 60}
    page = text_of(client.get(day_address(day.event)))
    assert "1 activity is planned 2 hours 15 minutes later in the draft." in page
    assert "Undo: the activity that you moved last" in page
    assert "Somebody changed Relay." in text_of(client.post(MOVE, said))
    client.post(day_address(day.event), {"undo": ""})
    assert starts()["Relay"] == 60


def test_chosen_ones_move_earlier_once_it_is_said_by_how_much(day):
    client = staff("lena", Rank.LEAD, day.event, day.deck.venue)
    chosen = {"action": "move", "_selected_action": [day.swim.pk, day.relay.pk], "index": 0}
    first = client.post(ACTIVITIES, chosen)
    assert (first.status_code, list(form(first)), "What moves: 2" in text_of(first)) == (200, ["activities"], True)
    wrong = client.post(MOVE, form(first) | {"minutes": "0", "direction": "sideways", "seen": ""})
    assert ("errorlist" in wrong.content.decode(), starts()["Swim"]) == (True, 0)
    shown = client.post(MOVE, form(first) | {"minutes": "720", "direction": "earlier"})
    assert "Sat 4 Jul, 00:00 to 01:00" in text_of(shown)
    out = client.post(MOVE, form(first) | {"minutes": "721", "direction": "earlier"})
    assert "Fri 3 Jul, 23:59 to Sat 4 Jul, 00:59 This is no day of Games." in text_of(out)
    assert client.post(MOVE, form(shown) | {"minutes": "720", "direction": "earlier"}).status_code == 302
    assert starts() == {"Swim": -720, "Relay": -660, "Party": 180}


def test_collisions_that_arise_and_vanish_are_said(day):
    Activity.objects.filter(pk=day.party.pk).update(groups=["Finland"])
    client = alice()
    told = text_of(client.get(MOVE, asked(day, place=day.deck.pk, minutes=150)))
    assert "At the same time then: Finland: Swim (Sat 4 Jul, 14:30 to 15:30) and Party (Sat 4 Jul, 15:00" in told
    Activity.objects.filter(pk=day.swim.pk).update(start=day.party.start, end=day.party.end)
    gone = text_of(client.get(MOVE, asked(day, place=day.stage.pk, minutes=90)))
    assert "No longer at the same time: Finland: " in gone
    assert "At the same time then" not in gone


def test_second_editor_is_told_whose_edit_was_not_written_over(day):
    client = alice()
    shown = client.get(MOVE, asked(day))
    Activity.objects.filter(pk=day.swim.pk).update(title="Water games", version=2)
    Activity.objects.filter(pk=day.party.pk).delete()
    said = form(shown) | {"minutes": 30, "direction": "later"}
    answer = client.post(MOVE, said)
    told = text_of(answer)
    assert "Somebody changed Water games. 1 of them cannot be changed any more. Nothing was moved." in told
    assert starts() == {"Water games": 0, "Relay": 60}
    assert client.post(MOVE, form(answer) | {"minutes": 30, "direction": "later"}).status_code == 302
    assert starts() == {"Water games": 30, "Relay": 90}
    Activity.objects.filter(pk=day.relay.pk).update(note="Bring a towel.", version=3)
    client.post(day_address(day.event), {"undo": ""})
    assert "Changed by somebody meanwhile, so it stays: Relay." in text_of(client.get(day_address(day.event)))
    assert starts() == {"Water games": 0, "Relay": 90}


def test_minutes_that_were_typed_anew_are_shown_before_they_count(day):
    client = alice()
    said = form(client.get(MOVE, asked(day, minutes=10))) | {"minutes": 20, "direction": "later"}
    told = text_of(client.post(MOVE, said))
    assert ("12:20 to 13:20" in told, "look again" in told, starts()["Swim"]) == (True, True, 0)


@pytest.mark.parametrize(
    "said",
    [
        {"event": "camp"}, {"event": "", "minutes": "x"}, {"place": "nowhere"}, {"date": "2026-07-05"},
        {"since": "23:59"},
    ],
)  # fmt: skip
def test_nothing_to_move_is_said(day, said):
    answer = alice().get(MOVE, asked(day, **said), follow=True)
    assert "There is nothing that you may move there." in text_of(answer)


@pytest.mark.parametrize("said", [{"since": "never"}, {"since": "25:99"}, {"date": "never"}])
def test_what_is_no_hour_or_day_is_the_whole_day_of_the_event(day, said):
    assert "What moves: 3" in text_of(alice().get(MOVE, asked(day, **said)))


def test_activities_of_several_events_are_not_moved_together(day):
    camp = make_day(make_games("camp", people=0))
    chosen = {"action": "move", "_selected_action": [day.swim.pk, camp.swim.pk], "index": 0}
    client = alice()
    assert "These are of several." in text_of(client.post(ACTIVITIES, chosen, follow=True))
    sent = {"activities": f"{day.swim.pk}:1 {camp.swim.pk}:1 x:y z", "minutes": 5, "direction": "later", "seen": ""}
    assert "These are of several." in text_of(client.post(MOVE, sent, follow=True))


def test_only_what_somebody_may_change_moves(day, games):
    lead = staff("lena", Rank.LEAD, games.event, games.pool)
    told = text_of(lead.get(MOVE, asked(day)))
    assert ("What moves: 2" in told, "Party" in told) == (True, False)
    sent = {"activities": f"{day.party.pk}:1", "minutes": 5, "direction": "later", "seen": ""}
    assert "There is nothing that you may move" in text_of(lead.post(MOVE, sent, follow=True))
    viewer = staff("vera", Rank.VIEWER, games.event)
    for client in (viewer, charlie()):
        for answer in (client.get(MOVE, asked(day)), client.post(MOVE, sent)):
            assert answer.status_code == 403
    chosen = {"action": "move", "_selected_action": [day.swim.pk], "index": 0}
    viewer.post(ACTIVITIES, chosen)
    assert starts() == {"Swim": 0, "Relay": 60, "Party": 180}


@pytest.mark.parametrize(
    ("date", "before", "after"),
    [
        ("2026-03-29", "02:30 EET to 04:30 EEST", "04:00 to 05:00"),
        ("2026-10-25", "03:30 EEST to 03:30 EET", "03:00 to 04:00"),
    ],
)
def test_minutes_are_minutes_also_when_the_clocks_change(day, date, before, after):
    Event.objects.update(tz="Europe/Helsinki")
    start = datetime.fromisoformat(f"{date}T00:30Z")
    Activity.objects.filter(pk=day.swim.pk).update(start=start, end=start + HOUR)
    told = text_of(alice().get(MOVE, asked(day, date=date)))
    assert (f"{before} " in told, f"{after} " in told) == (True, True)

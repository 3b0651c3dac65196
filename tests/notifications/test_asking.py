"""Somebody asks what notices hold of them, or wants it gone, by nothing but the number or address they typed in."""

import json

import pytest
from django.core.management import CommandError, call_command

from notifications.models import Delivery, Recipient
from tests.cast import make_games
from tests.notifications.carried import ADDRESS, NUMBER, due_by, reachable


@pytest.mark.parametrize("typed", ["+358 40 123-4567", "00358401234567", "Ann@Home.example "])
def test_command_tells_all_that_is_held_of_them(games, capsysbinary, typed):
    family = reachable(games.event, browsers=1)
    owed = due_by("sms", family)
    reachable(games.event, phone="", email="other@home.example")
    call_command("notices_of", typed, "--event", "games")
    told = json.loads(capsysbinary.readouterr().out)
    assert {name: len(rows) for name, rows in told.items() if rows} == {"recipients": 1, "browsers": 1, "deliveries": 1}
    assert (told["recipients"][0]["phone"], told["recipients"][0]["email"]) == (NUMBER, ADDRESS)
    assert told["deliveries"][0]["id"] == str(owed.pk)


def test_command_erases_all_of_them_at_this_event(games, capsys):
    camp = make_games("camp", people=0).event
    for event in (games.event, camp):
        due_by("sms", reachable(event, browsers=1))
    other = reachable(games.event, phone="+358400000000", email="")
    call_command("notices_of", NUMBER, "--event", "games", "--erase")
    assert capsys.readouterr().out == "Erased: 1.\n"
    assert set(Recipient.objects.values_list("event__slug", "phone")) == {("camp", NUMBER), ("games", other.phone)}
    assert Delivery.objects.get().notice.event == camp


@pytest.mark.parametrize(
    ("typed", "event", "why"),
    [("", "games", "Nobody"), ("+358400000000", "games", "Nobody"), (NUMBER, "x", "no event")],
)
def test_command_says_what_is_not_there(games, typed, event, why):
    reachable(games.event, email="")
    with pytest.raises(CommandError, match=why):
        call_command("notices_of", typed, "--event", event)

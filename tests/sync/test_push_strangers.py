"""Push by strange hands and of strange shapes: neighbours and authors lose nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from eventsync.sync.models import Device, Operation, Quarantined
from tests.cast import Games, Phone, make_games, make_phone
from tests.sync.test_push import counts, verdicts


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("levels", [300, 500])
def test_push_deep_nesting_harms_no_neighbour(games: Games, phone: Phone, levels: int) -> None:
    good, deep = phone.arrive(games.people[0]), phone.arrive(games.people[1], extra=nested(levels))
    results = phone.push(deep, good)
    assert verdicts(results) == [("quarantined", [], "unstorable"), ("accepted", [], "")]
    assert [result["replayed"] for result in phone.push(deep, good)] == [True, True]


@pytest.mark.parametrize("pending", [-1, "x", 10**20, None])
def test_push_with_a_strange_pending_is_read_all_the_same(games: Games, phone: Phone, pending: object) -> None:
    assert verdicts(phone.push(phone.arrive(games.people[0]), pending=pending)) == [("accepted", [], "")]
    assert Device.objects.get(id=phone.id).pending is None


def by_a_phone_of_another_event(games: Games, author: Phone) -> tuple[Phone, dict[str, Any]]:
    return make_phone(make_games("others")), {"device": author.id}


def by_a_phone_without_the_right(games: Games, author: Phone) -> tuple[Phone, dict[str, Any]]:
    return make_phone(games, profile="family"), {}


def before_the_author_is_enrolled(games: Games, author: Phone) -> tuple[Phone, dict[str, Any]]:
    return make_phone(games), {"device": "0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11"}


@pytest.mark.parametrize(
    ("wrong_hands", "code"),
    [
        (by_a_phone_of_another_event, "wrong_event"),
        (by_a_phone_without_the_right, "not_permitted"),
        (before_the_author_is_enrolled, "not_permitted"),
    ],
)
def test_push_by_the_wrong_hands_does_not_take_the_id_from_the_author(
    games: Games, phone: Phone, wrong_hands: Callable[[Games, Phone], tuple[Phone, dict[str, Any]]], code: str
) -> None:
    operation = phone.arrive(games.people[0])
    carrier, members = wrong_hands(games, phone)
    results = carrier.push(operation | members) + carrier.push(operation | members)
    assert verdicts(results) == [("quarantined", [], code)] * 2
    assert [result["replayed"] for result in results] == [False, True]
    assert (Operation.objects.count(), Quarantined.objects.count()) == (0, 1)
    assert verdicts(phone.push(operation)) == [("accepted", [], "")]
    assert counts(games) == [("", 1, 0, 0)]


def test_push_of_what_no_database_keeps_is_its_authors(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0], actor="\0")
    stranger, carrier = make_phone(make_games("others")), make_phone(games)
    assert verdicts(stranger.push(operation | {"device": phone.id})) == [("quarantined", [], "wrong_event")]
    [result] = carrier.push(operation | {"device": phone.id})
    assert (result["code"], result["replayed"]) == ("unstorable", False)
    found = Operation.objects.values_list("device_id", "carrier_id", "event_id")
    assert [[str(key) for key in row] for row in found] == [[phone.id, carrier.id, str(games.event.id)]]


def test_push_number_that_nobody_can_read_harms_no_neighbour(games: Games, phone: Phone) -> None:
    good, bad = phone.arrive(games.people[0]), phone.arrive(games.people[1], extra=1)
    body = json.dumps({"operations": [bad, good]}).replace('"extra": 1', f'"extra": {"1" * 5_000}')
    results = phone.post(body.encode()).json()["results"]
    assert verdicts(results) == [("quarantined", [], "unstorable"), ("accepted", [], "")]

"""Who on the list may be a walk-in: the vectors of both twins, and that looking at few misses nobody."""

import random
from typing import Any

import pytest

from checkin.demo.people import generate_people
from checkin.rules import search_key
from checkin.walk_ins.rules import ENOUGH, SAME_DELEGATION, LikelyPeople, Named, name_points, words_of
from tests.checkin.test_rules import cases


def named(key: str, name: str, delegation: str) -> Named:
    return Named(key, search_key(name), search_key(delegation))


@pytest.mark.parametrize(("given", "expected"), cases("likeness"))
def test_likeness(given: dict[str, Any], expected: list[Any]) -> None:
    people = [named(each["id"], each["name"], each["delegation"]) for each in given["people"]]
    for listed in (people, people[::-1]):
        found = LikelyPeople(listed).like(named("walk-in", given["name"], given["delegation"]), 5)
        assert [list(each) for each in found] == expected


def test_names_are_as_alike_either_way() -> None:
    names = [words_of(search_key(each.name)) for each in generate_people(60)]
    assert all(name_points(a, b) == name_points(b, a) for a in names for b in names)


def misspelt(name: str, chance: random.Random) -> str:
    letters = list(name)
    for _ in range(chance.randrange(3)):
        at = chance.randrange(len(letters) - 1)
        match chance.randrange(4):
            case 0:
                letters.insert(at, chance.choice(letters))
            case 1:
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
            case 2:
                letters[at] = chance.choice("aeiourst ")
            case _ if len(letters) > 3:
                del letters[at]
    return "".join(letters)


def test_looking_at_few_finds_the_same_as_looking_at_all() -> None:
    chance = random.Random(4)
    people = [named(str(each.id), each.name, each.delegation) for each in generate_people(400)]
    likely, found = LikelyPeople(people), 0
    for person in people[:200]:
        name = misspelt(person.search, chance)
        whom = named("walk-in", chance.choice([name, " ".join(reversed(name.split()))]), person.group)
        words = words_of(whom.search)
        alike = {
            each.id: points + SAME_DELEGATION * (bool(whom.group) and each.group == whom.group)
            for each in people
            if (points := name_points(words, words_of(each.search)))
        }
        right = {(key, points) for key, points in alike.items() if points >= ENOUGH}
        assert set(likely.like(whom, len(people))) == right
        found += person.id in dict(right)
    assert found > 150


def test_a_name_of_any_length_is_answered() -> None:
    long = " ".join(f"name{number}" for number in range(5_000)) + " " + "x" * 100_000
    likely = LikelyPeople([named("1", long, ""), named("2", "y" * 100_000, ""), named("3", "", "")])
    assert [each.id for each in likely.like(named("w", long, ""), 5)] == ["1"]
    assert [each.id for each in likely.like(named("w", "y" * 99_999, ""), 5)] == ["2"]
    assert likely.like(named("w", "", ""), 5) == []

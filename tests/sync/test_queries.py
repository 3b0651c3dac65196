from uuid import UUID

from eventsync.sync.queries import holes
from tests.cast import Games, Phone


def test_holes_are_the_numbers_that_never_arrived(games: Games, phone: Phone) -> None:
    operations = [phone.arrive(games.people[0]) for _ in range(9)]
    assert holes(UUID(phone.id)) == []
    phone.push(*(operations[index] for index in (8, 1, 2, 5, 5)))
    assert holes(UUID(phone.id)) == [(1, 1), (4, 5), (7, 8)]
    phone.push(*operations)
    assert holes(UUID(phone.id)) == []


def test_what_was_kept_aside_is_no_hole(games: Games, phone: Phone) -> None:
    first, unknown = phone.arrive(games.people[0]), phone.record("checkin.nonsense", {})
    wrong, last = phone.record("checkin.arrive", {"x": 1}), phone.arrive(games.people[1])
    phone.push(first, unknown, wrong, last)
    assert holes(UUID(phone.id)) == []

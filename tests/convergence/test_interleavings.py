"""The promise: whatever the order, the repeats and the batches in which operations arrive, all end up the same.

Several phones record what Hypothesis invents; the same operations are then delivered in two different ways, by
whatever phone, in whatever batches, some of them again and again, with a code that finds its owner at any moment. What
every reader sees must be byte-equal, and equal to the fold of everything that was recorded.
"""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkin.models import Headcount, Presence
from tests.cast import NOON, Games, Phone, make_games, make_phone
from tests.convergence.stories import Delivery, another_life, deliveries, ends_the_same, stories
from tests.proving import PROVING

EXAMPLES = 250 if PROVING else 20


@given(story=stories())
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_order_of_arrival_ends_the_same(
    db: None, story: tuple[list[dict[str, Any]], list[Delivery], list[Delivery]]
) -> None:
    acts, *ways = story
    ends_the_same(acts, ways)


def flags_of(games: Games, phones: list[Phone], operations: list[dict[str, Any]], data: st.DataObject) -> list[str]:
    """The flags of all operations, delivered in any order, grouping and number, each once."""
    flags: list[str] = []
    for batch in filter(lambda batch: not batch.attach, data.draw(deliveries(len(operations)))):
        authors = (operations[index] | {"device": phones[index % 3].id} for index in batch.operations)
        for result in phones[batch.carrier].push(*authors):
            flags += [] if result["replayed"] else result["flags"]
    return flags


@given(guests=st.integers(1, 5), again=st.integers(0, 3), data=st.data())
@settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_n_people_in_one_slot_are_flagged_n_minus_one_times(
    db: None, guests: int, again: int, data: st.DataObject
) -> None:
    """Under `in_out`, where a person who says so again is no duplicate."""
    with another_life():
        games = make_games(people=guests)
        phones = [make_phone(games) for _ in range(3)]
        claims = []
        for number in range(guests + again):
            claim = phones[number % 3].arrive(
                games.people[number % guests], door=games.gate, at=NOON + timedelta(minutes=number)
            )
            claim["payload"]["slot"] = "Bed 1"
            claims.append(claim)
        assert flags_of(games, phones, claims, data) == ["slot_taken"] * (guests - 1)
        assert Headcount.objects.get().present == guests
        assert sorted(Presence.objects.values_list("subject", "slot")) == sorted(
            (f"p{person.id.hex}", "Bed 1") for person in games.people
        )


@given(arrivals=st.integers(1, 6), data=st.data())
@settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_n_arrivals_are_flagged_n_minus_one_times(db: None, arrivals: int, data: st.DataObject) -> None:
    with another_life():
        games = make_games(people=1)
        phones = [make_phone(games) for _ in range(3)]
        operations = [
            phones[number % 3].arrive(games.people[0], at=NOON + timedelta(minutes=number))
            for number in range(arrivals)
        ]
        assert flags_of(games, phones, operations, data) == ["second_admission"] * (arrivals - 1)
        assert Headcount.objects.get().present == 1

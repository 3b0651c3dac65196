"""A batch decides as its operations would one by one, in the order of their numbers, of whatever kinds they are."""

from typing import Any

import pytest

from checkin import audit
from checkin.models import Person
from tests.cast import Games
from tests.checkin.safety import Lead, make_lead
from tests.checkin.walk_ins import WALK_IN, merge, register


@pytest.fixture
def lead(games: Games) -> Lead:
    return make_lead(games)


@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_said_of_a_walk_in_is_kept_whatever_came_between(lead: Lead, at_once: bool) -> None:
    of_guest, registered = lead.propose("No milk."), register(lead.phone)
    lead.person = Person(pk=WALK_IN)
    said = [of_guest, registered, lead.propose("No nuts.")]
    assert [each["flags"] for each in pushed(lead, said, at_once)] == [["proposed"], [], ["proposed"]]


@pytest.mark.parametrize("at_once", [True, False])
def test_merge_that_is_taken_back_in_the_same_batch_leaves_nothing(games: Games, lead: Lead, at_once: bool) -> None:
    first, second = (each.pk for each in games.people[:2])
    said = [merge(lead.phone, first, second), lead.propose("No milk."), merge(lead.phone, first, first, minute=1)]
    pushed(lead, said, at_once)
    assert list(audit.differences(games.event)) == []


def pushed(lead: Lead, said: list[dict[str, Any]], at_once: bool) -> list[dict[str, Any]]:
    batches = [said] if at_once else [[each] for each in said]
    return [result for batch in batches for result in lead.phone.push(*batch)]

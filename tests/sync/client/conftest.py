"""A device on the day of the event, and its wire."""

from collections.abc import Iterator

import pytest
import time_machine

from eventsync.sync.client.device import Device
from tests.cast import NOON, Games
from tests.network import Wire, make_device
from tests.sync.client.acts import arrivals, push, void


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It is noon for everybody. Other days raise `clock_suspect`."""
    with time_machine.travel(NOON) as traveller:
        yield traveller


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def device(games: Games, wire: Wire, clock: time_machine.Traveller) -> Device:
    return make_device(games, wire)


@pytest.fixture
def busy(games: Games) -> Device:
    """A device with a door's work: ten records in the hall's stream, one of them a tombstone."""
    other = make_device(games, Wire())
    first, *_ = arrivals(other, games, 5)
    push(other)
    void(other, games, first)
    push(other)
    return other

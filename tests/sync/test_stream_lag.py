"""How far the list on the phone that is furthest behind lags, of phones in use."""

from datetime import timedelta

import pytest

from eventsync.jobs.seeing.registry import measures
from eventsync.sync.models import Device, StreamHead
from eventsync.sync.streams import kiosk_stream, roster_stream
from tests.cast import NOON, make_games, make_phone


def lag() -> float:
    return measures["stream_lag"].read(NOON)[()]


@pytest.fixture
def lists(games) -> None:
    for stream, head in ((roster_stream(games.event.id), 100), (kiosk_stream(games.event.id), 300)):
        StreamHead.objects.update_or_create(stream=stream, defaults={"head": head})


def test_it_is_of_the_phone_in_use_that_is_furthest_behind(games, lists):
    assert lag() == 0  # nobody is there
    for version, seconds in ((95, 10), (40, 170), (1, 190), (None, 10)):
        phone = make_phone(games)
        heard = NOON - timedelta(seconds=seconds)
        Device.objects.filter(pk=phone.id).update(roster_version=version, heard_at=heard)
    assert lag() == 60
    Device.objects.filter(roster_version=40).update(revoked_at=NOON)
    assert lag() == 5


def test_a_kiosk_is_measured_by_its_own_list_and_another_event_by_its_own(games, lists):
    kiosk = make_phone(games)
    Device.objects.filter(pk=kiosk.id).update(profile="kiosk", roster_version=290, heard_at=NOON)
    assert lag() == 10
    camp = make_games("camp", people=1)
    StreamHead.objects.update_or_create(stream=roster_stream(camp.event.id), defaults={"head": 20})
    Device.objects.filter(pk=make_phone(camp).id).update(roster_version=5, heard_at=NOON)
    assert lag() == 15

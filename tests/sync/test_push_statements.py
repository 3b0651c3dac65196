"""How many statements a push takes: each costs, and their number does not depend on the machine."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventsync.jobs.models import Webhook
from eventsync.schedule.models import Event, Venue
from eventsync.schedule.records import describe
from tests.cast import DAY, Games, Phone, make_phone

# Epoch, device, event with its venues, venues of the doors; begin; heads, known operations, erased people, doors, codes
# or people, voids, earlier records; ledger, presence, headcounts read and written; stored presence and headcounts,
# changes, head; operations, the device; what is told, and whether anybody hears; commit.
ARRIVING = 25


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("profile", ["door", "lead", "kiosk"])
def test_arrivals_take_as_many_statements_however_many(games: Games, profile: str, count: int) -> None:
    phone = make_phone(games, profile=profile)
    operations = [phone.arrive(games.digest(number)) for number in range(count)]
    with CaptureQueriesContext(connection) as asked:
        phone.push(*operations)
    assert len(asked) == ARRIVING


def test_phone_of_one_venue_takes_as_many(games: Games) -> None:
    phone = make_phone(games, venue=games.hall)
    with CaptureQueriesContext(connection) as asked:
        phone.push(phone.arrive(games.people[0]))
    assert len(asked) == ARRIVING


def test_nothing_new_takes_fewer(games: Games, phone: Phone) -> None:
    operation = phone.arrive(games.people[0])
    phone.push(operation)
    with CaptureQueriesContext(connection) as asked:
        phone.push(operation)
    # Epoch, device, event, venues of the doors, begin, heads, known operations, erased people, the device, commit.
    assert len(asked) == 10


@pytest.mark.parametrize("venues", [1, 3])
def test_event_is_described_with_its_venues_in_one_statement(db: None, venues: int) -> None:
    event = Event.objects.create(slug="day", name="Day", first_day=DAY, last_day=DAY)
    made = [Venue.objects.create(event=event, slug=str(number), name=str(number)) for number in range(venues)]
    with CaptureQueriesContext(connection) as asked:
        found = describe(event.id)
    assert found is not None
    assert (len(asked), found.slug, found.tz, list(found.venues)) == (1, "day", "UTC", sorted(each.id for each in made))


def test_event_without_a_venue_is_described(db: None) -> None:
    event = Event.objects.create(slug="day", name="Day", first_day=DAY, last_day=DAY)
    found = describe(event.id)
    assert found is not None
    assert (found.id, found.name, found.venues) == (event.id, "Day", ())


def test_venue_that_is_new_is_read_at_once(games: Games, phone: Phone) -> None:
    """Also by the phone of whoever pushed a moment ago."""
    phone.push(phone.arrive(games.people[0]))
    added = Venue.objects.create(event=games.event, slug="gym", name="Gym")
    games.pool_door.venue = added
    games.pool_door.save()
    [result] = phone.push(phone.arrive(games.people[1], door=games.pool_door))
    assert list(result["at"]) == [f"attendance:{added.id}"]


def test_webhook_that_is_new_hears_at_once(games: Games, phone: Phone) -> None:
    phone.push(phone.arrive(games.people[0]))
    webhook = Webhook.objects.create(name="Board", url="https://example.org/", event_id=games.event.id)
    phone.push(phone.arrive(games.people[1]))
    assert webhook.sendings.count() == 1

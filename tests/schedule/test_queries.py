"""Finding an event."""

import pytest

from eventsync.schedule.queries import NoSuchEvent, event_by_slug


def test_event_is_found_by_its_short_name(games):
    assert event_by_slug("games") == games.event


def test_event_that_is_not_there_is_one_sentence(games):
    with pytest.raises(NoSuchEvent) as error:
        event_by_slug("nope")
    assert str(error.value) == "There is no event “nope”."

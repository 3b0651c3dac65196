"""The desk leads to what families read."""

import pytest

from eventsync.access.ranks import Rank
from tests.cast import make_games
from tests.desk import alice, charlie, staff

FAMILIES = "/admin/schedule/event/families/"


def test_desk_leads_to_families_pages_of_the_event_that_is_on_and_to_the_door_app(games):
    client = alice()
    page = client.get("/admin/").content.decode()
    assert [each in page for each in (f'<a href="{FAMILIES}">', '<a href="/app/">', "View site")] == [True, True, False]
    assert client.get(FAMILIES).headers["Location"] == f"/schedule/{games.event.slug}/"


def test_others_events_are_led_to_by_nobody(games):
    camp = make_games("camp", people=0)
    olga = staff("olga", Rank.VIEWER, camp.event)
    for asked in ("", f"?event={games.event.slug}"):
        assert olga.get(FAMILIES + asked).headers["Location"] == "/schedule/camp/"
    assert charlie().get(FAMILIES).status_code == 403


@pytest.mark.django_db
def test_without_an_event_it_is_said():
    page = alice().get(FAMILIES, follow=True)
    assert "There is no event yet whose pages families could read." in page.content.decode()

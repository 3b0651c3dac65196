"""Copying an event at the desk, by whom it is given to."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Activity, Event, StaffRole
from tests.cast import make_games
from tests.desk import alice, staff, text_of
from tests.schedule.plan.plans import make_day

NEXT = {"name": "Games 2027", "slug": "games-2027", "first_day": "2027-07-03"}


def address(event: Event) -> str:
    return f"/admin/schedule/event/{event.pk}/copy/"


def test_page_says_what_is_copied_suggests_next_year_and_leads_to_the_copy(games):
    make_day(games)
    client = alice()
    assert address(games.event) in client.get(f"/admin/schedule/event/{games.event.pk}/change/").content.decode()
    shown = client.get(address(games.event))
    told = text_of(shown)
    assert "2 venues, 2 places with the way there, 3 activities of the draft, 0 words" in told
    assert "Checkpoints: add them at each venue" in told
    assert [f'value="{value}"' in shown.content.decode() for value in NEXT.values()] == [True] * 3
    done = client.post(address(games.event), NEXT)
    event = Event.objects.get(slug="games-2027")
    assert done.headers["Location"] == f"/admin/schedule/event/{event.pk}/change/"
    assert (event.activities.count(), StaffRole.objects.count()) == (3, 0)
    assert LogEntry.objects.get(object_id=str(event.pk)).change_message == "Copied from Games."


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"slug": "games"}, "An event with this short name exists already."),
        ({"slug": "no way"}, "Enter a valid “slug”"),
        ({"first_day": "soon"}, "Enter a valid date."),
        ({"first_day": "2200-01-01"}, "Ensure this value is less than or equal to 2199-12-31."),
        ({"first_day": "9999-12-31"}, "Ensure this value is less than"),
        ({"name": " "}, "This field is required."),
    ],
)
def test_copy_that_cannot_be_is_explained(games, said, sentence):
    assert sentence in text_of(alice().post(address(games.event), NEXT | said))
    assert Event.objects.count() == 1


def test_year_in_a_name_becomes_the_next_one(games):
    Event.objects.update(name="Games 2026 in Oulu", slug="oulu-2026")
    shown = alice().get(address(games.event)).content.decode()
    assert ('value="Games 2027 in Oulu"' in shown, 'value="oulu-2027"' in shown) == (True, True)


def test_owner_copies_their_own_event_and_owns_the_copy(games):
    make_day(games)
    owner, other = staff("olga", Rank.OWNER, games.event), make_games("camp", people=0)
    staff("olga", Rank.MANAGER, other.event)
    pages = [f"/admin/schedule/event/{event.pk}/change/" for event in (games.event, other.event)]
    assert ["Copy for next year" in text_of(owner.get(page)) for page in pages] == [True, False]
    for event in (other.event, Event(slug="none", name="None")):  # theirs to manage, and none at all
        assert [each(address(event), NEXT).status_code for each in (owner.get, owner.post)] == [404, 404]
    assert "you become the owner" in text_of(owner.get(address(games.event)))
    assert owner.post(address(games.event), NEXT).status_code == 302
    event = Event.objects.get(slug="games-2027")
    assert [(role.user.username, role.rank) for role in StaffRole.objects.filter(event=event)] == [("olga", Rank.OWNER)]
    assert owner.post(address(event), NEXT | {"slug": "again", "first_day": "2028-07-01"}).status_code == 302
    assert owner.get("/admin/schedule/event/add/").status_code == 403


@pytest.mark.parametrize("rank", [Rank.VIEWER, Rank.LEAD, Rank.MANAGER])
def test_nobody_below_an_owner_copies(games, rank):
    client = staff("bob", rank, games.event)
    assert [each(address(games.event), NEXT).status_code for each in (client.get, client.post)] == [403, 403]
    assert Event.objects.count() == 1


def test_who_may_add_events_copies_those_that_they_see_whole_and_owns_the_copy(games):
    make_day(games)
    owner = staff("olga", Rank.MANAGER, games.event)
    olga = User.objects.get(username="olga")
    olga.user_permissions.add(Permission.objects.get(codename="add_event"))
    other = make_games("camp", people=0)
    staff("olga", Rank.LEAD, other.event, other.hall)
    assert owner.post(address(other.event), NEXT).status_code == 404
    assert "you become the owner" in text_of(owner.get(address(games.event)))
    assert owner.post(address(games.event), NEXT).status_code == 302
    event = Event.objects.get(slug="games-2027")
    assert StaffRole.objects.get(event=event).user == olga
    assert owner.get(f"/admin/schedule/event/{event.pk}/day/").status_code == 200
    assert Activity.objects.filter(event=event).count() == 3

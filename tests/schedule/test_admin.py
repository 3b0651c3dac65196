"""Events, venues and enrolment codes in admin."""

import re

import pytest
from django.test import Client

from eventsync.jobs.models import DomainEvent
from eventsync.schedule.models import Event, Venue
from eventsync.sync.models import EnrolmentCode
from tests.cast import make_games, make_phone
from tests.desk import alice, bob, inline

CODES = "/admin/sync/enrolmentcode/"
EVENT = {
    "name": "Camp",
    "slug": "camp",
    "tz": "Europe/Helsinki",
    "first_day": "2026-08-01",
    "last_day": "2026-08-03",
    "apart_minutes": "10",
}


def invitation(games, **said):
    return {"event": games.event.pk, "venue": "", "profile": "door", "uses": "2", "hours": "5", **said}


def added() -> set[str]:
    """The venues that domain events tell of."""
    return set(DomainEvent.objects.filter(name="venue_added").values_list("partition", flat=True))


def test_new_event_comes_with_its_venues(db):
    said = EVENT | inline("venues", {"name": "Hall", "slug": "hall"}, {"name": "Pool", "slug": "pool"})
    assert alice().post("/admin/schedule/event/add/", said).status_code == 302
    venues = Event.objects.get(slug="camp").venues.all()
    assert [venue.name for venue in venues] == ["Hall", "Pool"]
    assert added() == {str(venue.pk) for venue in venues}


def test_new_venue_is_told_of_once(games):
    said = {"event": games.event.pk, "name": "Lake", "slug": "lake"}
    desk = alice()
    assert desk.post("/admin/schedule/venue/add/", said).status_code == 302
    lake = games.event.venues.get(slug="lake")
    desk.post(f"/admin/schedule/venue/{lake.pk}/change/", said | {"name": "The lake"})
    assert added() == {str(lake.pk)}
    assert DomainEvent.objects.filter(name="venue_added").count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"tz": "Helsinki"}, "Helsinki is not an IANA time zone, such as Europe/Helsinki."),
        ({"last_day": "2026-07-01"}, "The last day is before the first."),
        ({"slug": "games"}, "Event with this Slug already exists."),
    ],
)
def test_event_that_cannot_be_is_explained(games, wrong, sentence):
    answer = alice().post("/admin/schedule/event/add/", EVENT | inline("venues") | wrong)
    assert sentence in answer.content.decode()


def test_venue_stays_in_its_event(games):
    other = make_games("other", people=0)
    said = {"event": other.event.pk, "name": "Main hall", "slug": "hall"}
    alice().post(f"/admin/schedule/venue/{games.hall.pk}/change/", said)
    games.hall.refresh_from_db()
    assert games.hall.event == games.event


def test_event_and_venue_that_phones_know_stay_and_say_why(games):
    make_phone(games, venue=games.pool)
    client = alice()
    for page, sentence in [
        (f"/admin/schedule/event/{games.event.pk}/delete/", "Phones were enrolled for Games."),
        (f"/admin/schedule/venue/{games.pool.pk}/delete/", "Phones were enrolled for Pool, so the venue has to stay."),
        (f"/admin/schedule/venue/{games.hall.pk}/delete/", "Checkpoint"),
    ]:
        assert sentence in client.get(page).content.decode()
        client.post(page, {"post": "yes"})
    assert (Event.objects.count(), Venue.objects.count()) == (1, 2)


def test_event_with_nothing_in_it_can_be_deleted(db):
    event = Event.objects.create(slug="e", name="E", first_day="2026-01-01", last_day="2026-01-01")
    assert alice().post(f"/admin/schedule/event/{event.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Event.objects.exists()


def test_new_code_is_shown_once_with_link_and_picture(games):
    client = alice()
    answer = client.post(f"{CODES}add/", invitation(games, venue=games.pool.pk))
    page = answer.content.decode()
    (code,) = re.findall(r'class="code">([A-Z0-9-]{14})<', page)
    assert f"/app/#enrol={code}" in page
    assert 'src="data:image/svg+xml' in page
    assert "no-store" in answer["Cache-Control"]
    row = EnrolmentCode.objects.get()
    assert (row.event_id, row.venue_id, row.profile, row.uses) == (games.event.id, games.pool.id, "door", 2)
    for other in (CODES, f"{CODES}{row.pk}/change/"):
        text = client.get(other).content.decode()
        assert (code in text, "Pool" in text, "0 of 2" in text) == (False, True, True)
    asked = {"code": code, "device": "018f0000-0000-7000-8000-000000000001", "name": "", "app_version": "1"}
    assert Client().post("/api/v1/enrol", asked | {"protocol": 1}, content_type="application/json").status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"uses": "0"},
        {"uses": "10001"},
        {"hours": "0"},
        {"hours": "8785"},
        {"profile": "boss"},
        {"profile": "family"},
        {"event": ""},
        {"uses": "x"},
    ],
)
def test_code_that_cannot_be_is_explained(games, wrong):
    answer = alice().post(f"{CODES}add/", invitation(games, **wrong))
    assert "errorlist" in answer.content.decode()
    assert not EnrolmentCode.objects.exists()


def test_form_of_a_code_sends_families_to_their_links(games):
    page = alice().get(f"{CODES}add/").content.decode()
    assert ('value="agent"' in page, 'value="family"' in page) == (True, False)
    assert '<a href="/admin/schedule/familylink/">family links</a>' in page


def test_code_for_a_venue_of_another_event_is_explained(games):
    other = make_games("other", people=0)
    answer = alice().post(f"{CODES}add/", invitation(games, venue=other.hall.pk))
    assert "Main hall is a venue of Other, not of Games." in answer.content.decode()


def test_bob_who_may_only_see_codes_cannot_make_or_withdraw_any(games):
    alice().post(f"{CODES}add/", invitation(games))
    viewer, row = bob("sync.view_enrolmentcode"), EnrolmentCode.objects.get()
    assert viewer.post(f"{CODES}add/", invitation(games)).status_code == 403
    assert viewer.post(f"{CODES}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert EnrolmentCode.objects.count() == 1


def test_withdrawn_code_is_no_good_any_more(games):
    client = alice()
    client.post(f"{CODES}add/", invitation(games))
    assert client.post(f"{CODES}{EnrolmentCode.objects.get().pk}/delete/", {"post": "yes"}).status_code == 302
    assert not EnrolmentCode.objects.exists()

"""The schedule at the desk: places and activities, two editors at once, releases and taking them back."""

import re
from pathlib import Path
from typing import Any

import pytest

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Activity, Event, Place, Release
from eventsync.schedule.plan import queries
from tests.cast import NOON
from tests.desk import alice, staff, text_of
from tests.schedule.plan.plans import Day, make_day, release

ACTIVITIES, PLACES, RELEASES = (f"/admin/schedule/{name}/" for name in ("activity", "place", "release"))


@pytest.fixture
def day(games) -> Day:
    Event.objects.update(tz="Europe/Helsinki", languages=["en", "fi"])
    games.event.refresh_from_db()
    return make_day(games)


def page(activity: Activity) -> str:
    return f"{ACTIVITIES}{activity.pk}/change/"


def typed(place: Place, **said: Any) -> dict[str, Any]:
    """The form of an activity in the games' hall or pool, local time."""
    usual = {
        "place": place.pk, "title": "Swim", "sentence": "", "note": "", "outline": "", "symbol": "", "number": "",
        "start_0": "2026-07-04", "start_1": "15:00", "end_0": "2026-07-04", "end_1": "16:00", "delay": 0,
        "status": "planned", "priority": "important", "buffer": 0, "groups": "Finland", "title_fi": "Uinti",
        "edited": 1,
    }  # fmt: skip
    return usual | said


def seen(answer: Any) -> str:
    found = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def test_new_activity_is_of_its_places_event_and_its_times_of_that_zone(day):
    said = typed(day.deck, title="Walk", groups=" Norway\nFinland \n\nNorway", number="7")
    client = alice()
    assert client.post(f"{ACTIVITIES}add/", said).status_code == 302
    walk = Activity.objects.get(title="Walk")
    assert (walk.event, f"{walk.start:%H:%M %Z}", walk.groups) == (day.event, "12:00 UTC", ["Finland", "Norway"])
    again = client.post(f"{ACTIVITIES}add/", said | {"title": "Walk 2"})
    assert "Another activity of this event has this number." in again.content.decode()


def test_texts_of_other_languages_are_kept_also_those_that_the_event_no_longer_offers(day):
    Activity.objects.filter(pk=day.swim.pk).update(texts={"fi": {"title": "Uinti"}, "es": {"title": "Natación"}})
    client = alice()
    form = client.get(page(day.swim)).content.decode()
    assert ('name="title_fi"' in form, 'name="title_es"' in form, 'name="title_en"' in form) == (True, False, False)
    assert client.post(page(day.swim), typed(day.deck, title_fi="", note_fi="Ota pyyhe.")).status_code == 302
    day.swim.refresh_from_db()
    assert day.swim.texts == {"fi": {"note": "Ota pyyhe."}, "es": {"title": "Natación"}}
    assert day.swim.version == 2


def test_second_of_two_editors_sees_both_and_decides(day):
    client = alice()
    client.post(page(day.swim), typed(day.deck, title="Swimming", delay=15, status="held"))
    mine = typed(day.deck, title="Water games")
    answer = client.post(page(day.swim), mine)
    text = answer.content.decode()
    assert "Somebody else changed this since you opened it." in text
    assert [each in text for each in ("Stored by now: “Swimming”", "“15”", "“Waits, time not known”")] == [True] * 3
    assert 'value="Water games"' in text
    assert Activity.objects.get(pk=day.swim.pk).title == "Swimming"
    version = re.search(r'name="edited" value="(\d+)"', text)
    assert version
    assert client.post(page(day.swim), mine | {"edited": version[1]}).status_code == 302
    assert (Activity.objects.get(pk=day.swim.pk).title, version[1]) == ("Water games", "2")


def test_lead_of_a_venue_edits_what_is_there_and_releases_nothing(day, games):
    lead = staff("lena", Rank.LEAD, games.event, games.pool)
    assert lead.post(page(day.swim), typed(day.deck, title="Swimming")).status_code == 302
    assert lead.post(page(day.party), typed(day.stage, title="Disco")).status_code == 302  # it is not there for her
    moved = lead.post(page(day.swim), typed(day.stage, edited=2))
    assert "Select a valid choice" in moved.content.decode()
    assert lead.get(f"{RELEASES}add/").status_code == 403
    assert lead.get(f"{RELEASES}undo/").status_code == 403
    titles = sorted(Activity.objects.values_list("title", flat=True))
    assert (titles, Activity.objects.get(pk=day.swim.pk).place) == (["Party", "Relay", "Swimming"], day.deck)


def test_manager_releases_what_the_preview_showed_and_takes_it_back(day, games):
    manager = staff("mara", Rank.MANAGER, games.event)
    first = manager.get(f"{RELEASES}add/")
    assert manager.post(f"{RELEASES}add/", {"seen": seen(first), "comment_en": "Ready."}).status_code == 302
    Activity.objects.filter(pk=day.swim.pk).update(place=day.stage)
    Activity.objects.filter(pk=day.relay.pk).update(status="cancelled")
    looked = manager.get(f"{RELEASES}add/")
    rows = re.findall(r"<tr><th scope=.row.>(.+?)</tr>", looked.content.decode())
    assert [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows] == [
        "Swim For Finland Another place Deck Stage",
        "Relay For Finland, Norway Cancelled Sat 4 Jul, 16:00 to 17:00, Deck",
    ]
    assert "<strong>For:</strong> Finland, Norway." in looked.content.decode()
    said = text_of(looked)
    assert "Families see this once you press Release 2 , and nothing of it before." in said
    assert "Activity What Families see now Then" in said
    assert "A sentence about all of it, if you like. Families read it below the changes." in said
    Activity.objects.filter(pk=day.party.pk).update(delay=5)
    late = manager.post(f"{RELEASES}add/", {"seen": seen(looked)})
    assert "Look again, then release." in late.content.decode()
    assert manager.post(f"{RELEASES}add/", {"seen": seen(late)}).status_code == 302
    back = manager.get(f"{RELEASES}undo/")
    assert manager.post(f"{RELEASES}undo/", {"seen": seen(back)}).status_code == 302
    made = Release.objects.filter(event=day.event).order_by("number").values_list("number", "by", "comment", "restores")
    assert list(made) == [(1, "mara", {"en": "Ready."}, None), (2, "mara", {}, None), (3, "mara", {}, 1)]
    assert queries.changes_since(day.event, 1) == []
    assert manager.get(RELEASES).status_code == 200


def test_release_is_told_by_the_clock_of_its_event(day):
    client, row = alice(), release(day.event, now=NOON)
    for page in (RELEASES, f"{RELEASES}{row.pk}/change/"):
        assert "Sat 04 Jul 2026, 15:00 (Europe/Helsinki)" in client.get(page).content.decode()


def test_what_families_have_read_of_is_cancelled_not_deleted(day):
    client = alice()
    release(day.event)
    for address, kept in (
        (page(day.swim), "Cancel it instead"),
        (f"{PLACES}{day.deck.pk}/change/", "activities at Deck"),
    ):
        answer = client.post(address.replace("/change/", "/delete/"), {"post": "yes"})
        assert kept in answer.content.decode()
    assert (Activity.objects.count(), Place.objects.count()) == (3, 2)


def test_place_says_that_nothing_is_known_until_somebody_knows(day):
    client = alice()
    said = {"name": "Deck", "directions": "Turn left.", "crowd": "unknown", "light": "unknown", "edited": 1}
    said |= {"noise": "loud", "quiet_room": "unknown", "quiet_directions": "", "name_fi": "Kansi"}
    said |= {"step_free": "no", "toilet": "unknown"}
    assert client.post(f"{PLACES}{day.deck.pk}/change/", said).status_code == 302
    deck = Place.objects.get(pk=day.deck.pk)
    assert (deck.noise, deck.crowd, deck.texts, deck.version) == ("loud", "unknown", {"fi": {"name": "Kansi"}}, 2)


def fields(html: str) -> list[str]:
    return re.findall(r'name="title_(\w\w)"', html)


def test_new_activity_has_all_languages_of_its_event_at_once(day):
    client = alice()
    assert fields(client.get(f"{ACTIVITIES}add/").content.decode()) == ["fi"]
    said = typed(day.deck, title="Walk", title_fi="Kävely", note_fi="Ota kengät.")
    assert client.post(f"{ACTIVITIES}add/", said).status_code == 302
    assert Activity.objects.get(title="Walk").texts == {"fi": {"title": "Kävely", "note": "Ota kengät."}}
    said = {"venue": day.deck.venue_id, "name": "Lawn", "name_fi": "Nurmikko", "noise": "quiet", "crowd": "unknown"}
    said |= dict.fromkeys(("light", "quiet_room", "step_free", "toilet"), "unknown")
    assert client.post(f"{PLACES}add/", said).status_code == 302
    assert Place.objects.get(name="Lawn").texts == {"fi": {"name": "Nurmikko"}}


def test_language_that_the_event_of_a_new_activity_does_not_have_is_not_dropped(day):
    Event.objects.create(slug="camp", name="Camp", first_day="2026-07-04", last_day="2026-07-04", languages=["es"])
    client = alice()
    assert fields(client.get(f"{ACTIVITIES}add/").content.decode()) == ["es", "fi"]
    assert fields(client.get(f"{ACTIVITIES}add/?place={day.deck.pk}").content.decode()) == ["fi"]
    answer = client.post(f"{ACTIVITIES}add/", typed(day.deck, title="Walk", title_es="Paseo"))
    assert "Games does not have it: add it to the event first, and leave this empty." in answer.content.decode()
    assert 'value="Paseo"' in answer.content.decode()
    Event.objects.filter(pk=day.event.pk).update(language="fi", languages=["en"])
    answer = client.post(f"{ACTIVITIES}add/", typed(day.deck, title="Walk", title_fi="Kävely"))
    assert "Games is written in it: say it above, and leave this empty." in answer.content.decode()
    assert not Activity.objects.filter(title="Walk").exists()


def test_times_of_an_activity_say_whose_clock_they_are_by(day):
    client, said = alice(), "By the clock of Games: Europe/Helsinki."
    assert client.get(page(day.swim)).content.decode().count(said) == 2
    assert client.get(f"{ACTIVITIES}add/?place={day.deck.pk}").content.decode().count(said) == 2
    blank = client.get(f"{ACTIVITIES}add/").content.decode()
    assert blank.count("By the clock of the event that the place is of.") == 2
    assert re.findall(r'data-admin-utc-offset="(\d+)"', blank)[0] in {"7200", "10800"}
    assert ".model-activity .timezonewarning { display: none; }" in Path("static/admin-eventsync.css").read_text()

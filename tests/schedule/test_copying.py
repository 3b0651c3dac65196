"""An event once more on other days: all of its plan, at the same local times, and nobody's data."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventsync.jobs.models import DomainEvent
from eventsync.schedule import copying
from eventsync.schedule.models import Activity, Event, OwnSymbol, Place, Release, Term, Venue
from eventsync.schedule.plan import queries
from eventsync.sync.models import Device
from tests.cast import DAY, make_games, make_phone
from tests.schedule.plan.plans import HOUR, Day, make_day, release
from tests.together import together

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.fixture
def day(games) -> Day:
    Event.objects.update(tz="Europe/Helsinki", languages=["fi"], help_phone="112", keep_until=DAY + timedelta(days=9))
    games.event.refresh_from_db()
    return make_day(games)


def copy(event: Event, first_day: date, slug: str = "next") -> Event:
    return copying.copy(event, name="Next", slug=slug, first_day=first_day)


def local(row: Activity) -> str:
    start, end = row.start.astimezone(HELSINKI), row.end.astimezone(HELSINKI)
    return f"{start:%d.%m. %H:%M} to {end:%d.%m. %H:%M}"


def test_copy_has_the_plan_and_settings_and_families_see_none_of_it(day, games):
    make_phone(games)
    Activity.objects.filter(pk=day.swim.pk).update(
        delay=30, note="Late.", texts={"fi": {"title": "Uinti", "note": "M."}, "es": {"note": "T."}}, number="7"
    )
    Activity.objects.filter(pk=day.relay.pk).update(status="cancelled")
    Term.objects.create(event=day.event, word="Relay", meaning="One after the other.")
    OwnSymbol.objects.create(event=day.event, key="boccia", word="Boccia", kind="svg", digest="a", credit="Maria")
    release(day.event)
    told = DomainEvent.objects.filter(name="venue_added").count()
    event = copy(day.event, date(2027, 7, 3))
    assert (event.tz, event.languages, event.help_phone, event.last_day) == (
        "Europe/Helsinki", ["fi"], "112", date(2027, 7, 3),
    )  # fmt: skip
    assert event.keep_until == date(2027, 7, 12)
    assert list(event.venues.values_list("name", "slug")) == [("Main hall", "hall"), ("Pool", "pool")]
    assert [term.word for term in event.terms.all()] == ["Relay"]
    assert [(symbol.key, symbol.digest) for symbol in event.symbols.all()] == [("boccia", "a")]
    deck, stage = Place.objects.filter(venue__event=event).order_by("name")
    assert (deck.directions, deck.venue.slug, stage.texts) == (day.deck.directions, "pool", {"fi": {"name": "Lava"}})
    swim, relay, party = Activity.objects.filter(event=event)
    assert [local(each) for each in (swim, relay, party)] == [
        "03.07. 15:00 to 03.07. 16:00", "03.07. 16:00 to 03.07. 17:00", "03.07. 18:00 to 03.07. 19:00",
    ]  # fmt: skip
    assert (swim.place, swim.number, swim.groups, swim.version) == (deck, "7", ["Finland"], 1)
    assert (swim.delay, swim.note, swim.texts, relay.status) == (0, "", {"fi": {"title": "Uinti"}}, "planned")
    assert (queries.current(event).activities, Release.objects.filter(event=event).count()) == ({}, 0)
    assert not Device.objects.filter(event_id=event.pk).exists()
    assert DomainEvent.objects.filter(name="venue_added").count() == told + 2
    assert (Activity.objects.count(), Place.objects.count(), Venue.objects.count()) == (6, 4, 4)


@pytest.mark.parametrize(
    ("begin", "hours", "first_day", "said"),
    [
        # Ten o'clock of a summer, and of a winter.
        ("2026-07-04T07:00Z", 1, date(2027, 1, 4), "04.01. 10:00 to 04.01. 11:00"),
        # A night becomes the one in which the clocks go forward: it is an hour shorter.
        ("2026-07-04T19:00Z", 8, date(2027, 3, 27), "27.03. 22:00 to 28.03. 06:00"),
        # What begins in the hour that is left out.
        ("2026-07-04T00:30Z", 1, date(2027, 3, 28), "28.03. 04:30 to 28.03. 05:30"),
        # In the hour that comes twice, the first time.
        ("2026-07-04T00:30Z", 1, date(2027, 10, 31), "31.10. 03:30 to 31.10. 04:30"),
    ],
)
def test_local_times_stay_also_when_the_clocks_are_changed(day, begin, hours, first_day, said):
    start = datetime.fromisoformat(begin)
    Activity.objects.filter(pk=day.swim.pk).update(start=start, end=start + hours * HOUR)
    assert local(Activity.objects.get(event=copy(day.event, first_day), title="Swim")) == said


@pytest.mark.parametrize(("first", "lasts"), [(0, 1), (1, 1), (0, 0.5)])
def test_hour_that_came_twice_is_once_the_next_year(day, first, lasts):
    """Half past three, then half past three again; and what was on between."""
    Event.objects.update(first_day=date(2026, 10, 25), last_day=date(2026, 10, 25), keep_until=None)
    day.event.refresh_from_db()
    start = datetime(2026, 10, 25, first, 30, tzinfo=UTC)
    Activity.objects.filter(pk=day.swim.pk).update(start=start, end=start + lasts * HOUR)
    swim = Activity.objects.get(event=copy(day.event, date(2027, 10, 24)), title="Swim")
    assert (f"{swim.start.astimezone(HELSINKI):%H:%M}", swim.end - swim.start >= lasts * HOUR) == ("03:30", True)


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"slug": "games"}, "slug", "Event with this Slug already exists."),
        ({"slug": "no way"}, "slug", "Enter a valid “slug” consisting of letters"),
        ({"name": ""}, "name", "This field cannot be blank."),
        ({"first_day": date(1999, 1, 1)}, "first_day", "Ensure this value is greater than or equal to 2000-01-01."),
        ({"first_day": date(9999, 12, 31)}, "first_day", "That is too far away."),
        ({"first_day": date(2201, 1, 1)}, "last_day", "Ensure this value is less than or equal to 2199-12-31."),
    ],
)
def test_copy_that_cannot_be_is_explained_and_nothing_is_left_of_it(day, wrong, field, sentence):
    with pytest.raises(ValidationError) as caught:
        copying.copy(day.event, **{"name": "Next", "slug": "next", "first_day": DAY} | wrong)
    assert caught.value.message_dict[field][0].startswith(sentence)
    assert Event.objects.count() == 1


def test_activity_that_would_be_in_no_year_is_explained(day):
    Activity.objects.filter(pk=day.swim.pk).update(end=datetime(9998, 1, 1, tzinfo=UTC))
    with pytest.raises(ValidationError, match="That is too far away"):
        copy(day.event, date(2030, 1, 1))
    assert Event.objects.count() == 1


def test_event_with_nothing_in_it_is_copied(db):
    event = Event.objects.create(slug="e", name="E", first_day=DAY, last_day=DAY + timedelta(days=2))
    assert copy(event, date(2028, 2, 28)).last_day == date(2028, 3, 1)


def test_thousand_activities_are_read_at_once(day):
    def reads(slug: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            copy(day.event, date(2027, 7, 3), slug)
        return len([each for each in caught if each["sql"].startswith("SELECT")])

    few = reads("few")
    Activity.objects.bulk_create(
        Activity(event=day.event, place=day.deck, title=f"A {at}", start=day.swim.start, end=day.swim.end)
        for at in range(1_000)
    )
    assert reads("many") == few
    assert Activity.objects.filter(event__slug="many").count() == 1_003


@pytest.mark.django_db(transaction=True)
def test_of_two_copies_at_the_same_moment_one_is_made():
    day = make_day(make_games(people=0))

    def copied() -> str:
        try:
            copy(day.event, date(2027, 7, 3))
        except ValidationError as error:
            return ", ".join(error.message_dict)
        return ""

    assert sorted(together([copied, copied])) == ["", "slug"]
    assert (Event.objects.count(), Activity.objects.count()) == (2, 6)

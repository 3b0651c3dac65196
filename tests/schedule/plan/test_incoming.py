"""Files become the draft: found again, compared, and written as somebody saw it, or not at all."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventsync.schedule.models import Activity, Place
from eventsync.schedule.plan import incoming
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.incoming import Incoming, Preview
from tests.cast import NOON, Games, make_games
from tests.schedule.plan.plans import HOUR, Day, make_day


@pytest.fixture
def day(games: Games) -> Day:
    return make_day(games)


def said(where: str = "Row 2", **more: Any) -> Incoming:
    usual: dict[str, Any] = {"number": "7", "title": "Walk", "start": NOON, "end": NOON + HOUR, "place": "Deck"}
    return Incoming(where=where, **usual | more)


def bring_in(day: Day, *items: Incoming, **more: Any) -> incoming.Applied:
    return incoming.apply(day.event, items, seen=incoming.plan(day.event, items, **more).seen, **more)


def told(preview: Preview) -> dict[str, list[str]]:
    """What would be new or other, by title."""
    entries = [*preview.additions, *preview.changes]
    return {entry.row.title: [f"{what}: {old} > {new}" for what, old, new in entry.differences] for entry in entries}


def problems(day: Day, *items: Incoming, **more: Any) -> list[tuple[str, str]]:
    return [(each.where, each.message) for each in incoming.plan(day.event, items, **more).problems]


def test_file_brings_in_what_is_new_and_a_place_with_it_and_twice_equals_once(day, games):
    walk = said(place="Lawn ", venue="Main Hall", groups=["Norway", " Finland", ""], texts={"fi": {"title": "Kävely"}})
    preview = incoming.plan(day.event, [walk])
    assert (told(preview), [place.name for place in preview.places]) == ({"Walk": []}, ["Lawn"])
    assert [row.title for row in preview.missing] == ["Swim", "Relay", "Party"]
    assert Activity.objects.count() == 3
    assert [row.title for row in bring_in(day, walk).added] == ["Walk"]
    row = Activity.objects.get(number="7")
    assert (row.place.name, row.place.venue, row.groups, row.texts, row.version) == (
        "Lawn", games.hall, ["Finland", "Norway"], {"fi": {"title": "Kävely"}}, 1,
    )  # fmt: skip
    again = incoming.plan(day.event, [walk])
    assert (again.is_empty, again.unchanged, again.places, again.problems) == (True, 1, [], [])


def test_what_is_other_is_said_with_old_and_new_and_what_is_not_said_stays(day):
    times: dict[str, Any] = {"start": NOON + 2 * HOUR, "end": NOON + 3 * HOUR}
    fields: dict[str, Any] = {"place": "stage", "venue": "hall", "title": None, "number": None}
    swim = said(id=day.swim.pk, **fields, **times, texts={"es": {"title": "Natación"}})
    assert told(incoming.plan(day.event, [swim])) == {
        "Swim": [
            "Time: Sat 4 Jul, 12:00 to 13:00 > Sat 4 Jul, 14:00 to 15:00",
            "Place: Pool: Deck > Main hall: Stage",
            "Title (Español):  > Natación",
        ]
    }
    assert [row.pk for row in bring_in(day, swim).changed] == [day.swim.pk]
    day.swim.refresh_from_db()
    assert (day.swim.title, day.swim.groups, day.swim.version) == ("Swim", ["Finland"], 2)
    assert day.swim.texts == {"es": {"title": "Natación"}, "fi": {"title": "Uinti"}}


def test_activity_is_found_by_id_or_number_or_else_by_title_start_and_place(day):
    guid = uuid4()
    bring_in(
        day,
        said(id=guid, number=None),
        said("Row 3", title="Talk", number="8"),
        said("Row 4", title="Song", number=None),
    )
    assert Activity.objects.get(title="Walk").pk == guid
    later = {"note": "Bring water."}
    found = incoming.plan(
        day.event,
        [
            said(id=guid, number=None, title="Hike", **later),
            said("Row 3", number="8", title="Speech", **later),
            said("Row 4", number=None, title="song", **later),
        ],
    )
    assert (found.additions, [entry.row.title for entry in found.changes]) == ([], ["Hike", "Speech", "song"])


def test_guid_of_another_events_activity_leaves_that_one_alone(day):
    theirs = make_day(make_games("camp")).swim
    walk = said(id=theirs.pk, number=None)
    bring_in(day, walk)
    assert incoming.plan(day.event, [walk]).unchanged == 1
    mine = Activity.objects.get(title="Walk")
    assert (mine.event, Activity.objects.get(pk=theirs.pk).title, mine.pk == theirs.pk) == (day.event, "Swim", False)


def test_numbers_can_be_exchanged(day):
    bring_in(
        day, said(id=day.swim.pk, number="1", title="Swim"), said("Row 3", id=day.relay.pk, number="2", title="Relay")
    )
    bring_in(
        day, said(id=day.swim.pk, number="2", title="Swim"), said("Row 3", id=day.relay.pk, number="1", title="Relay")
    )
    assert dict(Activity.objects.exclude(number="").values_list("title", "number")) == {"Swim": "2", "Relay": "1"}


def test_expected_times_of_a_late_activity_are_nothing_new(day):
    Activity.objects.update(delay=30, buffer=10)
    late = said(id=day.swim.pk, number=None, title="Swim", start=NOON + HOUR / 2, end=NOON + HOUR * 4 / 3)
    assert incoming.plan(day.event, [late]).unchanged == 1
    assert told(incoming.plan(day.event, [replace(late, start=NOON + HOUR / 3)])) == {
        "Swim": ["Time: Sat 4 Jul, 12:00 to 13:00 > Sat 4 Jul, 12:20 to 13:20"]
    }


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": "x" * 93}, "The title has 93 characters; at most 80 fit."),
        ({"title": " "}, "The title is empty."),
        ({"title": None}, "The title is missing."),
        ({"title": "Wa\x00lk"}, "The title has a character that cannot be stored. Type it again."),
        ({"note": "\ud800"}, "The note has a character that cannot be stored. Type it again."),
        ({"start": None}, "The start is missing."),
        ({"end": NOON}, "It ends before it begins."),
        ({"start": NOON.replace(year=1)}, "The start is in the year 1, which can hardly be."),
        ({"place": ""}, "The place is empty."),
        ({"place": "Moon"}, "There is no place “Moon” yet. Say at which venue it is: Main hall, Pool."),
        ({"place": "Moon", "venue": "Sky"}, "There is no venue “Sky”. There is Main hall, Pool."),
        ({"place": "M" * 101, "venue": "pool"}, "The name of the place has 101 characters; at most 100 fit."),
        ({"delay": 1441}, "The delay is 1,441 minutes; from 0 to 1,440 can be."),
        ({"status": "late"}, "“late” is no status. Write planned, held, cancelled."),
        ({"symbol": "no way"}, "“no way” is no symbol: its name has letters, digits and hyphens only."),
        ({"groups": [f"G{number}" for number in range(201)]}, "It is for 201 groups; at most 200 fit."),
        ({"texts": {"xx": {}}}, "“xx” is no language of the schedule. It knows en, es, fi, ar."),
        ({"texts": {"en": {}}}, "English is the event's own language: its texts have no language beside them."),
        ({"texts": {"fi": {"title": "x" * 81}}}, "The title has 81 characters; at most 80 fit."),
    ],
)
def test_what_cannot_be_taken_is_said_in_a_sentence(day, wrong, sentence):
    assert problems(day, said(**wrong)) == [("Row 2", sentence)]
    with pytest.raises(Overtaken):
        bring_in(day, said(**wrong), said("Row 3", number="8", title="Talk"))
    assert Activity.objects.count() == 3


def test_same_activity_and_same_number_twice_in_a_file(day):
    Activity.objects.filter(pk=day.relay.pk).update(number="9")
    assert problems(
        day, said(), said("Row 3"), said("Row 4", id=day.swim.pk, number="9"), said("Row 5", number="")
    ) == [
        ("Row 3", "It is the same activity as Row 2."),
        ("Row 2", "Another activity of this event has the number “7”."),
        ("Row 3", "Another activity of this event has the number “7”."),
        ("Row 4", "Another activity of this event has the number “9”."),
    ]


def test_place_of_which_there_are_two_is_at_the_chosen_venue_or_where_the_activity_is(day, games):
    other = Place.objects.create(venue=games.hall, name="Deck")
    assert problems(day, said()) == [("Row 2", "There are several places “Deck”: say the venue, Main hall, Pool.")]
    (walk,) = bring_in(day, said(), venue=games.hall).added
    assert walk.place == other
    assert incoming.plan(day.event, [said(), said("Row 3", id=day.swim.pk, number=None, title="Swim")]).unchanged == 2


def test_nothing_is_written_that_nobody_saw(day):
    items = [said(), said("Row 3", id=day.swim.pk, number=None, title="Swimming")]
    seen = incoming.plan(day.event, items).seen
    Activity.objects.filter(pk=day.swim.pk).update(version=2)  # somebody else saved it
    with pytest.raises(Overtaken):
        incoming.apply(day.event, items, seen=seen)
    assert sorted(Activity.objects.values_list("title", flat=True)) == ["Party", "Relay", "Swim"]
    seen = incoming.plan(day.event, items).seen
    Activity.objects.filter(pk=day.party.pk).update(title="Disco", version=2)  # nothing that the file is about
    incoming.apply(day.event, items, seen=seen)
    with pytest.raises(Overtaken):
        incoming.apply(day.event, items, seen=seen)  # the second tap
    assert sorted(Activity.objects.values_list("title", flat=True)) == ["Disco", "Relay", "Swimming", "Walk"]


def many(count: int, **more: Any) -> list[Incoming]:
    start = {"start": NOON, "end": NOON + HOUR}
    return [
        said(f"Row {number}", id=UUID(int=number + 1), number=str(number), title=f"Race {number}", **start | more)
        for number in range(count)
    ]


def test_thousand_activities_take_as_many_queries_as_a_few(day):
    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            incoming.plan(day.event, many(count))
        return len(caught)

    assert (queries(3), queries(1000)) == (4, 4)
    assert len(bring_in(day, *many(1000)).added) == 1000
    assert len(bring_in(day, *many(1000, note="Bring water.")).changed) == 1000
    assert queries(1000) == 3  # none is new
    assert incoming.plan(day.event, many(1000, note="Bring water.")).unchanged == 1000


def test_file_of_too_many_activities_is_refused(day):
    assert problems(day, *many(5001)) == [("File", "It has 5,001 activities; at most 5,000 fit.")]

"""The draft becomes what families see, whole or not at all; what changed since is found again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventsync.jobs.models import DomainEvent
from eventsync.schedule.models import Activity, Place, Release, Revision
from eventsync.schedule.plan import queries, releasing
from eventsync.schedule.plan.rules import Affected, Kind, PlaceTexts, Status
from eventsync.sync.models import Change
from tests.schedule.plan.plans import HOUR, Day, make_day, release, undo

QUARTER = timedelta(minutes=15)


@pytest.fixture
def day(games) -> Day:
    return make_day(games)


def kinds(event, number: int) -> list[tuple[str, str]]:
    found = queries.changes_since(event, number)
    return [(change.new.texts["en"].title, change.kind.value) for change in found]


def numbers() -> dict[str, int]:
    """The revision of each activity, by its title."""
    latest = dict(Revision.objects.filter(latest=True, kind="activity").values_list("key", "number"))
    return {title: latest[key] for key, title in Activity.objects.values_list("pk", "title") if key in latest}


def stream(event) -> dict[str, Any]:
    rows = Change.objects.filter(stream=f"schedule:{event.id}", deleted=False)
    return {row.key: json.loads(row.body) for row in rows}


def test_families_see_nothing_of_a_draft_until_it_is_released(day):
    assert queries.current(day.event).activities == {}
    first = release(day.event, comment={"en": "The plan is ready."})
    plan = queries.current(day.event)
    assert (first.number, first.comment, first.by) == (1, {"en": "The plan is ready."}, "Maria")
    assert {told.texts["en"].title for told in plan.activities.values()} == {"Swim", "Relay", "Party"}
    assert plan.activities[str(day.swim.id)].texts["fi"].title == "Uinti"
    assert plan.activities[str(day.party.id)].place_name == {"en": "Stage", "fi": "Lava"}
    deck = plan.places[str(day.deck.id)]
    assert deck.texts == {"en": PlaceTexts(name="Deck", directions=("Go past the blue door.", "Turn left."))}
    assert {deck.noise, deck.crowd, deck.light, deck.quiet_room, deck.step_free, deck.toilet} == {"unknown"}
    Activity.objects.update(start=day.swim.start - HOUR)
    assert queries.current(day.event).activities == plan.activities


def test_release_of_the_same_is_refused_and_writes_nothing(day):
    release(day.event)
    with pytest.raises(releasing.NotReleased, match="Nothing is different"):
        release(day.event)
    Activity.objects.filter(pk=day.swim.pk).update(priority="core", buffer=20, version=7)  # nothing that families see
    assert releasing.preview(day.event).is_empty
    assert Release.objects.count() == 1


def test_release_of_what_changed_since_somebody_looked_is_refused(day):
    release(day.event)
    Activity.objects.filter(pk=day.swim.pk).update(title="Swimming")
    looked = releasing.preview(day.event).seen
    Activity.objects.filter(pk=day.relay.pk).update(status=Status.CANCELLED)
    with pytest.raises(releasing.NotReleased, match="Look again"):
        release(day.event, seen=looked)
    assert numbers() == {"Swimming": 1, "Relay": 1, "Party": 1}
    assert release(day.event).number == 2


def test_revisions_rise_only_where_families_read_something_else(day):
    release(day.event)
    Activity.objects.filter(pk=day.swim.pk).update(end=day.swim.end + QUARTER)
    Place.objects.filter(pk=day.deck.pk).update(noise="loud")  # a page of its own
    release(day.event)
    assert numbers() == {"Swim": 2, "Relay": 1, "Party": 1}
    Place.objects.filter(pk=day.deck.pk).update(name="Pool deck")  # calendars have it in each activity
    release(day.event)
    assert numbers() == {"Swim": 3, "Relay": 2, "Party": 1}
    assert Revision.objects.get(key=day.deck.id, latest=True).number == 3
    assert [change.kind for change in queries.changes_since(day.event, 2)] == [Kind.PLACE_NAME, Kind.PLACE_NAME]


def test_release_that_only_cancels_tells_of_it(day):
    release(day.event)
    Activity.objects.filter(pk=day.swim.pk).update(status=Status.CANCELLED)
    Activity.objects.filter(pk=day.relay.pk).delete()
    what = releasing.preview(day.event)
    assert [(change.kind, change.new.removed) for change in what.changes] == [
        (Kind.CANCELLED, False),
        (Kind.CANCELLED, True),
    ]
    assert what.affected == Affected(everybody=False, groups=("Finland", "Norway"))
    second = release(day.event)
    told = queries.current(day.event).activities
    assert [told[str(key)].status for key in (day.swim.pk, day.relay.pk)] == [Status.CANCELLED] * 2
    fact = json.loads(DomainEvent.objects.filter(name="schedule_updated").latest("occurred_at").body)
    gone = sorted(map(str, (day.swim.pk, day.relay.pk)))
    assert fact == {
        "event": str(day.event.id), "venue": None, "release": str(second.id), "number": 2, "activities": gone,
        "kinds": ["cancelled"],
    }  # fmt: skip


def test_what_changed_since_any_release_is_found(day):
    release(day.event)
    Activity.objects.filter(pk=day.swim.pk).update(delay=15)
    release(day.event)
    Activity.objects.filter(pk=day.swim.pk).update(delay=0)
    Activity.objects.filter(pk=day.party.pk).update(place=day.deck)
    release(day.event)
    assert kinds(day.event, 3) == []
    assert kinds(day.event, 2) == [("Swim", "time_earlier"), ("Party", "place")]
    assert kinds(day.event, 1) == [("Party", "place")]  # the delay came and went
    assert kinds(day.event, 0) == [("Swim", "added"), ("Relay", "added"), ("Party", "added")]
    old = queries.changes_since(day.event, 1)[0].old
    assert old is not None
    assert old.place_name == {"en": "Stage", "fi": "Lava"}


def test_undo_says_again_what_was_said_before_and_leaves_the_draft(day):
    release(day.event)
    before = queries.current(day.event).activities
    Activity.objects.filter(pk=day.swim.pk).update(place=day.stage)
    Activity.objects.filter(pk=day.relay.pk).update(status=Status.CANCELLED)
    extra = Activity.objects.create(
        event=day.event, place=day.deck, title="Walk", start=day.swim.start + QUARTER, end=day.swim.end
    )
    release(day.event)
    third = undo(day.event)
    assert (third.number, third.restores) == (3, 1)
    after = queries.current(day.event).activities
    assert {key: told for key, told in after.items() if key in before} == before
    assert (after[str(extra.pk)].status, after[str(extra.pk)].removed) == (Status.CANCELLED, True)
    assert numbers() == {"Swim": 3, "Relay": 3, "Party": 1, "Walk": 2}
    assert kinds(day.event, 1) == [("Walk", "cancelled")]  # also to who never heard that there is one
    assert [change.kind for change in releasing.preview(day.event).changes] == [
        Kind.PLACE,
        Kind.RESTORED,  # the walk, which the undo took away
        Kind.CANCELLED,
    ]
    assert queries.current(day.event).activities[str(day.swim.pk)].place_name == {"en": "Deck"}


def test_undo_of_the_first_release_is_refused(day):
    for _ in range(2):
        with pytest.raises(releasing.NotReleased, match="no release before"):
            releasing.preview_undo(day.event)
        if not Release.objects.exists():
            release(day.event)


def test_stream_holds_the_newest_of_each_activity_in_few_words(day):
    release(day.event)
    Activity.objects.filter(pk=day.swim.pk).update(delay=15, outline="A long story.")
    release(day.event)
    found = stream(day.event)
    assert found["last"] == {"number": 2, "at": "2026-07-03T12:00:00.000Z"}
    assert found[str(day.swim.pk)] == {
        "id": str(day.swim.pk), "title": {"en": "Swim", "fi": "Uinti"}, "start": "2026-07-04T12:00:00.000Z",
        "end": "2026-07-04T13:00:00.000Z", "expected": "2026-07-04T12:15:00.000Z", "place": {"en": "Deck"},
        "venue": str(day.deck.venue_id), "status": "delayed", "groups": ["Finland"],
    }  # fmt: skip
    seqs = dict(Change.objects.filter(stream=f"schedule:{day.event.id}").values_list("key", "seq"))
    assert seqs == {"last": 2, str(day.swim.pk): 2, str(day.relay.pk): 1, str(day.party.pk): 1}


def test_release_that_fails_leaves_nothing(day, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(releasing, "publish", fail)
    with pytest.raises(RuntimeError):
        release(day.event)
    assert (Release.objects.count(), Revision.objects.count(), stream(day.event)) == (0, 0, {})


@pytest.mark.parametrize("rows", [1, 3])
def test_reading_costs_the_same_queries_for_any_number_of_rows(day, rows):
    for number in range(rows - 1):
        Activity.objects.create(
            event=day.event, place=day.deck, title=f"{number}", start=day.swim.start, end=day.swim.end
        )
    release(day.event)
    Activity.objects.update(delay=5)
    release(day.event)
    for read, expected in ((lambda: queries.current(day.event), 2), (lambda: queries.changes_since(day.event, 1), 2)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            read()
        assert len(asked) == expected

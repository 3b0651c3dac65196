"""Planning activities later or earlier: just as it was seen, over nobody's edit, and back."""

from datetime import timedelta

import pytest

from eventsync.schedule.models import Activity
from eventsync.schedule.plan import moving
from eventsync.schedule.plan.editing import Overtaken
from eventsync.schedule.plan.moving import Mark
from tests.cast import NOON, make_games
from tests.schedule.plan.plans import HOUR, Day, make_day
from tests.together import together

MINUTE = timedelta(minutes=1)


@pytest.fixture
def day(games) -> Day:
    return make_day(games)


def times() -> dict[str, tuple[int, int, int]]:
    """Of each activity: minutes after noon at which it is planned to begin and to end, and its version."""
    rows = Activity.objects.values_list("title", "start", "end", "version")
    return {title: ((start - NOON) // MINUTE, (end - NOON) // MINUTE, version) for title, start, end, version in rows}


def mark(row: Activity) -> Mark:
    return Mark(row.pk, Activity.objects.get(pk=row.pk).version)


def test_preview_says_which_collisions_arise_and_vanish(day):
    Activity.objects.filter(pk=day.party.pk).update(start=NOON, end=NOON + HOUR, groups=["Finland"])
    look = moving.look(day.event, [day.swim.pk, day.party.pk], 30)
    assert [each.row for each in look.moves] == sorted([day.swim, day.party], key=lambda row: row.pk)
    assert [(each.what, each.name) for each in look.arising] == [
        ("group", "Finland"), ("place", str(day.deck.pk)),
    ]  # fmt: skip
    assert look.vanishing == []
    away = moving.look(day.event, [day.party.pk], 180)
    assert (away.arising, [(each.what, each.name) for each in away.vanishing]) == ([], [("group", "Finland")])
    assert times() == {"Swim": (0, 60, 1), "Relay": (60, 120, 1), "Party": (0, 60, 1)}


def test_all_move_at_once_and_back(day):
    keys = [day.swim.pk, day.relay.pk]
    done = moving.move(day.event, keys, -90, seen=moving.look(day.event, keys, -90).seen)
    assert times() == {"Swim": (-90, -30, 2), "Relay": (-30, 30, 2), "Party": (180, 240, 1)}
    former = [each.former for each in done.moves]
    back = moving.take_back(day.event, former, among=keys)
    assert (back.done, back.kept, back.gone) == ([day.swim, day.relay], [], 0)
    assert times() == {"Swim": (0, 60, 3), "Relay": (60, 120, 3), "Party": (180, 240, 1)}
    again = moving.take_back(day.event, former, among=keys)
    assert (again.done, again.kept, times()["Swim"]) == ([], [day.swim, day.relay], (0, 60, 3))


@pytest.mark.parametrize("change", [{"title": "Water games"}, {"start": NOON - HOUR}, {"delay": 5}])
def test_nothing_moves_when_somebody_edited_one_meanwhile(day, change):
    keys = [day.swim.pk, day.relay.pk]
    seen = moving.look(day.event, keys, 15).seen
    Activity.objects.filter(pk=day.swim.pk).update(**change, version=2)
    before = times()
    with pytest.raises(Overtaken):
        moving.move(day.event, keys, 15, seen=seen)
    assert times() == before


def test_nothing_moves_when_other_collisions_would_arise_by_now_or_it_is_gone(day):
    seen = moving.look(day.event, [day.swim.pk], 150).seen
    Activity.objects.filter(pk=day.party.pk).update(place=day.deck, version=2)
    with pytest.raises(Overtaken):
        moving.move(day.event, [day.swim.pk], 150, seen=seen)
    nobody = moving.look(day.event, [], 150).seen
    with pytest.raises(Overtaken):
        moving.move(day.event, [], 150, seen=nobody)


def test_what_is_taken_back_leaves_alone_what_others_changed_or_may_not(day):
    keys = [day.swim.pk, day.relay.pk, day.party.pk]
    done = moving.move(day.event, keys, 10, seen=moving.look(day.event, keys, 10).seen)
    Activity.objects.filter(pk=day.swim.pk).update(title="Water games", version=3)
    day.party.delete()
    back = moving.take_back(day.event, [each.former for each in done.moves], among=[day.swim.pk])
    assert (back.done, back.kept, back.gone) == ([], [day.swim, day.relay], 1)
    assert times() == {"Water games": (10, 70, 3), "Relay": (70, 130, 2)}


def test_two_that_follow_each_other_change_places_and_keep_what_is_between(day):
    Activity.objects.filter(pk=day.relay.pk).update(start=NOON + 80 * MINUTE, end=NOON + 100 * MINUTE)
    moving.swap(day.event, mark(day.swim), mark(day.relay))
    assert times() == {"Relay": (0, 20, 2), "Swim": (40, 100, 2), "Party": (180, 240, 1)}
    moving.swap(day.event, mark(day.relay), mark(day.swim))
    assert times() == {"Swim": (0, 60, 3), "Relay": (80, 100, 3), "Party": (180, 240, 1)}


def test_two_that_overlap_are_one_after_the_other_then(day):
    Activity.objects.filter(pk=day.relay.pk).update(start=NOON + 30 * MINUTE, end=NOON + 50 * MINUTE)
    moving.swap(day.event, mark(day.swim), mark(day.relay))
    assert times() == {"Relay": (0, 20, 2), "Swim": (20, 80, 2), "Party": (180, 240, 1)}


def test_no_two_change_places_that_do_not_follow_each_other_any_more(day):
    one, other = mark(day.swim), mark(day.relay)
    for wrong in ((other, one), (one, mark(day.party)), (Mark(one.id, 9), other), (one, one)):
        with pytest.raises(Overtaken):
            moving.swap(day.event, *wrong)
    between = {"event": day.event, "place": day.deck, "title": "Dive", "start": NOON + MINUTE, "end": NOON + HOUR}
    dive = Activity.objects.create(**between)
    with pytest.raises(Overtaken):
        moving.swap(day.event, one, other)
    Activity.objects.filter(pk=dive.pk).update(status="cancelled")
    moving.swap(day.event, one, other)
    assert times()["Relay"] == (0, 60, 2)


def test_thousand_activities_move_with_as_many_queries_as_three(day, django_assert_num_queries):
    def counted() -> None:
        keys = list(Activity.objects.values_list("pk", flat=True))
        with django_assert_num_queries(2):  # activities, cards
            seen = moving.look(day.event, keys, 5).seen
        with django_assert_num_queries(5):  # begin, the rows under a lock, cards, the update, commit
            moving.move(day.event, keys, 5, seen=seen)

    counted()
    span = [(NOON + MINUTE * each, NOON + MINUTE * (each + 5)) for each in range(1_000)]
    Activity.objects.bulk_create(
        Activity(event=day.event, place=day.deck, title=f"A {at}", start=at, end=end) for at, end in span
    )
    counted()
    assert times()["Swim"] == (10, 70, 3)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_the_same_at_the_same_moment_one_is_told():
    day = make_day(make_games(people=0))
    keys = [day.swim.pk, day.relay.pk]
    seen = moving.look(day.event, keys, 30).seen

    def move() -> bool:
        try:
            moving.move(day.event, keys, 30, seen=seen)
        except Overtaken:
            return False
        return True

    assert sorted(together([move, move])) == [False, True]
    assert times() == {"Swim": (30, 90, 2), "Relay": (90, 150, 2), "Party": (180, 240, 1)}

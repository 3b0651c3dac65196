"""What of a plan is for whoever holds a link."""

from dataclasses import replace

import pytest

from eventsync.schedule.links.rules import chosen, concerns, is_for, own
from eventsync.schedule.plan.rules import Change, Kind, Slot, Status, Told
from tests.cast import NOON
from tests.schedule.plan.plans import HOUR

RUN = Told(
    id="run", texts={}, symbol="", slot=Slot(start=NOON, end=NOON + HOUR, place="track"), delay=0, place_name={},
    venue="", groups=("Finland", "Team  Blue"), status=Status.PLANNED,
)  # fmt: skip
PARTY = replace(RUN, id="party", groups=())


@pytest.mark.parametrize(
    ("groups", "mine"),
    [
        (["Finland"], ["run", "party"]),
        (["finland "], ["run", "party"]),
        (["team blue"], ["run", "party"]),
        (["Norway"], ["party"]),
        (["Fin"], ["party"]),
        ([], ["party"]),
    ],
)
def test_own_part_is_that_of_the_groups_and_of_everybody(groups, mine):
    assert list(own({"run": RUN, "party": PARTY}, groups)) == mine
    assert is_for(RUN, groups) is ("run" in mine)


def test_change_concerns_whom_it_was_for_and_whom_it_is_for():
    moved = Change(Kind.GROUPS, RUN, replace(RUN, groups=("Norway",)))
    assert [concerns(moved, [each]) for each in ("Finland", "Norway", "Spain")] == [True, True, False]
    assert concerns(Change(Kind.ADDED, None, PARTY), [])
    assert not concerns(Change(Kind.ADDED, None, RUN), [])


def test_groups_are_kept_once_each_and_without_spaces_around():
    assert chosen([" Finland", "finland", "", "  ", "Team  Blue"]) == ["finland", "Team Blue"]

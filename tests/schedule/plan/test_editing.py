"""Two people edit one activity: neither overwrites the other in silence."""

import pytest

from eventsync.schedule.models import Activity
from eventsync.schedule.plan.editing import Overtaken, change
from tests.schedule.plan.plans import make_day


def test_second_editor_is_told_and_shown_what_is_stored(games):
    swim = make_day(games).swim
    assert change(swim, version=1, values={"title": "Swimming"}).version == 2
    with pytest.raises(Overtaken) as found:
        change(swim, version=1, values={"title": "Water games", "note": "Bring a towel."})
    assert isinstance(found.value.stored, Activity)
    assert (found.value.stored.title, found.value.stored.note) == ("Swimming", "")
    again = change(swim, version=2, values={"title": "Water games"})
    assert (again.title, again.version) == ("Water games", 3)


def test_activity_that_is_gone_is_not_written(games):
    swim = make_day(games).swim
    Activity.objects.all().delete()
    with pytest.raises(Overtaken) as found:
        change(swim, version=1, values={"title": "Swimming"})
    assert (found.value.stored, Activity.objects.count()) == (None, 0)

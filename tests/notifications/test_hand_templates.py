"""Templates of notices: filled in with what they are about, and kept only if anybody may read them."""

import re

import pytest

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Event
from notifications.models import Template
from tests.desk import staff, text_of
from tests.notifications.test_hand_admin import ADD, errors
from tests.schedule.plan.plans import make_day, release


@pytest.fixture
def lead(games):
    return staff("lena", Rank.LEAD, games.event)


def test_template_fills_in_what_it_is_about(lead, games):
    Event.objects.update(languages=["fi"])
    day = make_day(games)
    release(day.event)
    make = Template.objects.create
    make(event=games.event, name="Later", language="en", title="{activity}: {number} min later",
         body="{day}, {time}. {place}. Please wait there.", reviewed=True)  # fmt: skip
    make(event=games.event, name="Later", language="fi", title="{activity}: {number} min myöhemmin", body="{place}.")
    page = lead.get(ADD, {"template": "Later", "activity": day.swim.pk, "number": "15"}).content.decode()
    assert 'value="Swim: 15 min later"' in page
    assert "Saturday 4 July, midday. Deck. Please wait there.</textarea>" in page
    assert 'value="Uinti: 15 min myöhemmin"' in page
    assert re.search(r'name="reviewed_en"[^>]*checked', page)
    assert not re.search(r'name="reviewed_fi"[^>]*checked', page)
    empty = lead.get(ADD, {"template": "Later"}).content.decode()
    assert 'value="{activity}: {number} min later"' in empty


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"body": "{name} is lost."}, "A template may have {activity}"),
        ({"body": "Come NOW!"}, "Write it without an exclamation mark."),
        ({"title": "{activity}" + "x" * 40}, "A title has at most 40 characters"),
        ({"language": "fi"}, "has no texts in Suomi"),
    ],
)
def test_template_that_nobody_should_read_is_not_kept(lead, games, wrong, told):
    fine = {"event": games.event.pk, "name": "Bus", "language": "en", "title": "Bus", "body": "{day}, {time}. {place}."}
    answer = lead.post("/admin/notifications/template/add/", fine | wrong)
    assert told in " ".join(errors(answer)).replace("&#x27;", "'")
    assert lead.post("/admin/notifications/template/add/", fine).status_code == 302
    page = text_of(lead.get(f"/admin/notifications/template/{Template.objects.get().pk}/change/"))
    assert "Such as: Bus Saturday 4 July, 3 pm. Main hall." in page

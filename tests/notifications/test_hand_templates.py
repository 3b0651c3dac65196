"""Templates of notices: filled in with what they are about, and kept only if anybody may read them."""

import re

import pytest

from eventsync.access.ranks import Rank
from eventsync.schedule.models import Event
from eventsync.schedule.plan.rules import LANGUAGES
from notifications.hand.filling import sample
from notifications.hand.usual import put_in
from notifications.models import Template
from notifications.wording.checking import lookout
from notifications.wording.rules import MOST, Part, placeholders
from tests.desk import staff, text_of
from tests.notifications.test_hand_admin import ADD, errors
from tests.schedule.plan.plans import make_day, release

USUAL = "/admin/notifications/handnotice/usual/"
NAMES = {
    "A little later", "Another gate", "Food comes later", "Please go inside", "Where we meet", "You can go out again",
}  # fmt: skip


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


def change(lead, row, **said):
    fine = {"event": row.event_id, "name": "Bus", "language": "en", "title": row.title, "body": row.body}
    answer = lead.post(f"/admin/notifications/template/{row.pk}/change/", fine | said, follow=True)
    row.refresh_from_db()
    return "Nobody has read it as it is now." in text_of(answer)


def test_text_that_was_changed_counts_as_unread_until_somebody_says_so_again(lead, games):
    make = Template.objects.create
    row = make(event=games.event, name="Bus", language="en", title="Bus", body="It comes.", reviewed=True)
    assert not change(lead, row, name="Bus", reviewed="on")
    assert row.reviewed
    assert change(lead, row, body="It is late.", reviewed="on")
    assert not row.reviewed
    assert not change(lead, row, body="It is early.", reviewed="on")
    assert row.reviewed
    assert not change(lead, row, body="It comes.", reviewed="again")
    assert row.reviewed


def test_usual_ones_are_put_in_once_in_the_event_s_languages(lead, games):
    Event.objects.update(languages=["fi"])
    assert "Put in the usual ones" in text_of(lead.get(ADD))
    for said in ("12 templates", "0 templates"):
        answer = lead.post(USUAL, {"of": "games"}, follow=True)
        assert f"{said} were added." in text_of(answer)
    assert Template.objects.filter(language="fi", reviewed=False).count() == 6
    assert "Put in the usual ones" not in text_of(lead.get(ADD))
    assert "<option>Another gate</option>" in lead.get(ADD).content.decode()


def test_usual_ones_are_for_whoever_may_keep_templates(games):
    assert staff("vera", Rank.VIEWER, games.event).post(USUAL, {"of": "games"}).status_code == 403
    lea = staff("lea", Rank.LEAD, games.event, games.pool)
    assert lea.post(USUAL, {"of": "games"}).status_code == 403
    assert "Put in the usual ones" not in text_of(lea.get(ADD))
    assert not Template.objects.exists()


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_usual_ones_may_be_read_by_anybody_in_each_language(games, language):
    Event.objects.update(language=language)
    games.event.refresh_from_db()
    put_in(games.event)
    for each in Template.objects.all():
        assert placeholders(each.title) == placeholders(each.body) == []
        for part in Part:
            text = sample(getattr(each, part), event=games.event, language=language, most=10 * MOST[part])
            assert lookout(games.event).look(text, part=part, language=language) == [], (each.name, text)
    assert set(Template.objects.values_list("name", flat=True)) == NAMES

"""What is hard to read is not told anew without a reason. What families have read, and advice, stops nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eventsync.jobs.models import DomainEvent
from eventsync.schedule.language.checking import wording
from eventsync.schedule.models import Activity, Event, Place, Release, Revision, Term
from eventsync.schedule.plan import releasing
from eventsync.schedule.plan.releasing import HardToRead, NotReleased
from eventsync.schedule.plan.rules import Status
from tests.schedule.plan.plans import Day, make_day, release, undo

CANNOT_WAIT = "There is a storm."


@pytest.fixture
def day(games) -> Day:
    Event.objects.update(languages=["fi"])
    games.event.refresh_from_db()
    Term.objects.create(event=games.event, word="Relay", meaning="One after the other.")
    return make_day(games)


def write(activity: Activity, **said: Any) -> None:
    Activity.objects.filter(pk=activity.pk).update(**said)


def found(day: Day, comment: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Of what, in which text, the words."""
    worded = wording(day.event, releasing.preview(day.event).reworded, comment or {})
    return [(each.of.id if each.of else "", each.finding.field, each.finding.words) for each in worded]


def test_hard_text_is_not_told_and_nothing_is_written(day):
    write(day.swim, note="Go out NOWHERE!", sentence="We commence.")
    Place.objects.filter(pk=day.deck.pk).update(texts={"fi": {"directions": "Mene\nÄLÄ JUOKSE"}})
    assert found(day) == [
        (str(day.swim.pk), "sentence", "commence"),
        (str(day.swim.pk), "note", "NOWHERE"),
        (str(day.swim.pk), "note", "Go out NOWHERE!"),
        (str(day.deck.pk), "directions", "ÄLÄ JUOKSE"),
    ]
    with pytest.raises(HardToRead, match="Mend it, or say why it cannot wait"):
        release(day.event)
    assert (Release.objects.count(), Revision.objects.count()) == (0, 0)
    assert not DomainEvent.objects.filter(name="schedule_updated").exists()


def test_whoever_says_why_it_cannot_wait_tells_it_and_the_release_keeps_that(day):
    write(day.swim, note="Go out!")
    assert release(day.event, despite=CANNOT_WAIT).despite == CANNOT_WAIT
    write(day.relay, sentence="We commence.")
    assert release(day.event, despite=CANNOT_WAIT).despite == ""  # advice alone needs no excuse
    assert Release.objects.count() == 2


def test_what_families_have_read_already_stops_nothing_but_its_new_words_do(day):
    write(day.swim, title="SWIM NOW", outline="Go!")
    release(day.event, despite=CANNOT_WAIT)
    write(day.swim, delay=15, place=day.stage)
    assert found(day) == []
    release(day.event)
    write(day.swim, note="Hurry!", status=Status.CANCELLED)
    assert [words for _, _, words in found(day)] == ["Hurry!"]
    with pytest.raises(HardToRead):
        release(day.event)
    assert release(day.event, despite=CANNOT_WAIT).number == 3


def test_undo_says_hard_words_again_but_no_new_ones(day):
    write(day.swim, title="SWIM NOW")
    release(day.event, despite=CANNOT_WAIT)
    write(day.swim, title="Swim")
    release(day.event)
    with pytest.raises(HardToRead):
        undo(day.event, comment={"en": "Back!"})
    assert undo(day.event, comment={"en": "It is as before."}).despite == ""
    assert Release.objects.get(number=3).restores == 1


def test_comment_is_of_the_release_too(day):
    assert found(day, {"en": "The venue changed!", "fi": "Valmis."}) == [
        ("", "comment", "The venue changed!"),
        ("", "comment", "venue"),
    ]
    with pytest.raises(HardToRead):
        release(day.event, comment={"en": "The venue changed."})
    assert release(day.event, comment={"en": "The place changed."}).number == 1


def test_languages_that_the_event_does_not_offer_are_read_by_nobody(day):
    write(day.swim, texts={"es": {"title": "¡NATACIÓN YA!"}, "fi": {"title": "Uinti"}})
    assert found(day) == []
    assert release(day.event).number == 1


def test_own_words_of_the_event_are_plain(day):
    write(day.swim, sentence="It is in the Session.")
    with pytest.raises(HardToRead):
        release(day.event)
    Term.objects.create(event=day.event, word="Session", meaning="A bar by the pool.")
    assert release(day.event).despite == ""


def test_changed_draft_is_looked_at_again_before_its_words_are(day):
    looked = releasing.preview(day.event).seen
    write(day.swim, note="Go out!")
    with pytest.raises(NotReleased, match="Look again"):
        release(day.event, seen=looked, despite=CANNOT_WAIT)


@pytest.mark.parametrize("rows", [1, 3])
def test_wording_costs_the_same_queries_for_any_number_of_texts(day, rows):
    for number in range(rows):
        start = day.swim.start + timedelta(days=number)
        Activity.objects.create(
            event=day.event, place=day.deck, title="GO NOW", start=start, end=start + timedelta(hours=1)
        )
    what = releasing.preview(day.event)
    with CaptureQueriesContext(connection) as asked:
        assert len(wording(day.event, what.reworded, {})) == rows
    assert len(asked) == 2

"""A release that makes a place worse waits until another person agrees to exactly it."""

from typing import Any

import pytest

from eventsync.jobs.approvals import deciding
from eventsync.jobs.models import Alert, Approval
from eventsync.jobs.rules import Somebody
from eventsync.schedule.models import Activity, Place, Release, WaitingRelease
from eventsync.schedule.plan import releasing, waiting
from eventsync.schedule.plan.releasing import NeedsAnother, NotReleased
from tests.cast import NOON
from tests.schedule.plan.plans import HOUR, Day, make_day, release, undo

ALICE, BOB = Somebody("user:1", "alice"), Somebody("user:2", "bob")


@pytest.fixture
def day(games) -> Day:
    """Families were told that the deck is quiet; by now it is loud."""
    made = make_day(games)
    Place.objects.filter(pk=made.deck.pk).update(noise="quiet")
    release(made.event)
    Place.objects.filter(pk=made.deck.pk).update(noise="loud")
    return made


def asked(day: Day, **more) -> Approval:
    usual: dict[str, Any] = {
        "undoes": False,
        "comment": {"en": "The deck is loud."},
        "despite": "",
        "by": ALICE,
        "now": NOON,
    }
    look = releasing.preview_undo if more.get("undoes") else releasing.preview
    return waiting.ask(event=day.event, **(usual | {"seen": look(day.event).seen} | more))


def numbers() -> list[int]:
    return list(Release.objects.order_by("number").values_list("number", flat=True))


def test_nobody_releases_it_alone(day):
    with pytest.raises(NeedsAnother):
        release(day.event)
    assert numbers() == [1]
    Place.objects.filter(pk=day.deck.pk).update(noise="quiet", light="soft")
    assert release(day.event).number == 2


def test_taking_back_what_made_a_place_better_needs_another_person_too(day):
    Place.objects.filter(pk=day.deck.pk).update(noise="quiet", quiet_room="yes")
    release(day.event)
    with pytest.raises(NeedsAnother):
        undo(day.event)
    approval = asked(day, undoes=True)
    assert deciding.grant(approval.pk, by=BOB, now=NOON).done
    assert Release.objects.get(number=3).restores == 1


def test_another_person_sees_what_gets_worse_and_agrees_to_exactly_that(day):
    Activity.objects.filter(pk=day.swim.pk).update(delay=15)
    approval = asked(day)
    assert approval.sentence == (
        "Releasing the schedule of Games makes places worse for some people: Deck: noise: Quiet → Loud."
    )
    assert '"Swim: Later: Sat 4 Jul, 12:00 to 13:00 → Sat 4 Jul, 12:15 to 13:15"' in approval.content
    assert (deciding.grant(approval.pk, by=ALICE, now=NOON).told, numbers()) == (deciding.OWN, [1])
    assert deciding.grant(approval.pk, by=BOB, now=NOON).done
    told = Release.objects.get(number=2)
    assert (told.by, told.comment, told.at) == ("alice, bob", {"en": "The deck is loud."}, NOON)
    assert (releasing.preview(day.event).is_empty, WaitingRelease.objects.count()) == (True, 0)


def test_other_draft_than_was_asked_for_waits_again_as_it_is_now(day):
    approval = asked(day)
    Activity.objects.filter(pk=day.party.pk).update(title="Ball")
    assert deciding.grant(approval.pk, by=BOB, now=NOON).told == deciding.CHANGED
    assert numbers() == [1]
    newest = waiting.waiting(day.event)
    assert newest is not None
    assert (newest.pk != approval.pk, newest.asked_name) == (True, "alice")
    assert deciding.grant(newest.pk, by=BOB, now=NOON).done
    assert numbers() == [1, 2]


def test_nothing_is_left_to_decide_once_it_makes_nothing_worse(day):
    approval = asked(day)
    Place.objects.filter(pk=day.deck.pk).update(noise="quiet", crowd="few")
    deciding.sweep(NOON)
    approval.refresh_from_db()
    assert (approval.state, waiting.waiting(day.event), WaitingRelease.objects.count()) == ("invalidated", None, 0)
    assert release(day.event).number == 2
    with pytest.raises(NotReleased):
        asked(day)


@pytest.mark.parametrize("end", ["rejected", "expired"])
def test_what_nobody_agreed_to_is_not_told_and_can_be_asked_for_again(day, end):
    approval = asked(day)
    if end == "rejected":
        assert deciding.reject(approval.pk, by=BOB, reason="Find a quieter place.", now=NOON).done
    else:
        deciding.sweep(NOON + waiting.WITHIN)
    approval.refresh_from_db()
    assert (approval.state, numbers(), WaitingRelease.objects.count()) == (end, [1], 0)
    assert asked(day, now=NOON + 72 * HOUR).state == "requested"


def test_emergency_is_told_at_once_with_a_reason_and_reviewed_by_another(day):
    told: dict[str, Any] = {"undoes": False, "comment": {}, "despite": "", "by": ALICE, "now": NOON}
    seen = releasing.preview(day.event).seen
    assert not waiting.force(event=day.event, seen=seen, reason=" ", **told).done
    assert numbers() == [1]
    assert waiting.force(event=day.event, seen=seen, reason="Fire in the hall.", **told).done
    assert Release.objects.get(number=2).by == "alice"
    approval = Approval.objects.get(state="forced")
    assert Alert.objects.filter(kind="break_glass", subject=str(approval.pk)).count() == 1
    assert deciding.review(approval.pk, by=ALICE, found="Right.", now=NOON).told == deciding.OWN_REVIEW
    assert deciding.review(approval.pk, by=BOB, found="Right.", now=NOON).done


def test_hard_words_written_meanwhile_stop_it_too(day):
    approval = asked(day)
    Activity.objects.filter(pk=day.party.pk).update(sentence="COME TO THE PARTY NOW!")
    deciding.grant(approval.pk, by=BOB, now=NOON)
    newest = waiting.waiting(day.event)
    assert newest is not None
    assert "hard to read" in deciding.grant(newest.pk, by=BOB, now=NOON).told
    assert (numbers(), waiting.waiting(day.event)) == ([1], newest)


def test_one_waits_at_an_event_whoever_asks(day):
    first = asked(day)
    assert asked(day, by=BOB).pk == first.pk
    second = asked(day, by=BOB, comment={})
    first.refresh_from_db()
    assert (first.state, second.asked_name, WaitingRelease.objects.count()) == ("invalidated", "bob", 1)

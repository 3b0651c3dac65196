"""What of a place is worse than families were told."""

from typing import Any

import pytest

from eventsync.schedule.plan.losses import losses
from eventsync.schedule.plan.rules import PlaceTexts, ToldPlace


def place(*, directions: tuple[str, ...] = (), quiet_directions: tuple[str, ...] = (), **said: str) -> ToldPlace:
    texts = {"en": PlaceTexts(name="Deck", directions=directions, quiet_directions=quiet_directions)}
    senses: dict[str, Any] = dict.fromkeys(("noise", "crowd", "light", "quiet_room"), "unknown")
    return ToldPlace(id="deck", venue="pool", venue_name="Pool", texts=texts, **senses | said)


def lost(before: ToldPlace, after: ToldPlace) -> list[tuple[str, str, str]]:
    return [(each.what, each.old, each.new) for each in losses({"deck": before}, {"deck": after})]


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("noise", "quiet", "some"),
        ("noise", "some", "loud"),
        ("crowd", "few", "many"),
        ("light", "soft", "flashing"),
        ("quiet_room", "yes", "no"),
        ("step_free", "yes", "no"),
        ("toilet", "yes", "unknown"),
        ("quiet_room", "yes", "unknown"),
        ("noise", "loud", "unknown"),
    ],
)
def test_worse_is_a_loss_and_the_other_way_is_none(what, old, new):
    assert lost(place(**{what: old}), place(**{what: new})) == [(what, old, new)]
    assert lost(place(**{what: new}), place(**{what: old})) == []
    assert lost(place(**{what: old}), place(**{what: old})) == []


def test_what_nobody_knew_before_is_no_promise():
    assert lost(place(), place(noise="loud", crowd="many", light="flashing", quiet_room="no")) == []


def test_way_that_is_not_described_any_more_is_a_loss_another_way_is_none():
    assert lost(place(directions=("Go left.",)), place()) == [("directions", "", "")]
    assert lost(place(directions=("Go left.",)), place(directions=("Go right.",))) == []
    there = place(quiet_room="yes", quiet_directions=("Go up.",))
    assert lost(there, place(quiet_room="yes")) == [("quiet_directions", "", "")]
    assert lost(there, place(quiet_room="no")) == [("quiet_room", "yes", "no")]


def test_place_that_is_new_or_not_told_anew_loses_nothing():
    assert losses({}, {"deck": place(noise="loud")}) == []
    assert losses({"deck": place(noise="quiet")}, {}) == []

"""What is different between two plans, and what a release says: pure, by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from eventsync.schedule.plan.rules import (
    Affected,
    Change,
    Kind,
    Slot,
    Status,
    Texts,
    Told,
    affected,
    changes,
    removed,
    said,
    to_tell,
)

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def make(key: str = "swim", *, start: datetime = NOON, length: timedelta = HOUR, place: str = "pool", **said) -> Told:
    more = {"overrun": said["delay"]} if "delay" in said else {}
    usual: dict[str, Any] = {
        "texts": {"en": Texts(title=key.title())}, "symbol": "", "delay": 0, "place_name": {"en": place.title()},
        "venue": "v", "groups": (), "status": Status.PLANNED,
    }  # fmt: skip
    return Told(id=key, slot=Slot(start=start, end=start + length, place=place), **usual | more | said)


def told(*activities: Told, before: dict[str, Told] | None = None) -> dict[str, Told]:
    return to_tell(activities, before or {})


def kinds(before: Told | None, after: Told | None) -> list[str]:
    """Of a release of one activity, after a release of it."""
    old = told(*[before] if before else [])
    found = changes(old, told(*[after] if after else [], before=old))
    assert all(change.old == old.get("swim") for change in found)
    return [change.kind.value for change in found]


CASES = {
    "same": (make(), make(), []),
    "new": (None, make(), ["added"]),
    "later": (make(), make(start=NOON + QUARTER), ["time_later"]),
    "earlier": (make(), make(start=NOON - QUARTER), ["time_earlier"]),
    "longer": (make(), make(length=2 * HOUR), ["time_later"]),
    "shorter": (make(), make(length=QUARTER), ["time_earlier"]),
    "later and shorter, the same end": (make(), make(start=NOON + QUARTER, length=HOUR - QUARTER), ["time_later"]),
    "delayed": (make(), make(delay=15), ["time_later"]),
    "delay over": (make(delay=15), make(), ["time_earlier"]),
    "delay has become the plan": (make(delay=15), make(start=NOON + QUARTER), ["details"]),
    "elsewhere": (make(), make(place="lake"), ["place"]),
    "elsewhere, later": (make(), make(place="lake", start=NOON + QUARTER), ["time_later", "place"]),
    "same place, another name": (make(), make(place_name={"en": "Lido"}), ["place_name"]),
    "place translated": (make(), make(place_name={"en": "Pool", "fi": "Allas"}), ["place_name"]),
    "title": (make(), make(texts={"en": Texts(title="Swimming")}), ["title"]),
    "note": (make(), make(texts={"en": Texts(title="Swim", note="Bring a towel.")}), ["details"]),
    "symbol": (make(), make(symbol="swim"), ["details"]),
    "for others": (make(), make(groups=("Finland",)), ["groups"]),
    "cancelled": (make(), make(status=Status.CANCELLED), ["cancelled"]),
    "cancelled says no more than that": (make(), make(status=Status.CANCELLED, place="lake"), ["cancelled"]),
    "removed": (make(), None, ["cancelled"]),
    "held": (make(), make(status=Status.HELD), ["held"]),
    "resumed": (make(status=Status.HELD), make(), ["resumed"]),
    "resumed later": (make(status=Status.HELD), make(start=NOON + HOUR), ["resumed", "time_later"]),
    "held, then cancelled": (make(status=Status.HELD), make(status=Status.CANCELLED), ["cancelled"]),
    "never told": (None, make(status=Status.CANCELLED), []),
}


@pytest.mark.parametrize("name", CASES)
def test_changes_of_one_activity(name):
    before, after, expected = CASES[name]
    assert kinds(before, after) == expected


def test_cancelled_one_that_comes_back_is_restored_with_whatever_else_changed():
    old = told(make())
    gone = told(make(status=Status.CANCELLED), before=old)
    assert [change.kind for change in changes(gone, told(make(), before=gone))] == [Kind.RESTORED]
    back = told(make(start=NOON + HOUR), before=gone)
    assert [change.kind for change in changes(gone, back)] == [Kind.RESTORED, Kind.TIME_LATER]
    noted = told(make(status=Status.CANCELLED, texts={"en": Texts(title="Swim", note="Come and run.")}), before=gone)
    assert [change.kind for change in changes(gone, noted)] == [Kind.DETAILS]


def test_removed_one_stays_cancelled_says_so_and_is_no_news_twice():
    old = told(make(), make("run"))
    without = told(make("run"), before=old)
    assert without["swim"] == replace(old["swim"], status=Status.CANCELLED, removed=True) == removed(old["swim"])
    assert changes(old, without) == [Change(Kind.CANCELLED, old["swim"], without["swim"])]
    assert told(make("run"), before=without) == without
    assert changes(old, {"run": old["run"]}) == changes(old, without)  # whoever compares two plans by themselves


def test_moved_is_what_is_not_as_it_was_told_first():
    first = told(make())
    moved = told(make(place="lake"), before=first)["swim"]
    assert (moved.status, moved.first) == (Status.MOVED, first["swim"].slot)
    again = told(make(place="lake", start=NOON + HOUR), before={"swim": moved})["swim"]
    assert (again.status, again.first) == (Status.MOVED, first["swim"].slot)
    back = told(make(), before={"swim": again})["swim"]
    assert (back.status, back.first) == (Status.PLANNED, None)
    late = told(make(place="lake", delay=5), before={"swim": moved})["swim"]
    assert (late.status, late.first, late.start) == (Status.DELAYED, first["swim"].slot, NOON + timedelta(minutes=5))


def test_length_on_the_night_when_clocks_go_back_is_true():
    """In Helsinki 03:00 to 04:00 comes twice on 2026-10-25. One hour is one hour, whichever of them it is."""
    zone = ZoneInfo("Europe/Helsinki")
    first = datetime(2026, 10, 25, 3, 30, tzinfo=zone).astimezone(UTC)
    second = datetime(2026, 10, 25, 3, 30, tzinfo=zone, fold=1).astimezone(UTC)
    assert second - first == HOUR
    assert kinds(make(start=first), make(start=second)) == ["time_later"]
    assert kinds(make(start=second), make(start=first)) == ["time_earlier"]


def test_changes_are_in_the_order_of_what_is_expected_now():
    old = told(make("a"), make("b"), make("c"))
    new = told(make("a", delay=90), make("b", start=NOON + HOUR), make("c", status=Status.CANCELLED), before=old)
    assert [change.new.id for change in changes(old, new)] == ["c", "b", "a"]


def test_affected_are_those_whom_it_was_for_and_is_for():
    old = told(make(groups=("Norway", "Finland")))
    fewer = changes(old, told(make(groups=("Finland",)), before=old))
    assert affected(fewer) == Affected(everybody=False, groups=("Finland", "Norway"))
    everybody = changes(old, told(make(), before=old))
    assert affected(everybody) == Affected(everybody=True, groups=("Finland", "Norway"))
    assert affected([]) == Affected(everybody=False, groups=())


def test_text_that_is_not_translated_says_which_language_it_is_in():
    texts = {"en": "Swimming", "fi": "Uinti", "ar": ""}
    asked = [said(texts, wanted=wanted, otherwise="fi") for wanted in ("en", "fi", "ar", "es")]
    assert asked == [("Swimming", "en"), ("Uinti", "fi"), ("Uinti", "fi"), ("Uinti", "fi")]
    assert said({"en": "Swimming"}, wanted="es", otherwise="fi") == ("Swimming", "en")
    assert said({}, wanted="es", otherwise="fi") == ("", "es")

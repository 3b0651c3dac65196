"""What a notice says: whole by itself, calm, and short enough, in each language. N1 and N2 of our list for families."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsync.schedule.models import Event
from eventsync.schedule.pages.words import WORDS
from eventsync.schedule.plan.rules import Kind, Slot, Status, Texts, Told, changes
from notifications.plan import words
from notifications.plan.rules import Item, items, word
from notifications.rules import Importance, Word
from notifications.wording.rules import BODY, TITLE, Fault, Part, faults
from tests.cast import NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ASKED = os.environ.get("PROVE_EXAMPLES")
examples = settings(max_examples=int(ASKED or 25), derandomize=not ASKED, deadline=None, database=None)
EVENT = Event(slug="games", name="Games", tz="Europe/Helsinki", language="en", languages=["es", "fi", "ar"])
SWIM = Told(
    id="swim", texts={"en": Texts(title="Swimming"), "fi": Texts(title="Uinti")}, symbol="", delay=0,
    slot=Slot(start=NOON, end=NOON + HOUR, place="pool"), place_name={"en": "Pool"}, venue="", groups=(),
    status=Status.PLANNED,
)  # fmt: skip


def moved(told: Told, by: timedelta) -> Told:
    return replace(told, slot=replace(told.slot, start=told.slot.start + by, end=told.slot.end + by))


def at_the_hall(told: Told) -> Told:
    return replace(told, slot=replace(told.slot, place="hall"), place_name={"en": "Hall", "fi": "Halli"})


AFTER = {
    Kind.CANCELLED: replace(SWIM, status=Status.CANCELLED),
    Kind.HELD: replace(SWIM, status=Status.HELD),
    Kind.TIME_LATER: moved(SWIM, HOUR),
    Kind.TIME_EARLIER: moved(SWIM, -HOUR),
    Kind.PLACE: at_the_hall(SWIM),
    Kind.PLACE_NAME: replace(SWIM, place_name={"en": "Lane pool"}),
    Kind.TITLE: replace(SWIM, texts={"en": Texts(title="Swim")}),
    Kind.GROUPS: replace(SWIM, groups=("Norway",)),
}
CHANGES = {kind: (SWIM, after) for kind, after in AFTER.items()} | {
    Kind.ADDED: (None, SWIM),
    Kind.RESTORED: (AFTER[Kind.CANCELLED], SWIM),
    Kind.RESUMED: (AFTER[Kind.HELD], SWIM),
}


def item(old: Told | None, new: Told, now: datetime = NOON - HOUR) -> Item:
    [found] = items(changes({old.id: old} if old else {}, {new.id: new}), now=now)
    return found


def say(kind: Kind, language: str = "en") -> tuple[str, str]:
    said = words.texts([item(*CHANGES[kind])], EVENT)[language]
    return said["title"], said["body"]


def discreet(kind: Kind, language: str = "en") -> dict[str, str]:
    found = words.discreet([item(*CHANGES[kind])], EVENT, lambda *_: (Fault("Swimming", "Leave it out."),))
    assert found is not None
    return found[language]


@pytest.mark.parametrize(
    ("kind", "title", "body"),
    [
        (Kind.ADDED, "New", "Saturday 4 July, 3 pm. Pool. Please look at the time and the place."),
        (Kind.CANCELLED, "Cancelled", "Saturday 4 July, 3 pm. Pool. You can ask a person what to do."),
        (Kind.RESTORED, "Takes place again", "Saturday 4 July, 3 pm. Pool. Please come at this time."),
        (
            Kind.HELD,
            "Please wait",
            "We do not know the new time yet. The place is the same. We will tell you the new time.",
        ),
        (
            Kind.RESUMED,
            "It goes on",
            "Saturday 4 July, 3 pm. The place is the same. The wait is over. Please come at this time.",
        ),
        (Kind.TIME_LATER, "Later", "Saturday 4 July, 4 pm. The place is the same. Please come at the new time."),
        (Kind.TIME_EARLIER, "Earlier", "Saturday 4 July, 2 pm. The place is the same. Please come at the new time."),
        (Kind.PLACE, "Another place", "Saturday 4 July, 3 pm. Hall. Please go to the new place."),
        (
            Kind.PLACE_NAME,
            "The place has a new name",
            "Saturday 4 July, 3 pm. Lane pool. Please go to the same place as before.",
        ),
        (
            Kind.GROUPS,
            "For other people",
            "Saturday 4 July, 3 pm. The place is the same. Please look if it is for you.",
        ),
    ],
)
def test_notice_is_whole_by_itself(kind, title, body):
    assert say(kind) == (f"Swimming: {title}", body)


def test_new_title_is_said_with_the_time_and_nothing_to_do():
    assert say(Kind.TITLE) == (
        "Swim: It has a new name",
        "Saturday 4 July, 3 pm. The place is the same. You do not need to do anything.",
    )


def test_time_and_place_at_once_are_both_said():
    both = item(SWIM, at_the_hall(moved(SWIM, HOUR)))
    assert words.texts([both], EVENT)["en"] == {
        "title": "Swimming: Later",
        "body": "Saturday 4 July, 4 pm. Hall. Please go to the new place.",
    }


def test_several_are_counted_and_the_one_that_matters_most_is_said():
    race = replace(SWIM, id="race", texts={"en": Texts(title="Race")}, status=Status.CANCELLED)
    before = {"swim": SWIM, "race": replace(race, status=Status.PLANNED)}
    told = items(changes(before, {"swim": moved(SWIM, MINUTE), "race": race}), now=NOON - HOUR)
    assert words.texts(told, EVENT)["en"] == {
        "title": "Changes in the plan: 2",
        "body": "Race: Cancelled. Saturday 4 July, 3 pm. Pool. You can ask a person what to do. Look at the plan, too.",
    }


def test_name_in_another_script_is_kept_apart():
    title, _ = say(Kind.PLACE, "ar")
    assert title == "\u2068Swimming\u2069: مكان آخر"
    assert say(Kind.PLACE, "fi") == (
        "Uinti: Toinen paikka",
        "lauantai 4. heinäkuuta, kello 15. Halli. Mene uuteen paikkaan.",
    )


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_notice_is_short_and_calm_in_each_language(kind, language):
    title, body = say(kind, language)
    found = [*faults(title, part=Part.TITLE, language=language), *faults(body, part=Part.BODY, language=language)]
    assert [each for each in found if each.hard] == []


@pytest.mark.parametrize(
    ("kind", "title", "body"),
    [
        (Kind.CANCELLED, "Cancelled", "Saturday 4 July, 3 pm. You can ask a person what to do. Open to read."),
        (Kind.HELD, "Please wait", "We do not know the new time yet. We will tell you the new time. Open to read."),
        (Kind.PLACE, "Another place", "Saturday 4 July, 3 pm. Please go to the new place. Open to read."),
    ],
)
def test_lock_screens_read_what_and_what_to_do_where_names_are_left_out(kind, title, body):
    assert discreet(kind) == {"title": f"In your plan: {title}", "body": body}


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_what_lock_screens_say_is_whole_short_and_calm_in_each_language(kind, language):
    said = discreet(kind, language)
    parts = ((said["title"], Part.TITLE), (said["body"], Part.BODY))
    assert [each for text, part in parts for each in faults(text, part=part, language=language) if each.hard] == []
    assert all(text[-1] != "…" and "Swimming" not in text for text, _ in parts)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_templates_have_only_what_is_allowed(language):
    templates = words.TEMPLATES[language]
    for template in (templates.one, templates.held, templates.several):
        assert words.placeholders(template.title) | words.placeholders(template.body) <= words.ALLOWED
    assert "{activity}" in templates.one.title
    for needed in ("{when}", "{place}"):
        assert all(needed in each.body for each in (templates.one, templates.held, templates.several))


def test_only_our_own_english_was_reviewed():
    assert {code: each.reviewed for code, each in words.TEMPLATES.items()} == {
        code: each.reviewed for code, each in WORDS.items()
    }


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)


@examples
@given(st.sampled_from(sorted(CHANGES)), texts.map(lambda t: t[:80]), texts.map(lambda t: t[:100]), st.integers(1, 3))
def test_notice_is_short_however_long_names_are(kind, title, place, count):
    named: dict[str, Any] = {"texts": {"en": Texts(title=title * 9)}, "place_name": {"en": place * 9}}
    old, new = (told and replace(told, **named) for told in CHANGES[kind])
    assert new is not None
    many = [replace_id(item(old, new), str(number)) for number in range(count)] if old != new else []
    for said in words.texts(many, EVENT).values() if many else ():
        assert 0 < len(said["title"]) <= TITLE
        assert 0 < len(said["body"]) <= BODY


def replace_id(found: Item, key: str) -> Item:
    return replace(found, new=replace(found.new, id=key))


@pytest.mark.parametrize(
    ("kind", "weight"),
    [
        (Kind.CANCELLED, Word(importance=Importance.BIG, must_hear=True)),
        (Kind.RESTORED, Word(importance=Importance.BIG, must_hear=True)),
        (Kind.RESUMED, Word(importance=Importance.BIG, must_hear=True)),
        (Kind.HELD, Word(importance=Importance.BIG)),
        (Kind.TIME_EARLIER, Word(importance=Importance.BIG)),
        (Kind.PLACE, Word(importance=Importance.BIG)),
        (Kind.TIME_LATER, Word(importance=Importance.BIG)),  # by an hour
        (Kind.ADDED, Word(importance=Importance.NORMAL)),
        (Kind.TITLE, Word(importance=Importance.NORMAL)),
    ],
)
def test_how_much_depends_on_it(kind, weight):
    assert word([item(*CHANGES[kind])]) == weight


def test_a_little_later_is_no_big_news():
    assert item(SWIM, moved(SWIM, 29 * MINUTE)).importance == Importance.NORMAL


def test_details_are_no_notice():
    other = replace(SWIM, symbol="swim")
    assert items(changes({"swim": SWIM}, {"swim": other}), now=NOON - HOUR) == []


@pytest.mark.parametrize(("now", "until"), [(NOON, NOON + 75 * MINUTE), (NOON + 75 * MINUTE, NOON + 2 * HOUR)])
def test_news_is_of_use_until_people_have_come_or_it_is_over(now, until):
    assert item(SWIM, moved(SWIM, HOUR), now).until == until


def test_what_is_over_is_no_news():
    assert items(changes({"swim": SWIM}, {"swim": at_the_hall(SWIM)}), now=datetime(2026, 7, 4, 13, tzinfo=UTC)) == []

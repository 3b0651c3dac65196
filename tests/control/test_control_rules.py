"""What the health page says of each thing."""

import pytest

from eventsync.control import rules
from eventsync.control.rules import Level, Reading


@pytest.mark.parametrize(
    ("reading", "words", "level"),
    [
        (rules.phones(heard=0, enrolled=0), "No phone is enrolled.", 0),
        (rules.phones(heard=1, enrolled=1), "1 of 1 phone heard from in the last quarter of an hour.", 0),
        (rules.phones(heard=0, enrolled=3), "0 of 3 phones heard from in the last quarter of an hour.", 1),
        (rules.undelivered(records=0, holders=0, silent=0), "Everything that phones recorded is here.", 0),
        (rules.undelivered(records=1, holders=1, silent=0), "1 record on 1 phone not here yet. Nothing is lost.", 0),
        (
            rules.undelivered(records=9, holders=2, silent=1),
            "9 records on 2 phones not here yet. Nothing is lost. 1 of them silent for 15 minutes: go there.",
            1,
        ),
        (rules.queue(waiting=0, oldest=0, running=0, turned_away=0), "Nothing waits.", 0),
        (rules.queue(waiting=0, oldest=0, running=1, turned_away=0), "Nothing waits. 1 job in hand.", 0),
        (
            rules.queue(waiting=60, oldest=60, running=2, turned_away=0),
            "60 jobs waiting, 1 minute at most. 2 in hand.",
            0,
        ),
        (
            rules.queue(waiting=61, oldest=1, running=2, turned_away=0),
            "61 jobs waiting, 1 second at most. 2 in hand.",
            1,
        ),
        (rules.queue(waiting=1, oldest=61, running=0, turned_away=0), "1 job waiting, 1 minute at most. 0 in hand.", 1),
        (
            rules.queue(waiting=101, oldest=1, running=2, turned_away=0),
            "101 jobs waiting, 1 second at most. 2 in hand.",
            2,
        ),
        (
            rules.queue(waiting=1, oldest=7300, running=0, turned_away=0),
            "1 job waiting, 2 hours at most. 0 in hand.",
            2,
        ),
        (
            rules.queue(waiting=0, oldest=0, running=0, turned_away=7),
            "Nothing waits. 7 not taken as they came in the last quarter of an hour: there was too much to do.",
            1,
        ),
        (rules.workers(heard=2), "2 workers at work.", 0),
        (rules.workers(heard=0), "No worker at work: nothing is done in the background.", 2),
        (rules.dead_letters(jobs=0, quarantined=0), "Nothing has failed for good.", 0),
        (rules.dead_letters(jobs=1, quarantined=0), "1 job failed for good: somebody must decide.", 1),
        (
            rules.dead_letters(jobs=2, quarantined=1),
            "2 jobs failed for good and 1 record kept aside: somebody must decide.",
            1,
        ),
        (rules.disk(used=0.85), "85% full.", 0),
        (rules.disk(used=0.86), "86% full.", 1),
        (rules.disk(used=0.91), "91% full.", 2),
        (rules.success(ratio=None, target=0.999), "Nothing was recorded yet. The aim is 99.9%.", 0),
        (rules.success(ratio=1, target=0.999), "100.00% of all records. The aim is 99.9%.", 0),
        (rules.success(ratio=0.99899, target=0.999), "99.89% of all records. The aim is 99.9%.", 1),
    ],
)
def test_each_thing_is_said_in_words(reading: Reading, words: str, level: int) -> None:
    assert (reading.words, reading.level) == (words, level)


@pytest.mark.parametrize(
    ("levels", "alerts", "words"),
    [
        ([0, 0], 0, "All is well."),
        ([0, 0], 2, "Look at this: 2 alerts."),
        ([0, 1], 0, "Look at this: b."),
        ([2, 1], 5, "Act now: a."),
        ([2, 2], 0, "Act now: a, b."),
    ],
)
def test_the_whole_is_as_bad_as_its_worst_part(levels: list[int], alerts: int, words: str) -> None:
    parts = [Reading("x", name, "", Level(level)) for name, level in zip("AB", levels, strict=True)]
    assert rules.headline(parts, alerts=alerts).words == words


def test_where_nothing_is_nothing_is_called_well() -> None:
    empty = [rules.phones(heard=0, enrolled=0), rules.success(ratio=None, target=0.999)]
    assert {(each.word, each.mark) for each in empty} == {("Nothing here", "–")}
    begun = [rules.phones(heard=1, enrolled=1), rules.success(ratio=1, target=0.999)]
    assert {(each.word, each.mark) for each in begun} == {("Well", "✓")}
    assert rules.headline(empty, alerts=0).words == "All is well."


def test_each_level_has_a_mark_of_its_own() -> None:
    assert [(level.mark, level.word) for level in Level] == [("✓", "Well"), ("!", "Look at this"), ("✕", "Act now")]

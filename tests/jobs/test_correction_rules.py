"""What somebody types as a payload: read, or a sentence why not; and what is other in it."""

import pytest

from eventsync.jobs.corrections import rules
from eventsync.jobs.corrections.rules import Line, Mark, Unreadable


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ('{\n  "plates": 9,\n}', "This is no JSON: line 3, column 1: "),
        ("", "This is no JSON: line 1, column 1: "),
        ('{"plates": 9, "plates": 10}', "“plates” is there twice in the same object."),
        ('{"plates": NaN}', "NaN is no number in JSON."),
        ('{"plates": 1e999}', "There is a number in it that is too large."),
        ('{"plates": ' + "9" * 5000 + "}", "There is a number in it that is too large."),
        ('{"note": "\\ud800"}', "There is half a character in it"),
        ("[" * 100_000, "This is no payload: there are too many brackets inside one another."),
        (" " * 200_001, "This is too long: it has 200,001 characters, and at most 200,000 are taken."),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(typed: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        rules.read(typed)
    assert str(refused.value).startswith(why)


def test_it_is_kept_without_spaces_in_its_order() -> None:
    assert rules.read('{ "b": [1, 2.50, null],\r\n "a": "Zoë\\u0000" }') == '{"b":[1,2.5,null],"a":"Zoë\\u0000"}'


def test_same_is_what_says_the_same() -> None:
    assert rules.same('{"a":1,"b":2}', '{ "b": 2, "a": 1 }')
    assert not rules.same('{"a":1}', '{"a":true}')
    assert not rules.same('{"a":1}', '{"a":"1"}')


def test_difference_is_told_line_by_line_with_what_is_near() -> None:
    before = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}
    after = before | {"f": 7}
    found = rules.differences(*(str(each).replace("'", '"') for each in (before, after)))
    assert found == [
        Line(Mark.GAP, "…"),
        Line(Mark.SAME, '  "c": 3,'),
        Line(Mark.SAME, '  "d": 4,'),
        Line(Mark.SAME, '  "e": 5,'),
        Line(Mark.GONE, '  "f": 6'),
        Line(Mark.NEW, '  "f": 7'),
        Line(Mark.SAME, "}"),
    ]


def test_what_is_too_long_to_compare_is_told_as_a_whole() -> None:
    lines = "".join(f'"{number}",' for number in range(1_000))
    found = rules.differences(f'[{lines}"a"]', f'[{lines}"b"]')
    assert [line.mark for line in found] == [Mark.GONE] * 1_003 + [Mark.NEW] * 1_003

"""How many messages a text is billed as: counted as networks do, with nothing torn apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.sms.rules import plain, segments
from tests.notifications.test_notice_rules import examples


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("x" + "€" * 79, 1),
        ("x" * 152 + "€" * 77, 3),  # 306 characters, but one would be torn apart
        ("ä" * 160, 1),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("السباحة" * 10, 1),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),  # 134 halves, but one would be torn apart
    ],
)
def test_segments(text, count):
    assert segments(text) == count


def test_typographers_marks_make_it_no_dearer():
    assert plain("“Swim” – it’s…\N{NO-BREAK SPACE}on") == '"Swim" - it\'s... on'
    assert segments(plain("…" + "x" * 157)) == 1


@examples
@given(st.text(max_size=700), st.text(max_size=50))
def test_more_text_is_never_fewer_segments(text, more):
    assert segments(text) <= segments(text + more)
    assert segments(plain(text)) >= 1


@examples
@given(st.text(alphabet="abc €ä\n", max_size=700))
def test_parts_are_never_fuller_than_they_can_be(text):
    bits = sum(2 if each == "€" else 1 for each in text)
    least = 1 if bits <= 160 else -(-bits // 153)
    assert least <= segments(text) <= least + bits // 152 // 100 + 1

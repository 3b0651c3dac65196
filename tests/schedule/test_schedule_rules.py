import pytest

from eventsync.schedule.rules import is_rehearsal


@pytest.mark.parametrize(
    ("slug", "made_up"),
    [
        ("demo", True),
        ("rehearsal", True),
        ("rehearsal-7", True),
        ("demonstration", False),
        ("rehearsals", False),
        ("games-rehearsal", False),
    ],
)
def test_made_up_events_are_told_by_their_short_names(slug: str, made_up: bool) -> None:
    assert is_rehearsal(slug) is made_up

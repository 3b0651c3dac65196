"""Venues whose jobs take long, and one with a short job: it waits for no other while a hand is left for it."""

from datetime import datetime

import pytest

from tests.faults.tasks import LONG
from tests.faults.workshop import Workshop, until

pytestmark = pytest.mark.long

HANDS = 3
WAITED = "SELECT began_at, created_at FROM jobs_attempt JOIN jobs_job ON jobs_job.id = job_id WHERE task = 'note'"
ENDED = "SELECT count(*) FROM jobs_job WHERE task = 'long' AND state = 'done'"


@pytest.mark.parametrize(
    ("busy", "within"), [(1, 2), (2, 2), (3, 3 * LONG), (5, 5 * LONG)], ids=lambda number: f"{number:g}"
)
def test_venue_waits_for_no_other_while_fewer_have_long_jobs_than_there_are_hands(
    workshop: Workshop, busy: int, within: float
) -> None:
    """`within`: seconds; where all hands have long jobs, it has its turn among those that wait."""
    workshop.owe(*(f"long={60 // busy}@venue {number}" for number in range(busy)))
    workshop.worker()
    until(lambda: workshop.database.rows(ENDED)[0][0] >= HANDS, workshop.story, within=10 * LONG)
    workshop.owe("note=1@quiet")
    until(lambda: bool(workshop.database.rows(WAITED)), workshop.story, within=10 * LONG)
    [(began, owed)] = workshop.database.rows(WAITED)
    assert seconds(began) - seconds(owed) < within


def seconds(at: object) -> float:
    """SQLite keeps moments as text, of one zone as PostgreSQL does."""
    return datetime.fromisoformat(str(at)).timestamp()

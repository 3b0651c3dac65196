"""What rosters have of their own beside what all tables have."""

LARGE = 2_000  # rows; more than that is imported by a worker


class RosterError(Exception):
    """The roster was not imported. Its message is one sentence for the organiser."""

"""The demo: an event with made-up people, the same each time."""

from checkin.demo.people import SEED, generate_people, roster_csv

__all__ = ["SEED", "generate_people", "roster_csv"]

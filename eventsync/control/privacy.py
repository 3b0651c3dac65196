"""What is measured holds nothing of the people on the list."""

from eventsync.privacy.registry import nobodys

nobodys("control.Sample", "control.Standing", why="Numbers, by phone, stream and task.")

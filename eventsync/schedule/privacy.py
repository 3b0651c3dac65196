"""Events and venues hold nothing of the people on the list."""

from eventsync.privacy.registry import nobodys

nobodys("schedule.Event", "schedule.Venue", why="What is public of an event.")
nobodys("schedule.StaffRole", why="Accounts of the staff, who are no people of the list.")

"""Events and venues hold nothing of the people on the list."""

from eventsync.privacy.registry import nobodys

nobodys("schedule.Event", "schedule.Venue", why="What is public of an event.")
nobodys("schedule.StaffRole", why="Accounts of the staff, who are no people of the list.")
nobodys(
    "schedule.Place",
    "schedule.PlaceMap",
    "schedule.Activity",
    "schedule.Revision",
    "schedule.Term",
    "schedule.OwnSymbol",
    "schedule.IncomingFile",
    why="What is public, or will be: of groups, not of people.",
)
nobodys("schedule.Release", "schedule.WaitingRelease", why="Accounts of the staff, and when.")

"""The way to the messages, on every page of the plan."""

from eventsync.schedule.pages.beside import Way, beside
from eventsync.schedule.pages.visits import Visit
from notifications.pages.words import WORDS


@beside
def messages(visit: Visit) -> Way:
    return Way(visit.link("messages"), WORDS[visit.words.code]["messages"])

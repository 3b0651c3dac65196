"""A fact of the tests, and who acts on it: twice would be seen, for the effect has a key, and what it adds has none."""

import os
import signal
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from eventsync.jobs.events import Fact, domain_event
from eventsync.jobs.models import DomainEvent
from eventsync.jobs.publishing import subscribe
from eventsync.jobs.rules import Policy

AGAIN = Policy(retries=(timedelta(seconds=0.2),) * 20)


@domain_event("plates_counted")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlatesCounted(Fact):
    """So many plates are on a table. `fatal`: whoever acts on it dies as soon as that is committed."""

    plates: int
    fatal: bool = False


def make_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE counted (fact varchar(36) PRIMARY KEY)")
        cursor.execute("CREATE TABLE plates (n integer)")
        cursor.execute("INSERT INTO plates VALUES (0)")


@subscribe("count_plates", PlatesCounted, AGAIN)
def count_plates(fact: PlatesCounted, row: DomainEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO counted VALUES (%s)", [str(row.pk)])
        time.sleep(0.03)  # long enough to be killed in
        cursor.execute("UPDATE plates SET n = n + %s", [fact.plates])
    if fact.fatal:
        transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))


def counted(number: int, *, event: UUID | None, fatal: bool) -> PlatesCounted:
    """At one of four venues, which wait for nobody."""
    return PlatesCounted(event=event, venue=UUID(int=1 + number % 4), plates=number, fatal=fatal)

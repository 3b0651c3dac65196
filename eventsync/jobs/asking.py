"""How processes ask the database again and again, each second, for hours, and cost next to nothing.

Making a connection is dearer than ten questions, so it is kept. One that went bad, and one to a file that was replaced,
is left all the same: Django looks where it would close one that is too old, and asks PostgreSQL before it is used.
"""

from typing import Any

from django.db import connection
from django_q.brokers import orm

from eventsync.jobs import queue


def keep_connection() -> None:
    """From now on this process keeps its connection, wherever Django would close it because it is not new."""
    connection.settings_dict |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}


def keep_none() -> None:
    """As it is in all processes to begin with."""
    connection.settings_dict |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}


def work() -> None:
    """What a word has a process do, which keeps no connection while it waits for the next one."""
    queue.run()
    connection.close_if_unusable_or_obsolete()


class Orm(orm.ORM):
    """The queue library's broker in our own database."""

    def dequeue(self) -> Any:
        keep_connection()  # only the process that passes words on comes here
        return super().dequeue()

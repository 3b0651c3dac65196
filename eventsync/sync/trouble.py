"""Whose fault a database error is: the operation's, or that of the database and whoever runs it."""

from django.db import DatabaseError, Error, InterfaceError, OperationalError

# SQLSTATE on PostgreSQL. By class: connection, rollback (deadlock, serialisation), resources (disk full), not in the
# state for it (lock timeout), intervention (shutdown), system (I/O), configuration file, internal (a file that cannot
# grow, damage). Then: read only, no permission (also of the file system), and a schema that is not migrated.
_CLASSES = frozenset({"08", "40", "53", "55", "57", "58", "F0", "XX"})
_STATES = frozenset({"25006", "42501", "42P01", "42703"})


def is_trouble(error: Error) -> bool:
    """Whether the error says nothing of what was asked, so that asking again later can succeed."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state is not None:
        return state[:2] in _CLASSES or state in _STATES
    # Without a state: SQLite, or a connection that was lost. SQLite says that its file is damaged with the bare class.
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError

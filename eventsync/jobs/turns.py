"""Taking turns: who does something under a name waits for whoever began it before, until their transaction is over."""

from django.db import connection


def take(*name: str) -> None:
    """Within a transaction, which gives the turn back at its end. On SQLite there is one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["/".join(name)])

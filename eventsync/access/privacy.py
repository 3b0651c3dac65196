"""What the desk's history has of people, and whose the other tables of accounts are."""

from collections.abc import Iterable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from eventsync.privacy.registry import Holding, Whom, hold, nobodys
from eventsync.privacy.words import GONE, take_out


def _rows(whom: Whom) -> "list[QuerySet[LogEntry]]":
    return [LogEntry.objects.filter(object_id__in=list(map(str, whom.ids)))]


def clear(table: type[Model], keys: Iterable[str]) -> None:
    """For rows that are called by what must not be found any more, such as codes."""
    of = ContentType.objects.get_for_model(table)
    LogEntry.objects.filter(content_type=of, object_id__in=list(keys)).update(object_repr=GONE, change_message="")


def _erase(whom: Whom) -> None:
    """Who did something and when stays; what it was may name them, or their codes."""
    for rows in _rows(whom):
        rows.update(object_repr=GONE, change_message="")
    take_out(whom.words, LogEntry.objects.all(), "object_repr", "change_message")


hold(
    Holding(
        name="history",
        tables=(LogEntry,),
        goes="The name in the history of the desk, and what was changed.",
        stays="Which account changed something of theirs, and when.",
        rows=_rows,
        erase=_erase,
    )
)
nobodys(
    *("auth.User", "auth.Group", "auth.Permission", "contenttypes.ContentType"),
    *("auth.Group_permissions", "auth.User_groups", "auth.User_user_permissions"),
    *("otp_totp.TOTPDevice", "otp_static.StaticDevice", "otp_static.StaticToken"),
    *("axes.AccessAttempt", "axes.AccessLog", "axes.AccessFailureLog", "axes.AccessAttemptExpiration"),
    why="Accounts of the staff, who are no people of the list.",
)
nobodys("sessions.Session", why="Who is signed in; it ends after 12 hours.")

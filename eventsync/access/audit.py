"""Who changed what, kept with the admin's own entries (`LogEntry`), which nobody at the desk can change or delete."""

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model


def note(user: Any, row: Model, told: str) -> None:
    """That `user` did something to `row`, in a sentence."""
    LogEntry.objects.create(
        user_id=user.pk,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=CHANGE,
        change_message=told,
    )

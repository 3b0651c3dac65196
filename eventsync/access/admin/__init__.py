"""What every page of the admin shares; accounts, and the history of who changed what."""

from eventsync.access.admin import history  # noqa: F401 - importing it registers its pages
from eventsync.access.admin.reading import NEVER, ReadOnlyAdmin, ReadOnlyInline, ago, in_words
from eventsync.access.admin.row_actions import RowActions
from eventsync.access.admin.scoped import ModelAdmin, OwnRows

__all__ = ["NEVER", "ModelAdmin", "OwnRows", "ReadOnlyAdmin", "ReadOnlyInline", "RowActions", "ago", "in_words"]

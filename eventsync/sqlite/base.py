"""The database engine `eventsync.sqlite`. The name of this module is Django's wish."""

from pathlib import Path

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Leaves a file that was replaced meanwhile: who went on with it would write where nobody reads."""

    _file: tuple[int, int] | None = None  # what tells the open file from another of the same name

    def connect(self) -> None:
        super().connect()
        self._file = self._file_now()

    def close_if_unusable_or_obsolete(self) -> None:
        """Called by Django before and after each request and each step from asynchronous code."""
        super().close_if_unusable_or_obsolete()
        if self.connection is not None and not self.in_atomic_block and self._file_now() != self._file:
            self.close()

    def _file_now(self) -> tuple[int, int] | None:
        try:
            found = Path(self.settings_dict["NAME"]).stat()
        except OSError:  # it is gone, or lives in memory
            return None
        return found.st_dev, found.st_ino

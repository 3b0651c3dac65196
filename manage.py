#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eventsync.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs the setting above
    from django.db.utils import OperationalError, ProgrammingError  # noqa: PLC0415 - likewise

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv:
            raise
        reason = str(error).strip().split("\n")[0]
        sys.exit(f"The database cannot be used ({reason}). Is it running, and has manage.py migrate been run?")


if __name__ == "__main__":
    main()

"""What forbids a process to work on this database. The apps above know; whoever starts asks."""

from collections.abc import Callable

Check = Callable[[], str | None]
_checks: list[Check] = []


def before_start(check: Check) -> Check:
    """Registers a check that answers with a sentence when nothing may be done. Called when the apps get ready."""
    _checks.append(check)
    return check


def objection() -> str | None:
    """The first objection, or None."""
    return next(filter(None, (check() for check in _checks)), None)

"""Which alerts wait for the morning, and what of them is on a lock screen. Pure."""

from dataclasses import dataclass

# Somebody needs a person, or docs/runbook.md says “Act now”.
CRITICAL = frozenset({"budget_spent", "calls_waiting", "disk_nearly_full", "help_asked", "release_code"})
_TITLE, _PLACE = 40, 80  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    title: str
    body: str
    silent: bool


def goes(kind: str, *, loud: bool, quiet: bool) -> bool:
    """Whether it goes out now. `loud`: as its reader wishes, also in quiet hours; `quiet`: whether it is those."""
    return loud or not quiet or kind in CRITICAL


def shown(kind: str, name: str, place: str | None, *, loud: bool, quiet: bool) -> Shown:
    """`name`: of its kind; `place`: its event, None: the server. Nothing of what it says: it may be about people."""
    why = "\nIt does not wait for the morning." if quiet and not loud else ""
    body = f"{(place or 'The server')[:_PLACE]}. Open to read.{why}"
    return Shown(title=name[:_TITLE], body=body, silent=not loud and kind not in CRITICAL)

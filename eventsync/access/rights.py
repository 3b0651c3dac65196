"""Which rank each right needs. Every app says it of its own; what nobody says is for superusers alone."""

from collections.abc import Mapping

from eventsync.access.ranks import Rank

_least: dict[str, Rank] = {}


def grant(rank: Rank, *permissions: str) -> None:
    """Gives rights such as "checkin.view_person" to this rank and those above. Called when the apps get ready."""
    for permission in permissions:
        assert _least.setdefault(permission, rank) is rank, f"{permission} is granted twice"


def granted() -> Mapping[str, Rank]:
    return _least

"""What operations say of somebody who was erased: the bare id, and nothing that was typed."""

from typing import Any

from msgspec.structs import replace

from checkin.conflicts.operations import Resolving
from checkin.flags import REFUSALS
from checkin.payloads import Confirmation, Hold, Merging, Passage, Refusal, Registration, Release, Voiding
from checkin.safety.operations import Proposal
from eventsync.sync.registry import registry


@registry.bares
def bare(said: Any, person: str) -> Any:
    """A registration says no more than a confirmation then, and a hold no more than its end."""
    match said:
        case Passage():
            override = None if said.override is None else ""
            return replace(said, person=person, credential=None, override=override)
        case Refusal():
            reason = said.reason if said.reason in REFUSALS else "other"
            return replace(said, person=person, credential=None, reason=reason, note=None)
        case Hold():
            return Release(person=said.person)
        case Registration():
            return Confirmation(person=said.person)
        case Voiding() | Release() | Merging():
            return replace(said, reason=None)
        case Resolving():
            return replace(said, note=None, withdraw=[])
        case Proposal():
            return replace(said, text="")
    return said
